-- What waits to be delivered to the endpoints of webhooks, and which instance delivers it. All keys have one hash tag, which no board
-- can have. Each call names the caller's lease: who has lost it writes nothing, so that no two instances take up the same event.
--
--   lease     string: token of the instance that delivers
--   marks     hash: how far events were taken up, as the caller names and writes it, and since when each endpoint is known
--   waiting   sorted set of one endpoint: id of a message -> when it is to be sent next, in milliseconds
--   messages  hash of one endpoint: id -> when it was made, a space, and its body; `<id> tries` -> how often it was sent
--
-- leaderboard_webhooks_lead: takes the lease, if nobody else has it, or holds it longer
-- KEYS  1 lease
-- ARGV  1 token  2 milliseconds: for so long; 0: gives it back
-- Returns  1 (the caller has it) or 0, and Redis' time in milliseconds
--
-- leaderboard_webhooks_since: since when each endpoint is known, in milliseconds: since now, if it was not
-- KEYS  1 lease  2 marks
-- ARGV  1 token  2 … endpoints
-- Returns lost, or done and the time of each
--
-- leaderboard_webhooks_add: messages for endpoints, and the mark up to which they were made. A mark that stands already has had its
-- messages: so the call may be repeated
-- KEYS  1 lease  2 marks  then of each endpoint: waiting messages
-- ARGV  1 token  2 field  3 mark, then of each message:
--       endpoint (from 1)  id  when it is to be sent  maximum (of messages that may wait already)  made  body
-- Returns lost, or done, and of each endpoint how many found no room, and how many wait
--
-- leaderboard_webhooks_next: the message that is to be sent next
-- KEYS  1 lease  2 waiting  3 messages
-- ARGV  1 token
-- Returns lost | none | next id when made tries body waiting
--
-- leaderboard_webhooks_settle: what became of a message
-- KEYS  1 lease  2 waiting  3 messages
-- ARGV  1 token  2 id  3 when it is to be sent again; empty: never
-- Returns lost, or done and how many wait

do

-- What an endpoint that nobody knows any more has left goes away by itself: three days after its last message.
local STAY = '259200000'

local function is_held(lease, token)
  return token ~= '' and redis.call('GET', lease) == token
end

local function lead(keys, args)
  local lease, token, length = keys[1], args[1], whole_number(args[2] or '')
  if #keys ~= 1 or #args ~= 2 or token == '' or not length or length < 0 then
    return wrong_arguments('leaderboard_webhooks_lead')
  end
  local clock = redis.call('TIME')
  local now, held = clock[1] * 1000 + math.floor(clock[2] / 1000), redis.call('GET', lease)
  if held and held ~= token then
    return { 0, now }
  elseif length == 0 then
    redis.call('UNLINK', lease)
    return { 0, now }
  end
  redis.call('SET', lease, token, 'PX', integer_text(length))
  return { 1, now }
end

local function since(keys, args)
  if #keys ~= 2 or #args < 1 then
    return wrong_arguments('leaderboard_webhooks_since')
  elseif not is_held(keys[1], args[1]) then
    return { 'lost' }
  end
  local clock, answer = redis.call('TIME'), { 'done' }
  local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
  for index = 2, #args do
    local field = 'since ' .. args[index]
    local known = whole_number(redis.call('HGET', keys[2], field) or '')
    if not known then
      redis.call('HSET', keys[2], field, integer_text(now))
    end
    answer[index] = known or now
  end
  return answer
end

local MESSAGE = 6

local function are_messages(args, endpoints)
  if #args < 3 or (#args - 3) % MESSAGE ~= 0 or args[2] == '' then
    return false
  end
  for first = 4, #args, MESSAGE do
    local endpoint, due, maximum = whole_number(args[first]), whole_number(args[first + 2]), whole_number(args[first + 3])
    if not endpoint or endpoint < 1 or endpoint > endpoints or args[first + 1] == '' or not due or not maximum
      or not whole_number(args[first + 4]) then
      return false
    end
  end
  return true
end

local function add(keys, args)
  local endpoints = (#keys - 2) / 2
  if endpoints < 0 or endpoints ~= math.floor(endpoints) or not are_messages(args, endpoints) then
    return wrong_arguments('leaderboard_webhooks_add')
  elseif not is_held(keys[1], args[1]) then
    return { 'lost' }
  end
  local answer = { 'done' }
  local is_new = redis.call('HGET', keys[2], args[2]) ~= args[3]
  for endpoint = 1, endpoints do
    answer[2 * endpoint], answer[2 * endpoint + 1] = 0, redis.call('ZCARD', keys[2 * endpoint + 1])
  end
  for first = 4, is_new and #args or 0, MESSAGE do
    local endpoint, id = tonumber(args[first]), args[first + 1]
    local waiting, messages = keys[2 * endpoint + 1], keys[2 * endpoint + 2]
    if redis.call('ZSCORE', waiting, id) then
      -- There already.
    elseif answer[2 * endpoint + 1] >= tonumber(args[first + 3]) then
      answer[2 * endpoint] = answer[2 * endpoint] + 1
    else
      redis.call('HSET', messages, id, args[first + 4] .. ' ' .. args[first + 5])
      redis.call('ZADD', waiting, args[first + 2], id)
      redis.call('PEXPIRE', messages, STAY)
      redis.call('PEXPIRE', waiting, STAY)
      answer[2 * endpoint + 1] = answer[2 * endpoint + 1] + 1
    end
  end
  if is_new then
    redis.call('HSET', keys[2], args[2], args[3])
  end
  return answer
end

local function next_message(keys, args)
  if #keys ~= 3 or #args ~= 1 then
    return wrong_arguments('leaderboard_webhooks_next')
  elseif not is_held(keys[1], args[1]) then
    return { 'lost' }
  end
  local first = redis.call('ZRANGE', keys[2], 0, 0, 'WITHSCORES')
  while first[1] do
    local kept = redis.call('HMGET', keys[3], first[1], first[1] .. ' tries')
    local made, body = string.match(kept[1] or '', '^(%d+) (.*)$')
    if made and whole_number(made) then
      return { 'next', first[1], first[2], made, whole_number(kept[2] or '') or 0, body, redis.call('ZCARD', keys[2]) }
    end
    -- Of an id without a message nothing can be sent.
    redis.call('ZREM', keys[2], first[1])
    first = redis.call('ZRANGE', keys[2], 0, 0, 'WITHSCORES')
  end
  return { 'none' }
end

local function settle(keys, args)
  local id, due = args[2], args[3]
  if #keys ~= 3 or #args ~= 3 or id == '' or due ~= '' and not whole_number(due) then
    return wrong_arguments('leaderboard_webhooks_settle')
  elseif not is_held(keys[1], args[1]) then
    return { 'lost' }
  end
  local tries = id .. ' tries'
  if due == '' then
    redis.call('ZREM', keys[2], id)
    redis.call('HDEL', keys[3], id, tries)
  elseif redis.call('ZSCORE', keys[2], id) then
    redis.call('ZADD', keys[2], due, id)
    redis.call('HSET', keys[3], tries, integer_text((whole_number(redis.call('HGET', keys[3], tries) or '') or 0) + 1))
    redis.call('PEXPIRE', keys[3], STAY)
    redis.call('PEXPIRE', keys[2], STAY)
  end
  return { 'done', redis.call('ZCARD', keys[2]) }
end

redis.register_function('leaderboard_webhooks_lead', lead)
redis.register_function('leaderboard_webhooks_since', since)
redis.register_function('leaderboard_webhooks_add', add)
redis.register_function('leaderboard_webhooks_next', next_message)
redis.register_function('leaderboard_webhooks_settle', settle)

end
