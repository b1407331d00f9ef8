-- The audit: a stream with one entry for each change of the board, chained by hashes. And the events that tell viewers.
--
-- Each entry's field `hash` is SHA-1 over the hash and the id of the entry before it and over all its own fields, name and
-- value, in their order, joined by line breaks. The key `chain` holds hash and id of the last entry, with a line break between:
-- it vouches for that entry's id, and for the end of the stream. A board's first entry follows `0` and `0-0`.
--
-- What it proves: an entry that was edited, removed, inserted or moved without the rest of the chain being computed anew is
-- found, and so is a cut at the end. An erasure opens no gap in this: it keeps what stood before an erased entry (erase.lua).
-- What it does not: who may write the stream and the chain's key, and computes everything behind his edit anew, is not
-- found, unless somebody kept a hash of before elsewhere. Nor is a cut at the beginning, which is what trimming does. A
-- trusted copy of one later hash vouches for all that came before it.
--
-- Cost: measured in ops/bench/updates. No call to Redis is added, as MSET takes the place of INCR.

-- Appends an entry and returns what `chain` is to be set to. `fields` is a flat list, to which the hash is added.
local function append(audit, audit_max, chain, fields)
  local hash = redis.sha1hex((chain or '0\n0-0') .. '\n' .. table.concat(fields, '\n'))
  fields[#fields + 1] = 'hash'
  fields[#fields + 1] = hash
  return hash .. '\n' .. redis.call('XADD', audit, 'MAXLEN', '~', audit_max, '*', unpack(fields))
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

-- An event of the board's channel. `what` are the members that tell what happened, as JSON.
local function publish(channel, what, seq_text, epoch, time)
  redis.call(publisher(), channel, '{' .. what .. ',"seq":' .. seq_text .. ',"epoch":"' .. epoch .. '","time":'
    .. integer_text(time) .. '}')
end

local function score_event(user, score_text, increase_text)
  return '"user_id":"' .. user .. '","score":' .. score_text .. ',"score_increase":' .. increase_text
end
