-- leaderboard_update: one increase of one user's score, with all that belongs to it, in one atomic call.
-- Checks first, writes last: a function runs alone, but is not rolled back. A refusal writes nothing (but for a bucket that
-- cannot be: token_bucket.lua), nor does an error for what a key holds: another type, or an audit that takes no entry. What
-- lives for a while only is no error: a bucket or an outcome of another type is as if it were not there, and is replaced. Where
-- Redis withholds a right that only a later write needs, what was written before it is taken back.
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
--   rate_limited full_in                     of an update that is held, or was rejected (write.lua), too: who calls this has no words
--                                            for that, and a key of such an update counts nothing here
--   score_limit full_in                      the total would leave +-(2^53 - 1); no token is taken
-- Only an outcome that wrote something is stored for the idempotency key: after any other, the key is free.
--
-- 9 calls to Redis for a plain update: 4 read, 5 write. The rank is one more, an idempotency key two more (its outcome
-- always holds the rank, so that a replay can tell it), the first update of a board's epoch one more.

local function is_user(text)
  find_text = find_text or string.find
  return #text <= 128 and find_text(text, '^[%w_%-%.:@|+=~]+$') ~= nil
end

-- The outcome that a key holds: what was asked (a text; with `=` behind it, nothing changed: write.lua), score, seq, time, rank, and
-- behind that what the caller does not ask for. Nil where there is none, and for what can be none: it is as if it were not there, or its
-- user would never have an answer.
local function outcome_of(text)
  local operator, value, said, score, seq, time, rank, windows =
    string.match(text or '', '^(%l*)(%-?%d+)(@?[%w%-_./]*)=? (%S+) (%S+) (%S+) (%S+) ?([%w%-_. ;]*)$')
  if not rank or not whole_number(value) or said ~= '' and string.byte(said) ~= 64
    or windows ~= '' and not find_text(windows, '^%S+ %S+ %-?%d') then
    return nil
  end
  score, seq, time, rank = whole_number(score), whole_number(seq), whole_number(time), whole_number(rank)
  if not score or not seq or seq < 1 or not time or time < 0 or not rank or rank < 0 then
    return nil
  end
  return { operator .. value .. said, score, seq, time, rank }
end

-- Takes an entry out of the audit that was appended just now, and makes the board's count and the end of its chain what they were
-- before (nil: not there). Where that is withheld as well, the entry stays, counted and chained if that can be: a verification
-- tells. Returns whether it is gone.
local function take_back_entry(audit, seq_key, chain_key, before, written)
  local is_gone = redis.pcall('XDEL', audit, string.match(written.chain, '\n(.*)$')) == 1
  local kept = is_gone and before or written
  for key, text in pairs({ [seq_key] = kept.seq or '', [chain_key] = kept.chain or '' }) do
    if text == '' then
      redis.pcall('DEL', key)
    else
      redis.pcall('SET', key, text)
    end
  end
  return is_gone
end

local update

do

-- Kept at their first use, as in numbers.lua.
local call, try, sha1hex, kind, open

function update(keys, args)
  if not call then
    call, try, sha1hex, kind, open = redis.call, redis.pcall, redis.sha1hex, type, unpack
    floor, to_number = math.floor, tonumber
  end
  local scores, audit, suspended, seq_key, epoch_key, chain_key, limit, idem = open(keys)
  local user, increase_text, capacity, token_time, audit_max, idem_lifetime, with_rank, channel, ip, request, trace = open(args)
  local increase = whole_number(increase_text)
  capacity, token_time = to_number(capacity), to_number(token_time)
  if #keys < 7 or not request or not is_user(user) or not increase or not capacity or capacity < 1 or not token_time
    or token_time < 1 or not to_number(audit_max) or not to_number(idem_lifetime)
    or trace and not (#trace == 32 and find_text(trace, '^[0-9a-f]+$')) then
    return redis.error_reply('BADARG leaderboard_update: a key or an argument is missing or wrong')
  end

  -- What is returned of an error is surely not written: audit.lua.
  local is_suspended = try('SISMEMBER', suspended, user)
  if is_suspended ~= 0 then
    return is_suspended == 1 and { 'suspended' } or is_suspended
  end

  local kept, clock = try('MGET', open(keys, 4)), try('TIME')
  if kept.err or clock.err then
    return kept.err and kept or clock
  end
  local last_seq_text, epoch, last_chain, full_at, first_outcome = open(kept)
  local now = clock[1] * 1000000 + clock[2]
  local taken, full_in = take_from(limit, full_at, now, capacity, token_time)
  local first = first_outcome and outcome_of(first_outcome)
  local held = first_outcome and not first and string.match(first_outcome, '^(%-?%d+)!%l* %d+%-%d+ %d+$')
  if held then
    -- Who tries again, comes to an instance that knows what became of it.
    return held == increase_text and { 'rate_limited', math.min(capacity * token_time, SCORE_LIMIT) } or { 'key_reused' }
  end
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
  local had = try('ZSCORE', scores, user)
  if had and kind(had) == 'table' then
    return had
  end
  local total = (had or 0) + increase
  if total > SCORE_LIMIT or total < -SCORE_LIMIT then
    return { 'score_limit', full_in - token_time }
  end
  local last_seq = count_of(last_seq_text)
  local counted = last_seq
  if not (last_seq and epoch and last_chain) then
    local is_sound, fault = pcall(refuse_other_types, seq_key, epoch_key, chain_key)
    if is_sound and not last_seq then
      is_sound, fault = pcall(last_audited_seq, audit)
      counted = fault
    end
    if not is_sound then
      return error_of(fault)
    end
  end
  -- Of the time, its milliseconds: integer_text cuts, and so does Redis in a reply.
  local seq, score, time = counted + 1, floor(total) + 0, now / 1000
  local score_text, seq_text, time_text = integer_text(score), integer_text(seq), integer_text(time)

  -- From here on everything is written, the entry first.
  local id, chain
  if not trace then
    -- What `append` of audit.lua does, written out: 1.2 us of 15 less than with a table of the fields.
    local hash = sha1hex((last_chain or '0\n0-0') .. '\nuser\n' .. user .. '\nincrease\n' .. increase_text
      .. '\nscore\n' .. score_text .. '\nseq\n' .. seq_text .. '\nip\n' .. ip .. '\nrequest\n' .. request)
    id = try('XADD', audit, 'MAXLEN', '~', audit_max, time_text .. '-*', 'user', user, 'increase', increase_text,
      'score', score_text, 'seq', seq_text, 'ip', ip, 'request', request, 'hash', hash)
    chain = kind(id) == 'string' and hash .. '\n' .. id
  end
  if not chain then
    local is_done, appended = pcall(append, audit, audit_max, last_chain, { 'user', user, 'increase', increase_text,
      'score', score_text, 'seq', seq_text, 'ip', ip, 'request', request, trace and 'trace', trace }, time_text)
    if not is_done then
      return error_of(appended)
    end
    chain = appended
  end
  -- The user may lack a right for each of these. (The bucket as keep_bucket has it.)
  local bucket = try('SET', limit, integer_text(now + full_in), 'PX', integer_text((full_in + 999) / 1000))
  local count = bucket.ok and try('MSET', seq_key, seq_text, chain_key, chain) or bucket
  local placed = count.ok and try('ZINCRBY', scores, increase_text, user) or count
  local refusal, rank = kind(placed) == 'table' and placed, 0
  if not refusal then
    epoch = epoch_of_change(epoch_key, last_seq, epoch, clock)
    if idem or with_rank == '1' then
      rank = try('ZREVRANK', scores, user)
    end
    local told = kind(rank) == 'table' and rank
      or publish_score(channel, user, score_text, increase_text, seq_text, epoch, time_text)
    refusal = kind(told) == 'table' and told
  end
  if refusal then
    local before, written = { seq = last_seq_text, chain = last_chain }, { seq = seq_text, chain = chain }
    if not take_back_entry(audit, seq_key, chain_key, before, written) then
      error(refusal, 0)
    elseif placed ~= refusal then
      -- Of who was not on the board, 0 points may stay.
      try('ZINCRBY', scores, integer_text(0 - increase), user)
      if not had then
        try('ZREM', scores, user)
      end
    end
    return refusal
  end
  last_count, last_count_text = seq < SCORE_LIMIT and seq or nil, seq_text
  if noted[channel] ~= audit_max or seq == 1 then
    note_kept(audit, audit_max, seq, channel)
  end
  if idem then
    rank = rank + 1
    local outcome = { increase_text, score_text, seq_text, time_text, integer_text(rank) }
    call('SET', idem, table.concat(outcome, ' '), 'PX', idem_lifetime)
  elseif with_rank == '1' then
    rank = rank + 1
  end
  return { 'applied', score, seq, time, full_in, rank }
end

end

redis.register_function('leaderboard_update', update)
