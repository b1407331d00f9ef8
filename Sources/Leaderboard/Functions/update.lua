-- leaderboard_update: one increase of one user's score, with all that belongs to it, in one atomic call.
-- Checks first, writes last: a function runs alone, but is not rolled back. A refusal writes nothing (but for a bucket that
-- cannot be: token_bucket.lua), nor does an error for what a key holds: another type, or an audit that takes no entry. What
-- lives for a while only is no error: a bucket or an outcome of another type is as if it were not there, and is replaced.
--
-- KEYS  1 scores     sorted set: user -> score
--       2 audit      stream: one entry for each update
--       3 suspended  set of users whose updates are refused
--       4 seq        counter of the board's updates
--       5 epoch      within one, a seq stands for one change (epoch.lua)
--       6 chain      end of the audit's chain of hashes (audit.lua)
--       7 limit      the user's token bucket (token_bucket.lua)
--       8 idem       outcome stored for the idempotency key; left out when there is none
-- ARGV  1 user           1 to 128 of A-Z a-z 0-9 _ - . : @ | + = ~
--       2 increase       whole number within the limit; the service passes none below 0
--       3 capacity       of the token bucket
--       4 token_time     microseconds in which one token comes back
--       5 audit_max      length to which the audit stream is trimmed, about
--       6 idem_lifetime  milliseconds for which an outcome is kept
--       7 with_rank      1: tell the rank
--       8 channel        where the event is published
--       9 ip             of the client, for the audit
--      10 request        id of the request, for the audit
--      11 trace          id of its trace (32 of 0-9 a-f), for the audit; left out where there is none
--
-- Returns one of
--   applied   score seq time full_in rank   (time: ms since 1970; full_in: us until the bucket is full; rank: 1 is best,
--   replayed  score seq time full_in rank    0 when nobody asked). A replay is the first outcome, word for word, and
--                                            takes no token: only full_in is of now
--   suspended
--   key_reused                               the idempotency key was used for another increase
--   rate_limited full_in
--   score_limit full_in                      the total would leave +-(2^53 - 1); no token is taken
-- Only an outcome that wrote something is stored for the idempotency key: after any other, the key is free.
--
-- 9 calls to Redis for a plain update: 4 read, 5 write. The rank is one more, an idempotency key two more (its outcome
-- always holds the rank, so that a replay can tell it), the first update of a board's epoch one more.

local find_text

local function is_user(text)
  find_text = find_text or string.find
  return #text <= 128 and find_text(text, '^[%w_%-%.:@|+=~]+$') ~= nil
end

-- The outcome that a key holds: increase (a text), score, seq, time, rank. Nil where there is none, and for what can be none: it
-- is as if it were not there, or its user would never have an answer.
local function outcome_of(text)
  local increase, score, seq, time, rank = string.match(text or '', '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
  if not rank or not whole_number(increase) then
    return nil
  end
  score, seq, time, rank = whole_number(score), whole_number(seq), whole_number(time), whole_number(rank)
  if not score or not seq or seq < 1 or not time or time < 0 or not rank or rank < 0 then
    return nil
  end
  return { increase, score, seq, time, rank }
end

local function update(keys, args)
  local scores, audit, suspended, seq_key, epoch_key, chain_key, limit, idem = unpack(keys)
  local user, increase_text, capacity, token_time, audit_max, idem_lifetime, with_rank, channel, ip, request, trace =
    unpack(args)
  local increase = whole_number(increase_text)
  capacity, token_time = tonumber(capacity), tonumber(token_time)
  if #keys < 7 or not request or not is_user(user) or not increase or not capacity or capacity < 1 or not token_time
    or token_time < 1 or not tonumber(audit_max) or not tonumber(idem_lifetime)
    or trace and not (#trace == 32 and string.find(trace, '^[0-9a-f]+$')) then
    return redis.error_reply('BADARG leaderboard_update: a key or an argument is missing or wrong')
  end

  local call = redis.call
  -- What is returned of an error is surely not written: audit.lua.
  local is_suspended = redis.pcall('SISMEMBER', suspended, user)
  if is_suspended ~= 0 then
    return is_suspended == 1 and { 'suspended' } or is_suspended
  end

  local last_seq, epoch, chain, full_at, first_outcome = unpack(call('MGET', unpack(keys, 4)))
  local clock = call('TIME')
  local now = clock[1] * 1000000 + clock[2]
  local taken, full_in = take_from(limit, full_at, now, capacity, token_time)
  local first = outcome_of(first_outcome)
  if first then
    if first[1] ~= increase_text then
      return { 'key_reused' }
    end
    if taken then
      full_in = full_in - token_time
    end
    return { 'replayed', first[2], first[3], first[4], full_in, first[5] }
  end
  if not taken then
    return { 'rate_limited', full_in }
  end
  local had = redis.pcall('ZSCORE', scores, user) or 0
  if type(had) == 'table' then
    return had
  end
  local total = had + increase
  if total > SCORE_LIMIT or total < -SCORE_LIMIT then
    return { 'score_limit', full_in - token_time }
  end
  last_seq = count_of(last_seq)
  if not (last_seq and epoch and chain) then
    local is_sound, fault = pcall(refuse_other_types, seq_key, epoch_key, chain_key)
    if not is_sound then
      return error_of(fault)
    end
  end
  -- Of the time, its milliseconds: integer_text cuts, and so does Redis in a reply.
  local seq, score, time = (last_seq or 0) + 1, math.floor(total) + 0, now / 1000
  local score_text, seq_text, time_text = integer_text(score), integer_text(seq), integer_text(time)

  -- From here on everything is written, the entry first.
  local id
  if not trace then
    -- What `append` of audit.lua does, written out: 1.2 us of 15 less than with a table of the fields.
    local hash = redis.sha1hex((chain or '0\n0-0') .. '\nuser\n' .. user .. '\nincrease\n' .. increase_text
      .. '\nscore\n' .. score_text .. '\nseq\n' .. seq_text .. '\nip\n' .. ip .. '\nrequest\n' .. request)
    id = redis.pcall('XADD', audit, 'MAXLEN', '~', audit_max, time_text .. '-*', 'user', user, 'increase', increase_text,
      'score', score_text, 'seq', seq_text, 'ip', ip, 'request', request, 'hash', hash)
    chain = type(id) == 'string' and hash .. '\n' .. id or chain
  end
  if type(id) ~= 'string' then
    local is_done, appended = pcall(append, audit, audit_max, chain, { 'user', user, 'increase', increase_text,
      'score', score_text, 'seq', seq_text, 'ip', ip, 'request', request, trace and 'trace', trace }, time_text)
    if not is_done then
      return error_of(appended)
    end
    chain = appended
  end
  epoch = epoch_of_change(epoch_key, last_seq, epoch, clock)
  keep_bucket(limit, now, full_in)
  call('ZINCRBY', scores, increase_text, user)
  call('MSET', seq_key, seq_text, chain_key, chain)
  last_count, last_count_text = seq < SCORE_LIMIT and seq or nil, seq_text
  if noted[channel] ~= audit_max or seq == 1 then
    note_kept(audit, audit_max, seq, channel)
  end

  local rank = 0
  if idem or with_rank == '1' then
    rank = call('ZREVRANK', scores, user) + 1
  end
  if idem then
    local outcome = { increase_text, score_text, seq_text, time_text, integer_text(rank) }
    call('SET', idem, table.concat(outcome, ' '), 'PX', idem_lifetime)
  end
  publish_score(channel, user, score_text, increase_text, seq_text, epoch, time_text)
  return { 'applied', score, seq, time, full_in, rank }
end

redis.register_function('leaderboard_update', update)
