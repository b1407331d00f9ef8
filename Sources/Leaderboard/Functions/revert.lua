-- leaderboard_take_back: takes back some updates of one user, each only once. What is left is what the rest of the user's audit
-- comes to: increases and decreases are added up, of `set` the last one counts, of `best` the best one; each held by the bounds
-- (replayed, operators.lua). Who has nothing left leaves the board.
-- KEYS  as in operation.lua, with board and at, and seasons
-- ARGV  1 to 7 as in operation.lua, then
--       8 seen   id of the last audit entry that the caller has read
--       9 tally  what the user's audit comes to, up to there
--       10 rest  what it comes to without these updates, and without those that were taken back before; empty: to no score
--       11 adds  1: all that the user's updates did is add and take away, and no bound held any of it. Then the score changes by
--                as much as these updates made, so that what another service wrote stays; but never past the rest, even
--                if another service has moved it there. 0: the score becomes the rest
--       12 windows  what comes of the seasons of KEYS, of each one text with `;` between: `-`, none of these updates was in it; or
--                what is left there, as of `seen`, without them and those that were taken back before (empty: no score); or, where the
--                audit does not reach back to its beginning, `less` and what they added there. Empty of a board without such windows.
--                Behind a `|`, if there is one, the final seasons that are reached, too (begin_in_seasons)
--       13 …     the names of the updates, at most 500. None that an entry up to `seen` took back
--
-- The audit says what was taken back: the entry of each revert names the updates (`reverts`), and that of each undo those that count again
-- (`returns`, unrevert.lua). An update's name is its seq, which is
-- that of the user's last entry with it; an older one (the board's count was begun anew) is named by its entry's id.
--
-- The caller reads the part of the stream that is long, and the few entries since are followed here, so that no update that arrives
-- meanwhile is forgotten.
--
-- Returns one of
--   done count fall score   how many updates, by how much the score fell (below 0: it rose), what it is now; empty: the user left; and
--                           behind it the final seasons that lost any of it (`weekly 2026-W48;…`), if there are such
--   no_user                 neither on the board nor withheld
--   behind                  since `seen` there are more than 500 entries, or one of the user of another kind than `adds` says,
--                           or one that took some of these updates back, or gave them back (with windows, any): read on, and call again
--   season_is told          other seasons are reached (operation.lua): find what is left in those, and call again

-- What unrevert.lua shares with it.
local reverting = {}

do

-- Whether an entry took back, or gave back, none of these updates.
local function is_beside(fields, names)
  for name in string.gmatch((fields.reverts or '') .. ' ' .. (fields.returns or ''), '%S+') do
    if names[name] then
      return false
    end
  end
  return true
end

-- The parts between the separators, a word or nothing each.
local function parts_of(text)
  local parts = {}
  for part in string.gmatch(text .. ';', '(.-);') do
    parts[#parts + 1] = part
  end
  return parts
end

-- Whether an update since `seen` counted in a season: in one that is held (others have not begun since, or the caller had been told),
-- and one that came late in those that its entry names.
local function counted_in(window, fields)
  if not fields.season then
    return window.is_held
  end
  return string.find(';' .. fields.season .. ';', ';' .. window.season.words .. ';', 1, true) ~= nil
end

-- What the windows come to, or lose: `rest` (a number, or false) or `less` of each that loses anything. Returns whether that is sound.
local function begin_rests(op, text)
  local parts = parts_of(text)
  for _, window in ipairs(op.windows) do
    local part = parts[window.place]
    local rest, less = whole_number(part or ''), whole_number(string.match(part or '', '^less (.*)$') or '')
    if not part or not rest and not less and part ~= '-' and part ~= '' then
      return false
    end
    if less then
      window.less = less
    elseif part ~= '-' then
      window.rest = rest or false
    end
  end
  return true
end

-- What an update since then makes of these. (Its entry's score is the board's.)
local function follow_in_windows(op, fields)
  local definition, operator = op.moves.definition, fields.op or 'incr'
  local value = whole_number(fields.value or fields.increase or '') or 0
  for _, window in ipairs(op.windows) do
    if window.rest ~= nil and OPERATORS[operator] and counted_in(window, fields) then
      window.rest = result_of(definition, operator, window.rest, value) or window.rest
    end
  end
end

-- `tally` and `rest` as of now; nil where the caller has to read on.
local function rest_now(op, seen, tally, rest, adds, names)
  local entries = entries_since(op, seen)
  if not entries then
    return nil
  end
  for _, fields in ipairs(entries) do
    local action = fields.action
    if fields.user == op.user and fields.released then
      return nil
    elseif fields.user == op.user and not action then
      local is_plain
      rest, is_plain = replayed(op.moves.definition, rest, fields)
      tally = said_score(fields) or tally + (whole_number(fields.increase or '') or 0)
      if adds and not is_plain then
        return nil
      end
      follow_in_windows(op, fields)
    elseif fields.user == op.user and action == 'revert' and adds and fields.score ~= '' and #op.windows == 0
      and is_beside(fields, names) then
      local increase = whole_number(fields.increase or '') or 0
      tally, rest = tally + increase, rest + increase
    elseif fields.user == op.user and action ~= 'suspend' and action ~= 'reinstate' and action ~= 'erased'
      and not LEAVES_PLACES[action] then
      return nil
    end
  end
  return tally, rest
end

-- The number, or what of it lies between 0 and the bound.
local function held_towards(number, bound)
  return bound < 0 and math.min(0, math.max(bound, number)) or math.max(0, math.min(bound, number))
end

-- Marks updates for editions before 14: they go by the key `reverted`, and by nothing else. Of those that the stream has
-- forgotten, nobody can ask again.
local function mark(op, names)
  local marks = {}
  for _, name in ipairs(names) do
    if whole_number(name) then
      marks[#marks + 1] = name
      marks[#marks + 1] = name
    end
  end
  if #marks > 0 then
    redis.call('ZADD', op.reverted, unpack(marks))
  end
  local first = redis.call('XRANGE', op.audit, '-', '+', 'COUNT', 1)[1]
  local seq = first and whole_number(fields_of(first).seq or '')
  if seq then
    redis.call('ZREMRANGEBYSCORE', op.reverted, '-inf', '(' .. integer_text(seq))
  end
end

-- The user's score becomes `total` (false: the user leaves), by the change that was recorded last.
local function bring_to(op, score, total)
  local moves, seq = op.moves, tonumber(op.seq_text)
  if not total then
    if op.kept_back then
      redis.call('ZREM', op.withheld, op.user)
    else
      take_away(moves, op.user, op.on_board)
    end
    forget(moves, op.user)
  elseif op.kept_back then
    move_withheld(moves, op.withheld, op.user, score, total, seq)
  else
    move(moves, op.user, score, total, seq)
    write_moves(moves)
  end
end

-- The seasons of which something is taken.
local function touched_windows(op)
  local touched = {}
  for _, window in ipairs(op.windows) do
    if window.rest ~= nil or window.less then
      touched[#touched + 1] = window
    end
  end
  return touched
end

-- The same in a season.
local function bring_to_in_season(op, window)
  local moves, on_board, kept_back = window.moves, held_in_season(op, window)
  local score = on_board or kept_back
  if window.rest == nil and not window.less or not score then
    return
  end
  score = tonumber(score)
  local total = window.rest
  if window.less then
    total = score - window.less
  end
  if not total then
    forget_in_season(moves, window.withheld, op.user)
  elseif on_board then
    move(moves, op.user, score, total, tonumber(op.seq_text))
    write_moves(moves)
  else
    move_withheld(moves, window.withheld, op.user, score, total, tonumber(op.seq_text))
  end
  keep_season(moves.definition, window)
end

-- Returns the update's names, nil where one is none.
local function names_of_updates(args, first, step)
  local names = {}
  for index = first, #args, step do
    if not whole_number(args[index]) and not string.find(args[index], '^%d+%-%d+$') then
      return nil
    end
    names[#names + 1] = args[index]
  end
  return #names >= 1 and #names <= 500 and names or nil
end

-- `pace`: of a board with rules (rules.lua), the key of what these know of the user, and what the updates had gained.
local function take_back(keys, args, pace)
  local op = begin_operation(keys, args)
  local tally, rest = whole_number(args[9] or ''), args[10] == '' and '' or whole_number(args[10] or '')
  local names = names_of_updates(args, 13, 1)
  if not op or op.user == '*' or not tally or not rest or args[11] ~= '0' and args[11] ~= '1' or args[11] == '1' and rest == ''
    or not names or not string.find(args[8], '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_take_back')
  end
  local rests, past = string.match(args[12] or '', '^([^|]*)|?(.*)$')
  local answer = begin_in_seasons(op, keys, string.find(args[12] or '', '|', 1, true) and past or nil)
  if answer then
    return answer
  end
  redis.call('ZCARD', op.reverted)
  local score, adds = tonumber(op.kept_back or op.on_board), args[11] == '1'
  if not begin_rests(op, rests) then
    return wrong_arguments('leaderboard_take_back')
  end
  if not score then
    return { 'no_user' }
  end
  local taking = pace and plausibility.begin_taking_back(op.moves.definition, op.clock[1] * 1000000 + op.clock[2],
    redis.pcall('GET', pace.key), pace.gains, pace.largest)
  if pace and not taking then
    return wrong_arguments('leaderboard_take_back_by_rules')
  end
  local is_named = {}
  for _, name in ipairs(names) do
    is_named[name] = true
  end
  tally, rest = rest_now(op, args[8], tally, rest ~= '' and rest, adds, is_named)
  if not tally or math.abs(tally) > SCORE_LIMIT then
    return { 'behind' }
  end
  local total, told = rest, with_final({ 'reverts', table.concat(names, ' ') }, touched_windows(op))
  if adds then
    local taken = held_towards(math.floor(score - rest), tally - rest)
    total = score - taken
    record(op, 'revert', 0 - taken, total, told)
  else
    record_difference(op, op.user, 'revert', total, tally, told)
  end
  mark(op, names)
  bring_to(op, score, total)
  for _, window in ipairs(op.windows) do
    bring_to_in_season(op, window)
  end
  segments.follow(op.moves, op.user)
  if taking then
    plausibility.take_back(taking, pace.key, -1)
  end
  local final, shown = with_final({}, touched_windows(op))[2], not op.kept_back and total or nil
  -- Viewers of a season that is over are told of no score: they look anew.
  tell(op, final and (shown or 0) or shown, final)
  local fall = shown_score(score) - (total and shown_score(total) or 0)
  return { 'done', #names, shown_score(fall), total and shown_score(total) or '', final }
end

register_operation('leaderboard_take_back', function(keys, args)
  return take_back(keys, args)
end)

-- What the calls of boards with rules are told besides, taken off their words; nil where it is missing.
local function pace_of(keys, args)
  if #keys >= 2 and #args >= 2 then
    return { key = table.remove(keys), largest = table.remove(args), gains = table.remove(args) }
  end
end

-- leaderboard_take_back_by_rules: the same on a board with rules of plausibility, to which these points are none that were gained.
-- KEYS  as above, then what the rules know of the user (`pace`, rules.lua)
-- ARGV  as above, then what each of the updates had gained, and the most that one of the others has (plausibility.begin_taking_back)
register_operation('leaderboard_take_back_by_rules', function(keys, args)
  local pace = pace_of(keys, args)
  return pace and take_back(keys, args, pace) or wrong_arguments('leaderboard_take_back_by_rules')
end)

-- leaderboard_revert: the same, as editions before 14 ask for it, which know only boards where updates add. They name updates by
-- their seqs, and leave it to the function to know which were taken back.
-- KEYS  as above
-- ARGV  1 to 9 as above, then
--       10 …     of each update, at most 500: its seq, and its increase
-- Returns done, no_user or behind as above, or unchanged: all were taken back before

-- The names of those updates that no mark is of, and what they added.
local function still_counting(op, names, args)
  local counting, amount = {}, 0
  for index, mark in ipairs(redis.call('ZMSCORE', op.reverted, unpack(names))) do
    if not mark then
      counting[#counting + 1] = names[index]
      amount = amount + args[9 + 2 * index]
    end
  end
  return counting, amount
end

local function are_increases(args)
  for index = 11, #args, 2 do
    if not whole_number(args[index]) then
      return false
    end
  end
  return #args % 2 == 1
end

local function revert(keys, args)
  local op, names = begin_operation(keys, args), names_of_updates(args, 10, 2)
  local tally = whole_number(args[9] or '')
  if not op or not tally or not names or not are_increases(args) or not string.find(args[8], '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_revert')
  end
  local score = tonumber(op.kept_back or op.on_board)
  if not score then
    return { 'no_user' }
  end
  local since = changes_since(op, args[8])
  if not since then
    return { 'behind' }
  end
  local counting, amount = still_counting(op, names, args)
  if #counting == 0 then
    return { 'unchanged' }
  end
  local rest = sum_with(since[op.user], tally) - amount
  local taken = math.max(0, math.min(amount, math.floor(score - rest)))
  record(op, 'revert', 0 - taken, score - taken, { 'reverts', table.concat(counting, ' ') })
  mark(op, counting)
  bring_to(op, score, score - taken)
  segments.follow(op.moves, op.user)
  tell(op, not op.kept_back and score - taken or nil)
  return { 'done', #counting, taken, shown_score(score - taken) }
end

register_operation('leaderboard_revert', revert)

reverting.parts_of, reverting.counted_in, reverting.held_towards = parts_of, counted_in, held_towards
reverting.names_of_updates, reverting.pace_of = names_of_updates, pace_of

end
