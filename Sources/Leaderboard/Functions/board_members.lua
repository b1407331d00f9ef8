-- leaderboard_admit: puts a user on the list of those who are members of a board.
-- KEYS  1 board    its definition: without one (and of main it may be without) there is nothing to be a member of
--       2 members  sorted set: user → 0
-- ARGV  1 user
--       2 maximum  members that there may be
--       3 made     1: the board may be without a definition
-- Returns done | unchanged | full | no_board

do

local function admit(keys, args)
  local user, maximum = args[1], whole_number(args[2] or '')
  if #keys ~= 2 or #args ~= 3 or user == '' or not maximum then
    return redis.error_reply('BADARG leaderboard_admit: a key or an argument is missing or wrong')
  end
  local held = redis.call('GET', keys[1])
  if held and not definition_of(held) or not held and args[3] ~= '1' then
    return 'no_board'
  end
  if redis.call('ZSCORE', keys[2], user) then
    return 'unchanged'
  end
  if redis.call('ZCARD', keys[2]) >= maximum then
    return 'full'
  end
  redis.call('ZADD', keys[2], 0, user)
  return 'done'
end

redis.register_function('leaderboard_admit', admit)

end
