-- What the operations of an operator have in common: who asks, for which user, and the one audit entry and one event of each.
-- They check first and write last, as an update does; of what they write, the entry is the first (audit.lua).
--
-- KEYS  1 scores     sorted set: user -> score
--       2 audit      stream
--       3 suspended  set of users whose updates are refused, or count unseen (aside.lua)
--       4 seq        counter of the board's updates, these operations included
--       5 epoch      within one, a seq stands for one change (epoch.lua)
--       6 chain      end of the audit's chain of hashes
--       7 withheld   sorted set of the suspended users' scores
--       8 reverted   sorted set: the seq of each update that was taken back (as its score, too), for earlier editions (revert.lua)
--       9 limit      the user's token bucket
--       10 board  11 at   of a board with a definition (definition.lua, ranking.lua); left out, or `board` is not there: one as it
--                         is without. Only where an operation's head says that it takes them
--       12 seasons  13 ended  of a board with windows that end (windows.lua), and behind them of each season that `seasons` tells, in
--                         its order, and then of each in its grace that `ended` tells, scores at withheld. Only where an
--                         operation's head says that it reaches them. Those that take updates are reached: which run, or are in
--                         their grace. One that is final is reached where the caller names such (begin_in_seasons), and the audit's
--                         entry tells in `season` which of these were changed, as that of a late update does
-- ARGV  1 user       or * for the whole board, where that makes sense
--       2 channel    where the event is published
--       3 audit_max  length to which the audit stream is trimmed, about
--       4 actor      the operator, for the audit
--       5 reason     free text for the audit, without control characters
--       6 ip         of the operator's client
--       7 request    id of the request
--       8 …          the operation's own

local function is_plain(text, longest)
  return text and #text <= longest and not string.find(text, '%c')
end

-- The operation's names for KEYS and ARGV and the board's position, or nil where something is missing or wrong. It asks for
-- no key whose type matters: for an operation that replaces them all.
local function begin_on_any_board(keys, args)
  if #keys < 9 or not (is_user(args[1]) or args[1] == '*') or not tonumber(args[3]) or not is_plain(args[4], 64)
    or not is_plain(args[5], 500) or not is_plain(args[6], 64) or not is_plain(args[7], 200) then
    return nil
  end
  local kept = redis.call('MGET', keys[4], keys[5], keys[6])
  return {
    scores = keys[1], audit = keys[2], suspended = keys[3], seq_key = keys[4], epoch_key = keys[5], chain_key = keys[6],
    withheld = keys[7], reverted = keys[8], limit = keys[9], user = args[1], name = args[1], channel = args[2],
    audit_max = args[3], actor = args[4], reason = args[5], ip = args[6], request = args[7],
    last_seq = count_of(kept[1]), epoch = kept[2], chain = kept[3], clock = redis.call('TIME'),
  }
end

-- Of what operations write, the commands: before the first write, none of these rights may be missing, or it would end half-way.
local function refuse_missing_rights(op)
  for _, words in ipairs({
    { 'XADD', op.audit, '*', 'user', '*' }, { 'SET', op.epoch_key, '1' }, { 'MSET', op.seq_key, '1' }, { 'SADD', op.suspended, '*' },
    { 'SREM', op.suspended, '*' }, { 'ZADD', op.scores, '1', '*' }, { 'ZREM', op.scores, '*' }, { 'ZADD', op.reverted, '1', '1' },
    { 'XRANGE', op.audit, '-', '+' }, { 'ZREMRANGEBYSCORE', op.reverted, '-inf', '(1' }, { 'DEL', op.limit },
    { publisher(), op.channel, '' },
  }) do
    if not redis.acl_check_cmd(unpack(words)) then
      error({ err = 'NOPERM the user may not call ' .. string.lower(words[1]) })
    end
  end
end

-- The seasons that are told: `held` by the key `seasons`, or ended, and in their grace.
local function told_seasons(op, keys, stored, now)
  local told, grace, is_held = {}, op.moves.definition.grace, {}
  for _, season in ipairs(stored and seasons_of(stored) or {}) do
    told[#told + 1] = { season = season, is_held = true }
    is_held[season.words] = true
  end
  for _, season in ipairs(grace > 0 and ended_since(keys[13], now - grace) or {}) do
    if not is_held[season.words] then
      told[#told + 1] = { season = season }
    end
  end
  return told
end

-- `season_is`, as the caller takes it: in the form of the key `seasons`.
local function seasons_to_take(told)
  local parts = { '0 - all - 0 0' }
  for _, window in ipairs(told) do
    local season = window.season
    parts[#parts + 1] = season.words .. ' ' .. integer_text(season.from) .. ' ' .. integer_text(season.ends)
  end
  return { 'season_is', table.concat(parts, ';') }
end

-- Final seasons that one call names, so that it takes a few milliseconds, and its entry holds their names.
local PAST_AT_ONCE = 50

-- The seasons that a text as `weekly 2026-W47 from until;…` names, added to those that are told. Nil: it is none, or one of it is told.
local function with_past(told, text)
  local is_told, count, parts = {}, 0, {}
  for _, one in ipairs(told) do
    is_told[one.season.words] = true
  end
  for name, id, from, until_ in string.gmatch(text, '([%w%-_.]+) ([%w%-_.]+) (%d+) (%d+)') do
    local season = { name = name, id = id, from = tonumber(from), ends = tonumber(until_), words = name .. ' ' .. id }
    count, parts[count + 1] = count + 1, table.concat({ name, id, from, until_ }, ' ')
    if is_told[season.words] or count > PAST_AT_ONCE then
      return nil
    end
    is_told[season.words] = true
    told[#told + 1] = { season = season, is_past = true }
  end
  return table.concat(parts, ';') == text and told or nil
end

-- The seasons that an operation reaches: op.windows, each with scores, at, withheld, moves and season, and is_final. Returns the answer where
-- the caller's keys are of other seasons: `season_is` and those that are told, and nothing was written.
--   past  text as above: the seasons of the last of KEYS, behind those that are told. They are over, and reached whether they take updates
--         or not, as those that are told are then. Nil: of who reaches none that is final
local function begin_in_seasons(op, keys, past)
  op.windows = {}
  if not keys[12] then
    return nil
  end
  local stored, now = redis.call('GET', keys[12]), op.clock[1] * 1000000 + op.clock[2]
  local prefix = string.match(keys[12], '^(.*)seasons$')
  if not prefix or keys[13] ~= prefix .. 'ended' then
    return redis.error_reply('BADARG seasons and ended belong to one board')
  end
  local told = told_seasons(op, keys, stored, now)
  local reached = with_past({ unpack(told) }, past or '')
  if not reached or #keys ~= 13 + 3 * #reached then
    return seasons_to_take(told)
  end
  for index, window in ipairs(reached) do
    local key, season = 13 + 3 * (index - 1), window.season
    -- For comparison only: what is read and written is what was declared.
    if keys[key + 1] ~= prefix .. 's:' .. season.name .. ':' .. season.id .. ':scores' then
      return seasons_to_take(told)
    end
    window.is_final = window.is_past or now >= season.ends + op.moves.definition.grace
    -- One that is kept no longer goes by itself.
    if not window.is_final or past and now < season.ends + op.moves.definition.keep * 1000 then
      window.place, window.scores, window.at, window.withheld = index, keys[key + 1], keys[key + 2], keys[key + 3]
      window.moves = begin_moves(op.moves.definition, window.scores, window.at, true)
      window.moves.withheld = window.withheld
      op.windows[#op.windows + 1] = window
    end
  end
end

-- What the user has in a season, and what is kept back of it, as texts; false where there is none.
local function held_in_season(op, window)
  return find_moving(window.moves, op.user), redis.call('ZSCORE', window.withheld, op.user)
end

-- For the audit's entry of an operation: the final ones among these seasons, if there are any.
local function with_final(fields, windows)
  local names = {}
  for _, window in ipairs(windows) do
    if window.is_final then
      names[#names + 1] = window.season.words
    end
  end
  if #names > 0 then
    push(fields, 'season', table.concat(names, ';'))
  end
  return fields
end

-- Nothing of the user is left in a season. Returns whether there was anything.
local function forget_in_season(moves, withheld, user)
  local score = find_moving(moves, user)
  if score then
    take_away(moves, user, score)
  end
  local was_withheld = redis.call('ZREM', withheld, user) == 1
  forget(moves, user)
  return score or was_withheld
end

-- What holds on a board that nobody defined. (Texts are parsed when they are first asked for.)
local UNDEFINED = '{"version":"0"}'

local function board_definition(board)
  local definition = definition_of(board and redis.call('GET', board) or UNDEFINED)
  if not definition then
    error({ err = 'BADDEF the definition of the board cannot be read' })
  end
  return definition
end

-- The same, and what the board holds of the user. Raises an error where one of these keys is of another type.
local function begin_operation(keys, args)
  local op = begin_on_any_board(keys, args)
  if not op then
    return nil
  end
  refuse_missing_rights(op)
  refuse_other_types(op.seq_key, op.epoch_key, op.chain_key)
  redis.call('ZCARD', op.scores)
  redis.call('ZCARD', op.withheld)
  local at, definition = keys[11], board_definition(keys[11] and keys[10])
  op.moves = begin_moves(definition, op.scores, at, true)
  if op.moves.stamps then
    redis.call('HLEN', at)
    op.moves.withheld = op.withheld
  end
  segments.begin(definition)
  op.seq = (op.last_seq or first_seq(definition, op.audit, op.scores, at, op.withheld, op.clock)) + 1
  if op.user ~= '*' then
    op.on_board = find_moving(op.moves, op.user)
  end
  op.kept_back = op.user ~= '*' and redis.call('ZSCORE', op.withheld, op.user)
  op.is_suspended = redis.call('SISMEMBER', op.suspended, op.user) == 1
  -- Left over from a suspension that somebody took out of the set. Updates have counted since: what the board shows is the score.
  if op.on_board and not op.is_suspended then
    op.kept_back = false
  end
  return op
end

local function wrong_arguments(name)
  return redis.error_reply('BADARG ' .. name .. ': a key or an argument is missing or wrong')
end

-- The audit's entry of what the operation is about to do, and with it the board's count: what an operation writes first. After
-- it, nothing can be refused. `action` is nil of what counts as an update does; `score` is what the user has afterwards, `more` are further
-- fields. Returns the entry's id.
local function record(op, action, increase, score, more)
  op.seq_text, op.increase_text = integer_text(op.seq), integer_text(increase)
  local fields = { 'user', op.name, 'increase', op.increase_text, 'score', score and integer_text(shown_score(score)) or '',
    'seq', op.seq_text }
  if action then
    push(fields, 'action', action)
  end
  for _, word in ipairs({ 'actor', op.actor, 'ip', op.ip, 'request', op.request, 'reason', op.reason }) do
    fields[#fields + 1] = word
  end
  for _, field in ipairs(more or {}) do
    fields[#fields + 1] = field
  end
  op.time_text = integer_text(milliseconds(op.clock))
  local chain = append(op.audit, op.audit_max, op.chain, fields, op.time_text)
  op.epoch = epoch_of_change(op.epoch_key, op.last_seq, op.epoch, op.clock)
  redis.call('MSET', op.seq_key, op.seq_text, op.chain_key, chain)
  return string.match(chain, '\n(.*)$')
end

-- The event, last of all. `shown` is the score that the board shows now, or nil if it does not show the user. `keeps_place`: the user's
-- place among equals is one of before, which who follows the events does not know, and has to look for.
local function tell(op, shown, keeps_place)
  if noted[op.channel] ~= op.audit_max or op.seq == 1 then
    note_kept(op.audit, op.audit_max, op.seq, op.channel)
  end
  local told
  if shown and not keeps_place then
    told = publish_score(op.channel, op.user, integer_text(shown_score(shown)), op.increase_text, op.seq_text, op.epoch, op.time_text)
  else
    local what = (shown or op.user == '*') and '"reset":true' or '"user_id":"' .. op.user .. '","removed":true'
    if op.version then
      what = what .. ',"board":"' .. op.version .. '"'
    end
    told = publish(op.channel, what, op.seq_text, op.epoch, op.time_text)
  end
  if type(told) == 'table' then
    error(told, 0)
  end
end

-- The audit's entry of one user out of several of which the same operation tells.
local function record_next(op, user, ...)
  op.name = user
  record(op, ...)
  op.last_seq, op.chain, op.seq = op.seq, redis.call('GET', op.chain_key), op.seq + 1
end

-- The same by how much a score is beside what the audit adds up to: nothing where it is not and there are no further fields.
-- Where one entry cannot hold it, there are two, by way of 0.
local function record_difference(op, user, action, score, sum, more)
  local shown = score and shown_score(score) or 0
  if math.abs(shown - sum) > SCORE_LIMIT then
    record_next(op, user, action, 0 - sum, 0)
    sum = 0
  end
  if shown ~= sum or more then
    record_next(op, user, action, shown - sum, score, more)
  end
end

-- Of what operators and rules do to a user, what leaves the score, the place and the suspension as they are.
local LEAVES_PLACES = { held = true, reject = true, hold = true, unhold = true }

local READ_AT_ONCE = 500

-- The entries behind `seen`, each as its fields by name; nil if there are more than can be read at once. Callers read the long
-- part of the stream and leave the few entries since to the function: so what they ask for is right at its moment.
local function entries_since(op, seen)
  if seen == LAST_ID then
    -- Behind it there is no place to read from, nor for an entry.
    refuse_full_audit(op.audit)
    return {}
  end
  local entries = redis.call('XRANGE', op.audit, '(' .. seen, '+', 'COUNT', READ_AT_ONCE + 1)
  if #entries > READ_AT_ONCE then
    return nil
  end
  for index, entry in ipairs(entries) do
    entries[index] = fields_of(entry)
  end
  return entries
end

-- The score that an entry says, whatever the user had before it: of `set` and `best`, and of who lost entries.
local function said_score(fields)
  local is_said = fields.action == 'recover' or not fields.action and (fields.op == 'set' or fields.op == 'best')
  return is_said and whole_number(fields.score or '') or nil
end

-- What the entries behind `seen` say: by user the score that one of them says (`said`), what is `gained` behind that, the
-- last `word` that is about it, 'suspend', 'hide' or 'reinstate', whether an update was among them (`plays`), and whether the score was
-- `moved`, and by the change of which seq it was `reached`, if that is known; and whether they are stirred: somebody was erased, or points of before
-- a first entry were adopted. Nil as above.
local function changes_since(op, seen)
  local entries, changes, is_stirred = entries_since(op, seen), {}, false
  for _, fields in ipairs(entries or {}) do
    local user, action = fields.user, fields.action
    is_stirred = is_stirred or action == 'erase' or fields.unaudited
    if user and user ~= '*' and action ~= 'erase' and action ~= 'erased' and action ~= 'profile' and action ~= 'blank'
      and not LEAVES_PLACES[action] then
      local change = changes[user] or { gained = 0 }
      local said = said_score(fields)
      changes[user] = change
      change.said = said or change.said
      change.gained = said and 0 or change.gained + (tonumber(fields.increase) or 0)
      change.plays = change.plays or not action
      if fields.increase ~= '0' or fields.released and fields.reached then
        change.moved = true
        change.reached = (not action or action == 'revert') and whole_number(fields.reached or fields.seq or '') or nil
      end
      if action == 'suspend' or action == 'reinstate' then
        change.word = action == 'suspend' and fields.kind == 'hidden' and 'hide' or action
      end
    end
  end
  return entries and changes, is_stirred
end

-- What a user's audit comes to with what changes_since says of the user; nil: nothing.
local function sum_with(change, sum)
  return change and (change.said or sum) + change.gained or sum
end
