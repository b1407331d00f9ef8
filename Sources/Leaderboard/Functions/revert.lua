-- leaderboard_revert: takes back what some updates of one user added, each only once.
-- KEYS  as in operation.lua, with board and at
-- ARGV  1 to 7 as in operation.lua, then
--       8 seen   id of the last audit entry that the caller has read
--       9 tally  what the user's audit adds up to, up to there
--      10 …      seq and increase of each update, at most 500
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

-- Which of the updates still count: their seqs, and what they added.
local function still_counting(reverted, args)
  local asked, seqs, amount = {}, {}, 0
  for index = 10, #args, 2 do
    asked[#asked + 1] = args[index]
  end
  local marks = redis.call('ZMSCORE', reverted, unpack(asked))
  for index, seq in ipairs(asked) do
    if not marks[index] then
      seqs[#seqs + 1] = seq
      amount = amount + args[9 + 2 * index]
    end
  end
  return seqs, amount
end

-- Of updates that the stream has forgotten, nobody can ask again.
local function forget_marks(op)
  local first = redis.call('XRANGE', op.audit, '-', '+', 'COUNT', 1)[1]
  local seq = first and whole_number(fields_of(first).seq or '')
  if seq then
    redis.call('ZREMRANGEBYSCORE', op.reverted, '-inf', '(' .. integer_text(seq))
  end
end

local function revert(keys, args)
  local op = begin_operation(keys, args)
  local tally = whole_number(args[9] or '')
  if not op or not tally or #args < 11 or #args % 2 == 0 or #args > 9 + 1000
    or not string.find(args[8], '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_revert')
  end
  for index = 10, #args do
    if not whole_number(args[index]) then
      return wrong_arguments('leaderboard_revert')
    end
  end
  local score = tonumber(op.kept_back or op.on_board)
  if not score then
    return { 'no_user' }
  end
  local since = added_since(op, args[8])
  if not since then
    return { 'behind' }
  end
  local seqs, amount = still_counting(op.reverted, args)
  if #seqs == 0 then
    return { 'unchanged' }
  end
  local rest = tally + (since[op.user] or 0) - amount
  local taken = math.max(0, math.min(amount, math.floor(score - rest)))

  score = score - taken
  record(op, 'revert', 0 - taken, score, { 'reverts', table.concat(seqs, ' ') })
  local marks = {}
  for _, seq in ipairs(seqs) do
    marks[#marks + 1] = seq
    marks[#marks + 1] = seq
  end
  redis.call('ZADD', op.reverted, unpack(marks))
  if op.kept_back then
    move_withheld(op.moves, op.withheld, op.user, tonumber(op.kept_back), score, op.seq)
  else
    move(op.moves, op.user, tonumber(op.on_board), score, op.seq)
    write_moves(op.moves)
  end
  forget_marks(op)
  tell(op, not op.kept_back and score or nil)
  return { 'done', #seqs, taken, shown_score(score) }
end

register_operation('leaderboard_revert', revert)
