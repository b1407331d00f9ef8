-- The token bucket of one user, kept as one number: the time at which it is full again (GCRA turned around). The
-- caller reads the clock and the key. All times are whole microseconds, so nothing is ever rounded.
--
--   full_at     text as stored, or false: no key, the bucket is full
--   now         Redis' time
--   capacity    tokens of a full bucket
--   token_time  time in which one token comes back
--
-- Returns whether a token was there, and the time from now until the bucket is full (after the token was taken, if it
-- was). From that: remaining tokens = capacity - ceil(full_in / token_time), and after a refusal the next token comes in
-- full_in - (capacity - 1) * token_time.
local function take(full_at, now, capacity, token_time)
  if not full_at then
    return true, token_time
  end
  local fill_time = capacity * token_time
  to_number = to_number or tonumber
  local time = to_number(full_at)
  -- What can be no time (abc, nan, inf) is as if it were not there.
  local full_in = (time and time <= SCORE_LIMIT and time or now) - now
  -- In the past: full. Further away than an empty bucket can be: the clock was set back or the limit was changed.
  if not (full_in > 0) then
    -- Also of what is no number (nan).
    full_in = 0
  elseif full_in > fill_time then
    full_in = fill_time
  end
  if full_in + token_time > fill_time then
    return false, full_in
  end
  return true, full_in + token_time
end

-- When a bucket is full, as its key has it; and until when the key is there, in milliseconds, rounded up, as integer_text cuts. Most
-- buckets of a group were full before their token was taken, and are full again at one time: to make the texts costs 2,200 instructions.
local bucket_texts

do
  local last, full_text, until_text = nil, nil, nil

  function bucket_texts(full_at)
    if full_at ~= last then
      last, full_text, until_text = full_at, integer_text(full_at), integer_text((full_at + 999) / 1000)
    end
    return full_text, until_text
  end
end

-- Notes that a bucket is full in `full_in`; a full one needs no key. (PXAT: what is told in any other way, Redis writes anew for its
-- append-only file and replicas.)
local redis_call

local function keep_bucket(key, now, full_in)
  redis_call = redis_call or redis.call
  local full_text, until_text = bucket_texts(now + full_in)
  redis_call('SET', key, full_text, 'PXAT', until_text)
end

-- `take`, from the bucket that `key` holds. After a token was taken, the caller keeps the bucket. A refusal writes nothing,
-- unless the key says a time further away than can be: that is put right. Otherwise the bucket would look as if it had been
-- emptied just now, each time until then, and its user be refused for as long.
local function take_from(key, full_at, now, capacity, token_time)
  local taken, full_in = take(full_at, now, capacity, token_time)
  if not taken and full_at - now > full_in then
    keep_bucket(key, now, full_in)
  end
  return taken, full_in
end

-- Takes a token of one bucket, by Redis' clock. Returns 0; or, with none taken, how long until there is one, in microseconds.
local function take_token(key, capacity, token_time)
  local clock = redis.call('TIME')
  local now = clock[1] * 1000000 + clock[2]
  local taken, full_in = take_from(key, redis.call('MGET', key)[1], now, capacity, token_time)
  if not taken then
    return full_in - (capacity - 1) * token_time
  end
  keep_bucket(key, now, full_in)
  return 0
end
