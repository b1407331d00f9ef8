-- leaderboard_rebuild_season: puts scores in a season of a window (windows.lua) right by what the audit says: of one that Redis lost
-- or somebody else wrote, and of one in which what came before its window was added is to count.
-- KEYS  1 to 11 as in operation.lua, with board and at, then
--       12 seasons  13 scores  14 at  15 withheld, these three of the season
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 seen    id of the last audit entry that the caller has read
--       9 count   0, or in the last of several calls how many users they put right: that one is audited, and told to viewers
--       10 season `weekly 2026-W48`  11 until  its end, in microseconds
--       12 fills  1: from here on all of the season's time counts in it, which the audit is told; 0
--       13 …      user, score (empty: none), the seq of the update that reached it (empty: nobody knows), and, of a season that is
--                 final, 1 if the user is suspended there, at most 500 users
-- What happened since `seen` is added here.
-- Returns done; behind: since `seen` there are more than 500 entries: read on and call again; or stirred: seasons began, or
-- more happened than can be followed: begin anew

do

local FIRST, STEP, MOST = 13, 4, 500

local function are_sound(args)
  local is_sound = #args >= FIRST - 1 and (#args - FIRST + 1) % STEP == 0 and #args <= FIRST - 1 + STEP * MOST
    and string.find(args[8], '^%d+%-%d+$') and whole_number(args[9]) and string.find(args[10], '^[%w%-_.]+ [%w%-_.]+$')
    and whole_number(args[11]) and (args[12] == '0' or args[12] == '1')
  for index = FIRST, is_sound and #args or 0, STEP do
    is_sound = is_sound and is_user(args[index]) and (args[index + 1] == '' or whole_number(args[index + 1]))
      and (args[index + 2] == '' or whole_number(args[index + 2])) and (args[index + 3] == '0' or args[index + 3] == '1')
  end
  return is_sound
end

-- The users of the call, by name, each as `score` (a number, or false), `reached` and `is_suspended`.
local function told_users(args)
  local told = {}
  for index = FIRST, #args, STEP do
    told[args[index]] = { score = whole_number(args[index + 1]) or false, reached = whole_number(args[index + 2]),
      is_suspended = args[index + 3] == '1' }
  end
  return told
end

-- Of entries that can be followed, or are of nobody's score in a season.
local FOLLOWED = { suspend = true, reinstate = true, adopt = true, recover = true, accept = true, erased = true }

-- What the entries behind `seen` make of these users. Returns the answer where they cannot be followed.
local function follow(op, args, told, is_held)
  local entries = entries_since(op, args[8])
  if not entries then
    return { 'behind' }
  end
  for _, fields in ipairs(entries) do
    local action, user = fields.action, told[fields.user or '']
    if action and not FOLLOWED[action] and not LEAVES_PLACES[action] and (action ~= 'rebuild' or fields.rebuilt == args[10]) then
      return { 'stirred' }
    elseif user and (action == 'suspend' or action == 'reinstate') then
      if string.find(';' .. (fields.season or '') .. ';', ';' .. args[10] .. ';', 1, true) then
        user.is_suspended = action == 'suspend'
      end
    elseif not action and user then
      local counts = is_held
      if fields.season then
        counts = string.find(';' .. fields.season .. ';', ';' .. args[10] .. ';', 1, true)
      end
      local operator, value = fields.op or 'incr', whole_number(fields.value or fields.increase or '')
      if counts and value and OPERATORS[operator] then
        local score = result_of(op.moves.definition, operator, user.score, value) or user.score
        if score ~= user.score then
          user.score, user.reached = score, whole_number(fields.seq or '')
        end
      end
    end
  end
end

-- A user gets the place that is right.
local function put_right(op, window, user, right, takes_updates)
  local moves, withheld = window.moves, window.withheld
  local on_board, kept_back = find_moving(moves, user), redis.call('ZSCORE', withheld, user)
  if not right.score then
    forget_in_season(moves, withheld, user)
    return
  end
  local is_kept_back = right.is_suspended
  if takes_updates then
    is_kept_back = redis.call('SISMEMBER', op.suspended, user) == 1
  end
  local text, reached = integer_text(right.score), right.reached
  if not reached then
    local held = on_board or kept_back
    -- Who keeps the score keeps the place; others come now.
    reached = held and tonumber(held) == right.score and moves.stamps and seq_of(moves.definition, moves.stamps[user]) or op.seq
  end
  place_at(moves, user, not is_kept_back and text, reached)
  if is_kept_back then
    redis.call('ZADD', withheld, text, user)
  else
    redis.call('ZREM', withheld, user)
  end
end

local function rebuild_season(keys, args)
  local op = begin_operation(keys, args)
  if not op or op.user ~= '*' or #keys ~= 15 or not are_sound(args) then
    return wrong_arguments('leaderboard_rebuild_season')
  end
  local definition, told, words = op.moves.definition, told_users(args), args[10]
  local stored, is_held, ends = redis.call('GET', keys[12]), false, tonumber(args[11])
  for _, season in ipairs(stored and seasons_of(stored) or {}) do
    is_held = is_held or season.words == words
  end
  local answer = follow(op, args, told, is_held)
  if answer then
    return answer
  elseif not definition.has_seasons or not redis.acl_check_cmd('PEXPIREAT', keys[13], '1') then
    return redis.error_reply('NOPERM the board has no windows that end, or the user may not call pexpireat')
  end
  local is_last = args[9] ~= '0'
  if is_last then
    local more = { 'count', args[9], 'rebuilt', words }
    if args[12] == '1' then
      push(more, 'filled', words)
    end
    record(op, 'rebuild', 0, nil, more)
  else
    refuse_full_audit(op.audit)
  end
  has_written = true
  local window = { scores = keys[13], at = keys[14], withheld = keys[15], season = { ends = ends } }
  window.moves = begin_moves(definition, window.scores, window.at, true)
  window.moves.withheld = window.withheld
  if definition.is_stamped then
    redis.call('HSET', window.at, '', '')
  end
  local takes_updates = op.clock[1] * 1000000 + op.clock[2] < ends + definition.grace
  for user, right in pairs(told) do
    put_right(op, window, user, right, takes_updates)
  end
  keep_season(definition, window)
  if is_last then
    tell(op, nil)
  end
  return { 'done' }
end

register_operation('leaderboard_rebuild_season', rebuild_season)

end
