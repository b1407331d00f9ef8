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
  local fill_time = capacity * token_time
  to_number = to_number or tonumber
  local time = to_number(full_at or now)
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

-- For how many milliseconds the key of a bucket is there that is full in `full_in`, as text; rounded up, as integer_text cuts. Most buckets
-- were full before their token was taken, and last as long as the one before: to make the text costs 2,200 instructions.
local lasting_text

do
  local last, last_text = nil, nil

  function lasting_text(full_in)
    if full_in ~= last then
      last, last_text = full_in, integer_text((full_in + 999) / 1000)
    end
    return last_text
  end
end

-- Notes that a bucket is full in `full_in`; a full one needs no key.
local redis_call

local function keep_bucket(key, now, full_in)
  redis_call = redis_call or redis.call
  redis_call('SET', key, integer_text(now + full_in), 'PX', lasting_text(full_in))
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
