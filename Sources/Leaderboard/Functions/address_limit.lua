-- leaderboard_address_failure: one request without a valid token, from one address. A token bucket for each address
-- (token_bucket.lua), which all instances share; a valid token is not counted.
-- KEYS  1 address     the address' bucket
-- ARGV  1 capacity    of the bucket
--       2 token_time  microseconds in which one token comes back
-- Returns how long the address is over the limit, in microseconds; 0 if it is not.

do

local function address_failure(keys, args)
  local capacity, token_time = whole_number(args[1]), whole_number(args[2])
  if #keys ~= 1 or not capacity or capacity < 1 or not token_time or token_time < 1 then
    return redis.error_reply('BADARG leaderboard_address_failure: a key or an argument is missing or wrong')
  end
  return take_token(keys[1], capacity, token_time)
end

-- leaderboard_spend: a token of each of some buckets, or of none.
-- KEYS  1 … buckets, each once
-- ARGV  1 capacity  2 token_time  of each, as above
-- Returns 0: they are taken; otherwise how long until each bucket has one, in microseconds.
local function spend(keys, args)
  local capacity, token_time = whole_number(args[1] or ''), whole_number(args[2] or '')
  if #keys < 1 or #args ~= 2 or not capacity or capacity < 1 or not token_time or token_time < 1 then
    return redis.error_reply('BADARG leaderboard_spend: a key or an argument is missing or wrong')
  end
  local clock, full_in, wait = redis.call('TIME'), {}, 0
  local now = clock[1] * 1000000 + clock[2]
  for index, full_at in ipairs(redis.call('MGET', unpack(keys))) do
    local taken
    taken, full_in[index] = take_from(keys[index], full_at, now, capacity, token_time)
    if not taken then
      wait = math.max(wait, full_in[index] - (capacity - 1) * token_time)
    end
  end
  if wait == 0 then
    for index, key in ipairs(keys) do
      keep_bucket(key, now, full_in[index])
    end
  end
  return wait
end

redis.register_function('leaderboard_address_failure', address_failure)
redis.register_function('leaderboard_spend', spend)

end
