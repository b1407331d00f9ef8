-- leaderboard_take_back: takes back what some updates of one user added, each only once.
-- KEYS  as in operation.lua, with board and at
-- ARGV  1 to 7 as in operation.lua, then
--       8 seen   id of the last audit entry that the caller has read
--       9 tally  what the user's audit adds up to, up to there
--      10 …      of each update, at most 500: its name, and its increase. None that an entry up to `seen` took back
--
-- The audit says what was taken back: the entry of each revert names the updates (`reverts`). An update's name is its seq, which is
-- that of the user's last entry with it; an older one (the board's count was begun anew) is named by its entry's id.
--
-- The score never falls below what the rest of the user's audit adds up to, even if another service has lowered it: the
-- caller adds up the part of the stream that is long, and the few entries since are added here, so that no update that
-- arrives meanwhile is forgotten.
--
-- Returns one of
--   done count taken score   how many updates, by how much the score fell, what it is now
--   unchanged                all were taken back before
--   no_user                  neither on the board nor withheld
--   behind                   more than 500 entries since `seen`: read on, and call again

-- The names of those updates that `taken` does not have, and what they added.
local function still_counting(args, taken)
  local names, amount = {}, 0
  for index = 10, #args, 2 do
    if not taken[args[index]] then
      names[#names + 1] = args[index]
      amount = amount + args[index + 1]
    end
  end
  return names, amount
end

-- What entries behind `seen` took back of the user, by name.
local function taken_since(op, seen)
  local taken = {}
  for _, entry in ipairs(redis.call('XRANGE', op.audit, '(' .. seen, '+')) do
    local fields = fields_of(entry)
    if fields.user == op.user then
      for name in string.gmatch(fields.reverts or '', '%S+') do
        taken[name] = true
      end
    end
  end
  return taken
end

-- What the key `reverted` has marks of: editions before 14 go by it, and by nothing else.
local function marked(op, args)
  local asked, taken = {}, {}
  for index = 10, #args, 2 do
    asked[#asked + 1] = args[index]
  end
  for index, mark in ipairs(redis.call('ZMSCORE', op.reverted, unpack(asked))) do
    taken[asked[index]] = mark
  end
  return taken
end

-- Marks updates for these. Of those that the stream has forgotten, nobody can ask again.
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

local function are_updates(args)
  for index = 10, #args, 2 do
    if not whole_number(args[index]) and not string.find(args[index], '^%d+%-%d+$') or not whole_number(args[index + 1]) then
      return false
    end
  end
  return #args >= 11 and #args % 2 == 1 and #args <= 9 + 1000
end

local function revert(keys, args, taken_of)
  local op = begin_operation(keys, args)
  local tally = whole_number(args[9] or '')
  if not op or not tally or not are_updates(args) or not string.find(args[8], '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_take_back')
  end
  redis.call('ZCARD', op.reverted)
  local score = tonumber(op.kept_back or op.on_board)
  if not score then
    return { 'no_user' }
  end
  local since = added_since(op, args[8])
  if not since then
    return { 'behind' }
  end
  local names, amount = still_counting(args, taken_of(op, args))
  if #names == 0 then
    return { 'unchanged' }
  end
  local rest = tally + (since[op.user] or 0) - amount
  local taken = math.max(0, math.min(amount, math.floor(score - rest)))

  score = score - taken
  record(op, 'revert', 0 - taken, score, { 'reverts', table.concat(names, ' ') })
  mark(op, names)
  if op.kept_back then
    move_withheld(op.moves, op.withheld, op.user, tonumber(op.kept_back), score, op.seq)
  else
    move(op.moves, op.user, tonumber(op.on_board), score, op.seq)
    write_moves(op.moves)
  end
  tell(op, not op.kept_back and score or nil)
  return { 'done', #names, taken, shown_score(score) }
end

register_operation('leaderboard_take_back', function(keys, args)
  return revert(keys, args, function(op) return taken_since(op, args[8]) end)
end)

-- leaderboard_revert: the same, as editions before 14 ask for it. They name updates by their seqs, and leave it to the function to
-- know which were taken back.
register_operation('leaderboard_revert', function(keys, args)
  return revert(keys, args, marked)
end)
