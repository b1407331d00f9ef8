-- The intake of a board: other services write updates into its stream `in` by XADD, and the service makes them.
--
-- An entry stands in the stream until it is settled, and the call that settles it is the call that makes its update: one function
-- checks that it stands there, writes, and takes it out. So each counts exactly once, whichever instance dies when, without a consumer
-- group: whoever comes next reads what is left from the stream's beginning, and of two that read the same the second finds
-- nothing and writes nothing.
--
-- leaderboard_intake_read: the first entries, at most about 128 KiB of them. It writes nothing.
-- KEYS  1 in
-- ARGV  1 how many at most, 1 to 1000
-- Returns how many there are in all, then of each its id and the list of its fields and values; the list is left out of one of more
-- than 4 KiB or 32 fields, which is no update
--
-- leaderboard_intake: settles entries, makes the updates of those that are some. Of a board with rules of plausibility it is
-- leaderboard_intake_by_rules, and has leaderboard_write_by_rules where this says leaderboard_write
-- KEYS  of leaderboard_write, for these updates (none: there are none); then the last two: in rejected
-- ARGV  of leaderboard_write, likewise; then of each entry, in the stream's order:
--       id  why it is none: a word, by which it is rejected; empty: it is the next of the updates
--       then how many entries these are
-- Returns gone (one of them does not stand in the stream: nothing was written) | what leaderboard_write answers for a whole group
--       (nothing was written) | taken, the list of the updates' outcomes, and the list of what became of their entries:
--       counted, and gone | held: it waits for an operator's word (held.lua), and is gone here | waits: for a token, or for what Redis refused; it stands where it stood | else the word by which it was rejected
--
-- The stream `rejected` has of each entry that was: reason, entry (its id), and the fields as they were, cut to 256 bytes each. It is
-- trimmed to about 10,000 entries, and goes by itself a week after the last one. Where it takes none, entries stay in `in`.

do

local ENTRY_BYTES, ENTRY_WORDS, PAGE_BYTES, AT_ONCE = 4096, 64, 131072, 16
local KEPT, STAY, SHOWN_BYTES, ENTRIES = '10000', '604800000', 256, 1000

-- Of outcomes of leaderboard_write that write nothing, as HTTP names them.
local REASONS = { suspended = 'user_suspended', key_reused = 'idempotency_key_reused', score_limit = 'score_limit',
  bad_op = 'invalid_operator', bad_value = 'invalid_score_increase', season_ended = 'season_ended',
  implausible = 'implausible', held_full = 'review_queue_full', rejected_before = 'update_rejected' }

local function byte_count(words)
  local bytes = 0
  for _, text in ipairs(words) do
    bytes = bytes + #text
  end
  return bytes
end

local function read(keys, args)
  local count = whole_number(args[1] or '')
  if #keys ~= 1 or #args ~= 1 or not count or count < 1 or count > ENTRIES then
    return wrong_arguments('leaderboard_intake_read')
  end
  local reply, bytes, start = { redis.call('XLEN', keys[1]) }, 0, '-'
  while start and #reply <= count and bytes < PAGE_BYTES do
    local entries = redis.call('XRANGE', keys[1], start, '+', 'COUNT', AT_ONCE)
    for _, entry in ipairs(entries) do
      local id, words = unpack(entry)
      if #reply <= count and bytes < PAGE_BYTES then
        local own = byte_count(words)
        local is_small = own <= ENTRY_BYTES and #words <= ENTRY_WORDS
        bytes = bytes + (is_small and own or 0) + 64
        reply[#reply + 1] = is_small and { id, words } or { id }
      end
      start = id ~= LAST_ID and '(' .. id or nil
    end
    if #entries < AT_ONCE then
      start = nil
    end
  end
  return reply
end

-- The entries that are named, or nil where one of them is not there.
local function named_entries(stream, args, first, count)
  local entries = redis.call('XRANGE', stream, args[first], args[first + 2 * (count - 1)], 'COUNT', integer_text(count))
  for index = 1, count do
    if not entries[index] or entries[index][1] ~= args[first + 2 * (index - 1)] then
      return nil
    end
  end
  return entries
end

local function reject(rejected, entry, reason)
  local words = { 'reason', reason, 'entry', entry[1] }
  for index = 1, math.min(#entry[2], ENTRY_WORDS) do
    words[#words + 1] = string.sub(entry[2][index], 1, SHOWN_BYTES)
  end
  return type(redis.pcall('XADD', rejected, 'MAXLEN', '~', KEPT, '*', unpack(words))) == 'string'
end

-- Takes out of the stream what is done with. `is_done`: whatever becomes of the rest.
local function settle(stream, rejected, entries, ends, is_done)
  local settled, is_any_rejected = {}, false
  for index, entry in ipairs(entries) do
    local is_taken = ends[index] == 'counted' or ends[index] == 'held'
    local is_rejected = not is_taken and ends[index] ~= 'waits' and reject(rejected, entry, ends[index])
    is_any_rejected = is_any_rejected or is_rejected
    if is_done or is_rejected or is_taken then
      settled[#settled + 1] = entry[1]
    end
  end
  if #settled > 0 then
    redis.call('XDEL', stream, unpack(settled))
  end
  if is_any_rejected then
    redis.pcall('PEXPIRE', rejected, STAY)
  end
end

-- What becomes of the entry of an update.
local function end_of(outcome)
  local name = outcome[1]
  if outcome.err then
    return string.find(outcome.err, 'WRONGTYPE', 1, true) and 'unsound_key' or 'waits'
  elseif name == 'applied' or name == 'applied_same' or name == 'unchanged' or name == 'replayed' or name == 'replayed_unchanged' then
    return 'counted'
  elseif name == 'held' or name == 'held_before' then
    return 'held'
  end
  return name == 'rate_limited' and 'waits' or REASONS[name] or 'refused'
end

-- Whether what the caller says of its entries is sound, and how many of them are updates.
local function told_updates(args, first, count)
  local updates = 0
  for word = first, first + 2 * (count - 1), 2 do
    if not string.find(args[word], '^%d+%-%d+$') or not string.find(args[word + 1], '^[%l_]*$') then
      return nil
    end
    updates = updates + (args[word + 1] == '' and 1 or 0)
  end
  return updates
end

-- Whether writes are sure to be taken: behind the first, nothing may be refused.
local function refuse_before(stream, rejected)
  if not redis.acl_check_cmd('XDEL', stream, '0-1') then
    error({ err = 'NOPERM the user may not call xdel' })
  end
  redis.call('XLEN', rejected)
end

local function intake(write, keys, args)
  local count = whole_number(args[#args] or '')
  local first = count and #args - 2 * count or 0
  local updates = count and count >= 1 and count <= ENTRIES and first >= 1 and told_updates(args, first, count)
  if not updates or #keys < 2 or updates == 0 and (#keys > 2 or first > 1) then
    return wrong_arguments('leaderboard_intake')
  end
  local stream, rejected = keys[#keys - 1], keys[#keys]
  local is_sound, raised = pcall(refuse_before, stream, rejected)
  local entries
  if is_sound then
    is_sound, raised = pcall(named_entries, stream, args, first, count)
    entries = is_sound and raised
  end
  if not is_sound then
    return error_of(raised)
  elseif not entries then
    return { 'gone' }
  end
  local ends, outcomes, is_written = {}, {}, true
  if updates > 0 then
    local words = { unpack(args, 1, first - 1) }
    -- Each outcome is looked at here: none is told in a text.
    words[10] = words[10] == '3' and '1' or words[10] == '2' and '0' or words[10]
    is_written, outcomes = pcall(write, { unpack(keys, 1, #keys - 2) }, words)
    if is_written and (outcomes.err or type(outcomes[1]) == 'string') then
      return outcomes
    end
  end
  local place, of_updates = 0, {}
  for index = 1, count do
    ends[index] = args[first + 2 * index - 1]
    if ends[index] == '' then
      place = place + 1
      ends[index] = is_written and end_of(outcomes[place]) or 'outcome_unknown'
      of_updates[place] = ends[index]
    end
  end
  -- Where Redis withheld a right half-way, nobody knows what counts: the entries are kept for whoever looks, and counted no second time.
  settle(stream, rejected, entries, ends, not is_written)
  if not is_written then
    error(outcomes, 0)
  end
  return { 'taken', outcomes, of_updates }
end

-- Not in a loop: while a library loads there is no ipairs.
local function register_intake(suffix)
  local function of_board(keys, args)
    return intake(operations['leaderboard_write' .. suffix], keys, args)
  end
  operations['leaderboard_intake' .. suffix] = of_board
  redis.register_function('leaderboard_intake' .. suffix, of_board)
end

register_intake('')
register_intake('_by_rules')
redis.register_function{ function_name = 'leaderboard_intake_read', callback = read, flags = { 'no-writes' } }

end
