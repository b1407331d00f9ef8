-- The token bucket of one user, kept as one number: the time at which it is full again (GCRA turned around). Pure:
-- the caller reads the clock and the key. All times are whole microseconds, so nothing is ever rounded.
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
  local full_in = (tonumber(full_at or now) or now) - now
  -- In the past: full. Further away than an empty bucket can be: the clock was set back or the limit was changed.
  full_in = math.max(0, math.min(full_in, fill_time))
  if full_in + token_time > fill_time then
    return false, full_in
  end
  return true, full_in + token_time
end
