-- Erasure: everything that names a user goes, and the audit still verifies.
--
-- An entry of a stream cannot be edited, and a name that is not in it (an id of a table of names, say) would cost every
-- update a look-up and every reader of the stream the name. So the user's entries are removed, and a new entry `erased` is
-- appended for each: the pseudonym in the place of the name, what it added, its seq, and of it the id (`of`) and the hash
-- (`link`), so that the chain can be followed over the gap; the address, the request and the reason are gone. What this
-- costs falls on the erasure: it reads the stream, page by page, and updates cost nothing more.
--
-- The removed entry was also what vouched for the one before it. So `before` keeps what stood there: id and hash, with a
-- space between, be it of an entry that is there or of one that was erased itself. It is `-` if the chain did not hold
-- at this place when the entry was erased, and left out if that cannot be known: what stood there was trimmed, or an
-- edition before 8 erased it.

-- leaderboard_erase: takes the user off the board, with score and token bucket. A suspension stays, or a banned user
-- could erase the ban. KEYS, with board and at, and seasons, and ARGV 1 to 7 as in operation.lua
-- ARGV  8 pseudonym  in the place of the name, in the audit
--       9 had        empty, or the score that a backup has of the user, who is not on the board: the audit tells that it is gone; may be
--                    left out
-- Returns done, and the id of the audit entry that tells it, and with `seasons`, which the user was taken out of, as `weekly 2026-W48`
-- with `;` between: what counts in them from now on stays; and with ARGV 9 the board's epoch. Or season_is
local function erase(keys, args)
  local op = begin_operation(keys, args)
  local had = args[9] ~= '' and args[9] or nil
  if not op or op.user == '*' or not args[8] or not is_user(args[8]) or had and not whole_number(had) then
    return wrong_arguments('leaderboard_erase')
  end
  local answer = begin_in_seasons(op, keys)
  if answer then
    return answer
  end
  local score = tonumber(op.kept_back or op.on_board or had or 0)
  op.name = args[8]
  local id = record(op, 'erase', 0 - shown_score(score), 0)
  if op.on_board then
    take_away(op.moves, op.user, op.on_board)
  end
  redis.call('ZREM', op.withheld, op.user)
  forget(op.moves, op.user)
  segments.forget(op.moves, op.user)
  redis.call('DEL', op.limit)
  local names = {}
  for index, window in ipairs(op.windows) do
    forget_in_season(window.moves, window.withheld, op.user)
    names[index] = window.season.words
  end
  tell(op, nil)
  local reply = { 'done', id, keys[12] and table.concat(names, ';') or nil }
  if keys[12] and args[9] then
    reply[4] = op.epoch
  end
  return reply
end

-- leaderboard_erase_in_season: takes a user out of a season that takes no updates any more; may be repeated.
-- KEYS  1 board  2 scores  3 at  4 withheld, these three of the season
-- ARGV  1 user
-- Returns 1 if the user was in it, else 0
local function erase_in_season(keys, args)
  if #keys ~= 4 or #args ~= 1 or not is_user(args[1]) then
    return wrong_arguments('leaderboard_erase_in_season')
  end
  return forget_in_season(begin_moves(board_definition(keys[1]), keys[2], keys[3], true), keys[4], args[1]) and 1 or 0
end

-- Takes entries out of the audit, and appends what is left of each: of all, or of none if the audit takes no more entries.
-- `before` holds that field's text by id.
local function replace(keys, pseudonym, audit_max, entries, before)
  if #entries == 0 then
    return
  end
  local chain, ids, appended = redis.call('GET', keys[2]), {}, {}
  local time_text = integer_text(milliseconds(redis.call('TIME')))
  -- As many are taken out below: an audit of full length must not be trimmed for these, and then be too short.
  audit_max = integer_text(audit_max + #entries)
  for _, entry in ipairs(entries) do
    local fields = fields_of(entry)
    local erased = { 'user', pseudonym, 'increase', fields.increase or '', 'score', fields.score or '', 'seq',
      fields.seq or '', 'action', 'erased', 'was', fields.action or 'update', 'of', entry[1], 'link', fields.hash or '' }
    if before[entry[1]] then
      erased[#erased + 1] = 'before'
      erased[#erased + 1] = before[entry[1]]
    end
    if fields.reverts then
      erased[#erased + 1] = 'reverts'
      erased[#erased + 1] = fields.reverts
    end
    for _, name in ipairs({ 'hidden', 'kind', 'already' }) do
      if fields[name] then
        push(erased, name, fields[name])
      end
    end
    if fields.time then
      erased[#erased + 1] = 'of_time'
      erased[#erased + 1] = fields.time
    end
    local is_done, result = pcall(append, keys[1], audit_max, chain, erased, time_text)
    if not is_done then
      if #appended > 0 then
        redis.call('XDEL', keys[1], unpack(appended))
      end
      has_written = false
      error(result, 0)
    end
    chain = result
    ids[#ids + 1] = entry[1]
    appended[#appended + 1] = string.match(chain, '\n(.*)$')
  end
  redis.call('XDEL', keys[1], unpack(ids))
  redis.call('SET', keys[2], chain)
end

-- What is left of an entry is never erased: the chain is followed over it, and it names nobody.
local function names(entry, user)
  local fields = fields_of(entry)
  return fields.user == user and fields.action ~= 'erased'
end

-- leaderboard_erase_entries: some entries of one user. One that is gone, or is not the user's, is passed over.
-- KEYS  1 audit  2 chain
-- ARGV  1 user  2 pseudonym  3 audit_max
--       4 …     of each entry, at most 500: its id, and what stood before it (`before`; empty: it cannot be known)
-- Returns how many were erased
local function erase_entries(keys, args)
  if #keys ~= 2 or #args < 5 or #args % 2 == 0 or #args > 3 + 1000 or not is_user(args[1]) or not is_user(args[2])
    or not tonumber(args[3]) then
    return wrong_arguments('leaderboard_erase_entries')
  end
  local entries, before = {}, {}
  for index = 4, #args, 2 do
    local id, stood_before = args[index], args[index + 1]
    if not string.find(id, '^%d+%-%d+$') or not is_plain(stood_before, 128) then
      return wrong_arguments('leaderboard_erase_entries')
    end
    local entry = redis.call('XRANGE', keys[1], id, id)[1]
    if entry and names(entry, args[1]) then
      entries[#entries + 1] = entry
      before[id] = stood_before ~= '' and stood_before or nil
    end
  end
  replace(keys, args[2], args[3], entries, before)
  return #entries
end

-- leaderboard_erase_audit: one page of the audit, as instances of editions before 8 ask for it. They cannot tell what stood
-- before an entry.
-- KEYS  1 audit  2 chain
-- ARGV  1 user  2 pseudonym  3 audit_max  4 after: id behind which the page begins  5 upto: id at which it ends
--       6 count: entries that are read, at most 1000
-- Returns how many were read, how many named the user, and the id of the last one read ('' if none was)
local function erase_audit(keys, args)
  local user, pseudonym, audit_max, after, upto, count = unpack(args)
  if #keys ~= 2 or not count or not is_user(user) or not is_user(pseudonym) or not whole_number(count) then
    return wrong_arguments('leaderboard_erase_audit')
  end
  local page, entries = redis.call('XRANGE', keys[1], '(' .. after, upto, 'COUNT', count), {}
  for _, entry in ipairs(page) do
    if names(entry, user) then
      entries[#entries + 1] = entry
    end
  end
  replace(keys, pseudonym, audit_max, entries, {})
  return { #page, #entries, #page > 0 and page[#page][1] or '' }
end

register_operation('leaderboard_erase', erase)
register_operation('leaderboard_erase_in_season', erase_in_season)
register_operation('leaderboard_erase_entries', erase_entries)
register_operation('leaderboard_erase_audit', erase_audit)
