-- leaderboard_rebuild: puts scores and suspensions right by what the audit says.
-- KEYS  as in operation.lua, with board and at
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 seen     id of the last audit entry that the caller has read
--       9 repaired 0, or in the last of several calls how many users they put right, this one included: that one is
--                  audited and told to viewers
--       10 …       user, and what the user's audit says, up to there; at most 500 users. Nobody, and 0 repaired: only the
--                  entry is wanted, the first one of an audit that goes on
-- What the audit says is what it adds up to (nothing, if the user never had a score; `-`, if the user has none any more), and, where
-- the suspension is to be put right, a space and `suspend`, `hide` or `reinstate`, and where the board has stamps and the audit tells it,
-- a space, `@` and the seq of the change by which the user reached the score: `129`, `129 suspend`, ` reinstate`, `- @17`. What
-- happened since `seen` is added here. A suspended user's score is put where it is kept.
-- Returns done, or behind: since `seen` there are more than 500 entries, or somebody was erased: read on and call again

-- Sum, word and seq, or nil where it says none of them as we write it.
local function told_by_audit(text)
  local sum, word, reached = string.match(text, '^(%-?%d*) ?(%a*) ?@?(%d*)$')
  if not sum or sum ~= '' and sum ~= '-' and not whole_number(sum) or word ~= '' and word ~= 'suspend' and word ~= 'hide' and word ~= 'reinstate'
    or reached ~= '' and not whole_number(reached) then
    return nil
  end
  return sum, word, tonumber(reached)
end

-- The score that the user is to have; false: none. `old` is what the user has.
local function right_score(sum, change, old)
  if sum == '' then
    return old
  elseif sum == '-' and not (change and change.plays) then
    return false
  end
  return shown_score(sum_with(change, tonumber(sum) or 0))
end

-- Nothing of the user is left on the board, nor withheld.
local function take_off(op, user, on_board)
  if on_board then
    take_away(op.moves, user, on_board)
  end
  redis.call('ZREM', op.withheld, user)
  forget(op.moves, user)
end

-- Puts one user in the right place with the right score. `reached` may be nil: nobody knows.
local function put_right(op, user, sum, change, word, reached)
  if word == 'suspend' or word == 'hide' then
    aside.note(op.suspended, user, word == 'hide')
  elseif word == 'reinstate' then
    aside.forget(op.suspended, user)
  end
  local moves, withheld = op.moves, op.withheld
  local on_board, kept_back = find_moving(moves, user), redis.call('ZSCORE', withheld, user)
  local is_suspended = redis.call('SISMEMBER', op.suspended, user) == 1
  -- Where the audit gave the user none, what is there goes where it belongs.
  local score = is_suspended and (kept_back or on_board) or on_board or kept_back
  local old = score and tonumber(score)
  local total = right_score(sum, change, old)
  if not total then
    take_off(op, user, on_board)
    return
  end
  reached = moves.stamps and reached
  if is_suspended then
    if on_board then
      take_away(moves, user, on_board)
    end
    if reached then
      place_at(moves, user, false, reached)
      old = total
    end
    move_withheld(moves, withheld, user, old, total, op.seq)
    return
  end
  if kept_back then
    redis.call('ZREM', withheld, user)
    if not on_board then
      put_back(moves, user, kept_back)
    end
  end
  if reached then
    place_at(moves, user, integer_text(shown_score(total)), reached)
  else
    move(moves, user, old, total, op.seq)
    write_moves(moves)
  end
end

local function rebuild(keys, args)
  local op = begin_operation(keys, args)
  if not op or op.user ~= '*' or not args[9] or not whole_number(args[9]) or #args % 2 == 0 or #args > 9 + 1000
    or not string.find(args[8], '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_rebuild')
  end
  for index = 10, #args, 2 do
    if not is_user(args[index]) or not told_by_audit(args[index + 1]) then
      return wrong_arguments('leaderboard_rebuild')
    end
  end
  local since, is_stirred = changes_since(op, args[8])
  if not since or is_stirred then
    return { 'behind' }
  end
  local is_last = args[9] ~= '0' or #args == 9
  if is_last then
    record(op, 'rebuild', 0, nil, { 'count', args[9] })
  else
    refuse_full_audit(op.audit)
  end
  has_written = true
  for index = 10, #args, 2 do
    local user = args[index]
    local sum, word, reached = told_by_audit(args[index + 1])
    local change = since[user]
    if change and change.moved then
      reached = change.reached
    end
    put_right(op, user, sum, change, change and change.word or word, reached)
    segments.follow(op.moves, user)
  end
  if is_last then
    tell(op, nil)
  end
  return { 'done' }
end

-- What the audit of each user adds up to now, of a list that has the name and, behind it, what it adds up to as the caller has
-- read it. Nil where the caller has to read on: somebody was erased, a user whom no entry named (an empty text) has one since,
-- which also tells of points before it, or it is what no score can be.
local function sums_until_now(op, seen, list, first, step)
  local since, is_stirred = changes_since(op, seen)
  if not since or is_stirred then
    return nil
  end
  local sums = {}
  for index = first, #list, step do
    local user, text = list[index], string.match(list[index + 1], '^%-?%d*')
    local sum = sum_with(since[user], tonumber(text) or 0)
    if text == '' and since[user] or math.abs(sum) > SCORE_LIMIT then
      return nil
    end
    sums[user] = sum
  end
  return sums
end

-- leaderboard_recover: points and suspensions of which the lost part of an audit told. The users keep the score that they have,
-- and an entry for each says by how much it is beside what the audit adds up to; another one that they are suspended.
-- KEYS  as in operation.lua, with board and at
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 seen  id of the last audit entry that the caller has read
--       9 …     user and what the user's audit says, up to there, as above; at most 500 users. `suspend` means that it says
--               nothing of the suspension that the board has
-- Returns done, or behind as leaderboard_rebuild does
local function recover(keys, args)
  local op = begin_operation(keys, args)
  if not op or op.user ~= '*' or #args < 8 or #args % 2 ~= 0 or #args > 8 + 1000 or not string.find(args[8], '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_recover')
  end
  for index = 9, #args, 2 do
    local sum = told_by_audit(args[index + 1])
    if not is_user(args[index]) or not sum then
      return wrong_arguments('leaderboard_recover')
    end
  end
  local sums = sums_until_now(op, args[8], args, 9, 2)
  if not sums then
    return { 'behind' }
  end
  for index = 9, #args, 2 do
    local user = args[index]
    local _, word = told_by_audit(args[index + 1])
    local is_suspended = redis.call('SISMEMBER', op.suspended, user) == 1
    local on_board, kept_back = find_moving(op.moves, user), redis.call('ZSCORE', op.withheld, user)
    local score = on_board or kept_back
    if is_suspended then
      score = kept_back or on_board
    end
    if score then
      record_difference(op, user, 'recover', score, sums[user])
    end
    if word == 'suspend' and is_suspended then
      record_next(op, user, 'suspend', 0, score, aside.is_hidden(op.suspended, user) and { 'kind', 'hidden' } or nil)
    end
  end
  if op.seq_text then
    tell(op, nil)
  end
  return { 'done' }
end

-- leaderboard_continue: a board that lost its audit goes on where a backup of it ended, as releases before edition 12 ask for it:
-- the audit itself does not come back. A board that lost its count as well gets the backup's suspensions, and a new epoch.
-- KEYS  1 audit  2 suspended  3 seq  4 epoch  5 chain
-- ARGV  1 seq    of the backup's last audited change
--       2 chain  end of the backup's audit, empty if there was no chain
--       3 …      the suspended users
-- Returns done, or changed: the board has an audit, or another count
local function continue_audit(keys, args)
  local seq = whole_number(args[1] or '')
  if #keys ~= 5 or not seq or not args[2] then
    return wrong_arguments('leaderboard_continue')
  end
  local count = redis.call('GET', keys[3])
  count = count_of(count) and count
  if redis.call('EXISTS', keys[1], keys[5]) > 0 or count and count ~= args[1] then
    return { 'changed' }
  end
  if not count then
    refuse_other_types(keys[4])
    for index = 3, #args do
      redis.call('SADD', keys[2], args[index])
    end
    redis.call('DEL', keys[4])
    redis.call('SET', keys[3], args[1])
  end
  if args[2] ~= '' then
    redis.call('SET', keys[5], args[2])
  end
  return { 'done' }
end

register_operation('leaderboard_rebuild', rebuild)
register_operation('leaderboard_recover', recover)
register_operation('leaderboard_continue', continue_audit)
