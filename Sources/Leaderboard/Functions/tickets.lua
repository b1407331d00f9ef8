-- Tickets: what opens one live connection, once and within some seconds, on whichever instance. All of them lie on one slot, so that a
-- ticket and the bucket of who asks for it are one call.

do

-- leaderboard_ticket_make
-- KEYS  1 ticket      under the hash of its text: who reads Redis cannot use it
--       2 bucket      of who asks
-- ARGV  1 content     what the ticket stands for
--       2 lifetime    milliseconds
--       3 capacity  4 token_time   of the bucket (token_bucket.lua)
-- Returns 0; or, with nothing made, how long until the bucket has a token, in microseconds.
local function make(keys, args)
  local content, lifetime = args[1], whole_number(args[2] or '')
  local capacity, token_time = whole_number(args[3] or ''), whole_number(args[4] or '')
  if #keys ~= 2 or #args ~= 4 or not lifetime or lifetime < 1 or not capacity or capacity < 1 or not token_time
    or token_time < 1 then
    return redis.error_reply('BADARG leaderboard_ticket_make: a key or an argument is missing or wrong')
  end
  local wait = take_token(keys[2], capacity, token_time)
  if wait ~= 0 then
    return wait
  end
  redis.call('SET', keys[1], content, 'PX', integer_text(lifetime))
  return 0
end

-- leaderboard_ticket_take: reads a ticket and takes it away, for whatever it is used.
-- KEYS  1 ticket
-- Returns its content; nothing where there is none (any more).
local function take(keys)
  if #keys ~= 1 then
    return redis.error_reply('BADARG leaderboard_ticket_take: a key is missing or wrong')
  end
  local content = redis.call('GET', keys[1])
  if content then
    redis.call('DEL', keys[1])
  end
  return content
end

redis.register_function('leaderboard_ticket_make', make)
redis.register_function('leaderboard_ticket_take', take)

end
