-- The audit: a stream with one entry for each change of the board, chained by hashes. And the events that tell viewers.
--
-- Each entry's field `hash` is SHA-1 over the hash and the id of the entry before it and over all its own fields, name and
-- value, in their order, joined by line breaks. The key `chain` holds hash and id of the last entry, with a line break between:
-- it vouches for that entry's id, and for the end of the stream. A board's first entry follows `0` and `0-0`.
--
-- What it proves: an entry that was edited, removed, inserted or moved without the rest of the chain being computed anew is
-- found, and so is a cut at the end. An erasure opens no gap in this: it keeps what stood before an erased entry (erase.lua).
-- What it does not: who may write the stream and the chain's key, and computes everything behind their edit anew, is not
-- found, unless somebody kept a hash of before elsewhere. A trusted copy of one later hash vouches for all that came before it.
--
-- A cut at the beginning is what trimming does, but trimming leaves as many entries as it was told to. So the key `<audit>:kept`
-- (beside the audit, named by it) says how many there must be: length to which the stream is trimmed, entries, seq; as of the
-- change with this seq. Each change adds an entry. Where fewer are there, some were removed.
--
-- Times: an entry's id begins with Redis' clock, in milliseconds. Ids only grow: after the clock was set back, they run ahead
-- of it until it has caught up. Such an entry has what the clock said in the field `time`; any other is of its id's time. So
-- no entry is later than its id. The key `<audit>:ahead` (beside the audit, named by it) tells readers how far beyond a time
-- they must look for entries up to it: the most milliseconds by which an id ran ahead, a space, and the last id that did.
--
-- The entry is the first that a change writes, after all checks. Redis may refuse it, for the stream may end at the last id
-- that there is; nothing behind it can be refused for what a key holds.
--
-- Cost: measured in ops/bench/updates. No call to Redis is added, as MSET takes the place of INCR.

-- The operation that runs has written: from here on, an error leaves a part of it behind.
local has_written = false

-- What was raised, as a reply. (The pcall of Redis makes texts of its errors.)
local function error_of(raised)
  local text = type(raised) == 'table' and raised.err or tostring(raised)
  return redis.error_reply(string.find(text, '^%u+ ') and text or 'ERR ' .. text)
end

local protected

-- Those that are registered, by name.
local operations = {}

-- Registers an operation. An error before its first write is returned, not raised: such a reply has not the place in the script
-- that Redis adds to what is raised, and by that callers know that nothing was written. `take_back` makes it so where it can, and
-- returns whether it could.
local function register_operation(name, operation, take_back)
  operations[name] = function(keys, args)
    has_written = false
    protected = protected or pcall
    local is_done, reply = protected(operation, keys, args)
    if is_done then
      return reply
    elseif has_written and not (take_back and take_back()) then
      error(reply, 0)
    end
    return error_of(reply)
  end
  redis.register_function(name, operations[name])
end

-- Refuses keys of a board that are of another type, where MGET, which passes over such a key, has found nothing.
local function refuse_other_types(...)
  for _, key in ipairs({ ... }) do
    redis.call('GET', key)
  end
end

-- The fields of a stream entry by name.
local function fields_of(entry)
  local fields = {}
  for index = 1, #entry[2], 2 do
    fields[entry[2][index]] = entry[2][index + 1]
  end
  return fields
end

-- The seq of the last change that the audit tells of; 0: of none. A board whose count is gone counts on behind it, so that in an
-- audit a seq stands for one change. What erasures left has the seqs of before. An audit that has come to the last seq begins anew.
local function last_audited_seq(audit)
  local last, start, page = 0, '+', nil
  repeat
    page = redis.call('XREVRANGE', audit, start, '-', 'COUNT', 100)
    for _, entry in ipairs(page) do
      local fields = fields_of(entry)
      local seq = whole_number(fields.seq or '')
      if seq and fields.action ~= 'erased' then
        return count_of(fields.seq) and math.max(seq, last) or 0
      end
      last = math.max(last, seq and count_of(fields.seq) or 0)
      start = '(' .. entry[1]
    end
  until #page < 100
  return last
end

-- Milliseconds since 1970.
local function milliseconds(clock)
  return clock[1] * 1000 + math.floor(clock[2] / 1000)
end

local function chained(chain, fields)
  return redis.sha1hex((chain or '0\n0-0') .. '\n' .. table.concat(fields, '\n'))
end

local function ahead_key(audit)
  return audit .. ':ahead'
end

-- Notes that this entry's id runs ahead of its time.
local function keep_ahead(audit, id, time_text)
  local lead = tonumber(string.match(redis.call('GET', ahead_key(audit)) or '', '^(%d+) ')) or 0
  local ahead_by = math.min(string.match(id, '^%d+') - time_text, SCORE_LIMIT)
  redis.call('SET', ahead_key(audit), integer_text(math.max(lead, ahead_by)) .. ' ' .. id)
end

-- `append` where the stream's last id is later than the entry.
local function append_behind(audit, audit_max, chain, fields, time_text)
  refuse_other_types(ahead_key(audit))
  fields[#fields + 1] = 'time'
  fields[#fields + 1] = time_text
  local hash = chained(chain, fields)
  fields[#fields + 1] = 'hash'
  fields[#fields + 1] = hash
  local id = redis.pcall('XADD', audit, 'MAXLEN', '~', audit_max, '*', unpack(fields))
  if type(id) ~= 'string' then
    error({ err = 'NOAUDIT ' .. id.err })
  end
  has_written = true
  keep_ahead(audit, id, time_text)
  return hash .. '\n' .. id
end

-- The last that there is: behind it, a stream takes no entry.
local LAST_ID = '18446744073709551615-18446744073709551615'

-- For one of several calls of which the last appends.
local function refuse_full_audit(audit)
  local last = redis.call('XREVRANGE', audit, '+', '-', 'COUNT', 1)[1]
  if last and last[1] == LAST_ID then
    error({ err = 'NOAUDIT the last entry has the last id that there is' })
  end
end

-- Appends an entry and returns what `chain` is to be set to. `fields` is a flat list, to which the hash is added.
local function append(audit, audit_max, chain, fields, time_text)
  local hash, count = chained(chain, fields), #fields
  fields[count + 1] = 'hash'
  fields[count + 2] = hash
  local id = redis.pcall('XADD', audit, 'MAXLEN', '~', audit_max, time_text .. '-*', unpack(fields))
  if type(id) == 'string' then
    has_written = true
    return hash .. '\n' .. id
  end
  fields[count + 1] = nil
  fields[count + 2] = nil
  return append_behind(audit, audit_max, chain, fields, time_text)
end

-- By the board's channel, to which length this life of the library (epoch.lua) knows the audit's key `kept` to say that it is
-- trimmed. Not by key: those of two databases have the same names, and one library.
local noted = {}

-- Notes how many entries the audit must have from the change `seq` on, which has been appended. What must have been there when
-- the length was another one counts on: so a removal is not forgotten over it.
local function note_kept(audit, audit_max, seq, channel)
  local key = audit .. ':kept'
  local kept = redis.pcall('GET', key)
  if type(kept) == 'table' and not string.find(kept.err, 'WRONGTYPE', 1, true) then
    return
  end
  local max, entries, since = string.match(type(kept) == 'string' and kept or '', '^(%d+) (%d+) (%d+)$')
  if max ~= audit_max then
    if max then
      entries = math.min(max, entries + math.max(0, seq - since), audit_max)
    else
      entries = redis.pcall('XLEN', audit)
    end
    -- By pcall, for the change is written, and this key is not declared: on a slot that is moving it may not be at hand. And a user
    -- may count no entries.
    local is_kept = type(entries) == 'number'
      and redis.pcall('SET', key, audit_max .. ' ' .. integer_text(entries) .. ' ' .. integer_text(seq)).ok
    noted[channel] = is_kept and audit_max
    return
  end
  noted[channel] = audit_max
end

-- Notes that the audit was put there as it is.
local function note_as_is(audit, audit_max, seq, channel)
  redis.call('DEL', audit .. ':kept')
  note_kept(audit, audit_max, seq, channel)
end

-- In a cluster the channel belongs to the board's slot, and only that slot's nodes hear of it (SPUBLISH). Asked once in the
-- library's life; by pcall, for it must not fail after writes: a user that may not ask (INFO) is on a single server.
local publish_command

local function publisher()
  if not publish_command then
    local info = redis.pcall('INFO', 'cluster')
    local is_cluster = type(info) == 'string' and string.find(info, 'cluster_enabled:1', 1, true)
    publish_command = is_cluster and 'SPUBLISH' or 'PUBLISH'
  end
  return publish_command
end

-- Kept at its first use, as in numbers.lua.
local redis_pcall

-- Tells those who listen to the board's channel. Returns what Redis does: a table is the error for which it is not told.
local function announce(channel, event)
  redis_pcall = redis_pcall or redis.pcall
  return redis_pcall(publish_command or publisher(), channel, event)
end

-- What each event ends with.
local function event_end(seq_text, epoch, time_text)
  return ',"seq":' .. seq_text .. ',"epoch":"' .. epoch .. '","time":' .. time_text .. '}'
end

-- An event of the board's channel. `what` are the members that tell what happened, as JSON. Returns as `announce`.
local function publish(channel, what, seq_text, epoch, time_text)
  return announce(channel, '{' .. what .. event_end(seq_text, epoch, time_text))
end

-- The same of a score that the board shows; in one piece, as each update makes one. Returns what Redis does: a table is the error
-- for which it is not told.
local function publish_score(channel, user, score_text, increase_text, seq_text, epoch, time_text)
  return announce(channel, '{"user_id":"' .. user .. '","score":' .. score_text
    .. ',"score_increase":' .. increase_text .. ',"seq":' .. seq_text .. ',"epoch":"' .. epoch .. '","time":' .. time_text
    .. '}')
end
