-- leaderboard_adopt: takes what another service wrote into the audit. The users keep the score that they have, and an entry for
-- each says by how much it is beside what the audit adds up to. What was written during a suspension does not count
-- (suspend.lua), and goes.
-- KEYS  as in operation.lua, with board and at
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 seen  id of the last audit entry that the caller has read
--       9 …     of each user, at most 500: name, what the user's audit adds up to, up to there (empty: no entry names the
--               user), and how many points the user had before the first entry of a whole audit (0: none), of which the
--               new entry's field `unaudited` tells
-- Returns done, or behind: since `seen` there are more than 500 entries, somebody was erased, such points were adopted, or one of
-- the users has a first entry: read on and call again

do

-- Takes a user's score to where it belongs, after an entry that tells it. `had` are the scores on the board and withheld.
local function adopt_of(op, user, sum, unaudited, had)
  local is_suspended = redis.call('SISMEMBER', op.suspended, user) == 1
  local score, stray = had[1] or had[2], had[2]
  if is_suspended then
    score, stray = had[2] or had[1], had[1]
  end
  local more = unaudited ~= '0' and { 'unaudited', unaudited } or stray and {}
  record_difference(op, user, 'adopt', score, sum, more)
  if stray and is_suspended then
    take_away(op.moves, user, had[1])
    redis.call('ZADD', op.withheld, score, user)
  elseif stray then
    redis.call('ZREM', op.withheld, user)
    put_back(op.moves, user, score)
  end
end

local function adopt(keys, args)
  local op = begin_operation(keys, args)
  if not op or op.user ~= '*' or #args < 8 or (#args - 8) % 3 ~= 0 or #args > 8 + 1500
    or not string.find(args[8], '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_adopt')
  end
  for index = 9, #args, 3 do
    if not is_user(args[index]) or args[index + 1] ~= '' and not whole_number(args[index + 1])
      or not whole_number(args[index + 2]) then
      return wrong_arguments('leaderboard_adopt')
    end
  end
  local sums = sums_until_now(op, args[8], args, 9, 3)
  if not sums then
    return { 'behind' }
  end
  for index = 9, #args, 3 do
    local user = args[index]
    adopt_of(op, user, sums[user], args[index + 2],
      { find_moving(op.moves, user), redis.call('ZSCORE', op.withheld, user) })
    segments.follow(op.moves, user)
  end
  if op.seq_text then
    tell(op, nil)
  end
  return { 'done' }
end

register_operation('leaderboard_adopt', adopt)

end
