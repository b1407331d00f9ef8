-- How many watch a board, over all instances. Each instance that has viewers of the board says so anew every moment; what is not
-- said again is forgotten, so that an instance that died counts for no longer.
--
--   viewers   hash: instance, a space, and the window (empty: the one that never ends) -> how many, a space, and until when that
--             counts, in milliseconds. It goes by itself with the last of them
--
-- leaderboard_presence: says how many watch through an instance
-- KEYS  1 viewers
-- ARGV  1 instance  2 window  3 how many; 0: it is forgotten at once  4 milliseconds: for so long
-- Returns done
--
-- leaderboard_viewers: how many watch through all other instances. It writes nothing
-- KEYS  1 viewers
-- ARGV  1 instance  2 window
-- Returns the number

do

local function now_of(clock)
  return clock[1] * 1000 + math.floor(clock[2] / 1000)
end

-- How many a field's text says, and until when; nil of what says nothing.
local function said_by(text)
  local count, until_ = string.match(text, '^(%d+) (%d+)$')
  count, until_ = whole_number(count or ''), whole_number(until_ or '')
  if count and until_ then
    return count, until_
  end
end

local function presence(keys, args)
  local count, length = whole_number(args[3] or ''), whole_number(args[4] or '')
  if #keys ~= 1 or #args ~= 4 or args[1] == '' or not count or count < 0 or not length or length < 1 or length > 86400000 then
    return wrong_arguments('leaderboard_presence')
  end
  local viewers, now, kept = keys[1], now_of(redis.call('TIME')), redis.call('HGETALL', keys[1])
  for index = 1, #kept, 2 do
    local _, ends = said_by(kept[index + 1])
    if not ends or ends <= now then
      redis.call('HDEL', viewers, kept[index])
    end
  end
  local field = args[1] .. ' ' .. args[2]
  if count == 0 then
    redis.call('HDEL', viewers, field)
  else
    redis.call('HSET', viewers, field, args[3] .. ' ' .. integer_text(now + length))
    redis.call('PEXPIRE', viewers, args[4])
  end
  return { 'done' }
end

local function viewers_elsewhere(keys, args)
  if #keys ~= 1 or #args ~= 2 then
    return wrong_arguments('leaderboard_viewers')
  end
  local now, kept, sum = now_of(redis.call('TIME')), redis.call('HGETALL', keys[1]), 0
  for index = 1, #kept, 2 do
    local instance, window = string.match(kept[index], '^(%S+) (.*)$')
    local count, ends = said_by(kept[index + 1])
    if instance and instance ~= args[1] and window == args[2] and ends and ends > now then
      sum = math.min(sum + count, SCORE_LIMIT)
    end
  end
  return sum
end

redis.register_function('leaderboard_presence', presence)
redis.register_function{ function_name = 'leaderboard_viewers', callback = viewers_elsewhere, flags = { 'no-writes' } }

end
