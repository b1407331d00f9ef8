-- Erasure: everything that names a user goes, and the audit still verifies.
--
-- An entry of a stream cannot be edited, and a name that is not in it (an id of a table of names, say) would cost every
-- update a look-up and every reader of the stream the name. So the user's entries are removed, and a new entry `erased` is
-- appended for each: the pseudonym in the place of the name, what it added, its seq, and of it the id and the hash, so
-- that the chain can be followed over the gap; the address, the request and the reason are gone. What this costs falls on
-- the erasure: it reads the stream once, page by page, and updates cost nothing more.

-- leaderboard_erase: takes the user off the board, with score and token bucket. A suspension stays, or a banned user
-- could erase the ban. KEYS and ARGV 1 to 7 as in operation.lua
-- ARGV  8 pseudonym  in the place of the name, in the audit
-- Returns done, and the id of the audit entry that tells it
local function erase(keys, args)
  local op = begin_operation(keys, args)
  if not op or op.user == '*' or not args[8] or not is_user(args[8]) then
    return wrong_arguments('leaderboard_erase')
  end
  local score = tonumber(op.kept_back or op.on_board or 0)
  redis.call('ZREM', op.scores, op.user)
  redis.call('ZREM', op.withheld, op.user)
  redis.call('DEL', op.limit)
  op.name = args[8]
  return { 'done', end_operation(op, 'erase', 0 - shown_score(score), 0, nil) }
end

-- leaderboard_erase_audit: one page of the audit.
-- KEYS  1 audit  2 chain
-- ARGV  1 user  2 pseudonym  3 audit_max  4 after: id behind which the page begins  5 upto: id at which it ends
--       6 count: entries that are read, at most 1000
-- Returns how many were read, how many named the user, and the id of the last one read ('' if none was)
local function erase_audit(keys, args)
  local user, pseudonym, audit_max, after, upto, count = unpack(args)
  if #keys ~= 2 or not count or not is_user(user) or not is_user(pseudonym) or not whole_number(count) then
    return wrong_arguments('leaderboard_erase_audit')
  end
  local entries = redis.call('XRANGE', keys[1], '(' .. after, upto, 'COUNT', count)
  local chain, ids = redis.call('GET', keys[2]), {}
  for _, entry in ipairs(entries) do
    local fields = fields_of(entry)
    if fields.user == user then
      ids[#ids + 1] = entry[1]
      local erased = { 'user', pseudonym, 'increase', fields.increase or '', 'score', fields.score or '', 'seq',
        fields.seq or '', 'action', 'erased', 'was', fields.action or 'update', 'of', entry[1], 'link', fields.hash or '' }
      if fields.reverts then
        erased[#erased + 1] = 'reverts'
        erased[#erased + 1] = fields.reverts
      end
      chain = append(keys[1], audit_max, chain, erased)
    end
  end
  if #ids > 0 then
    redis.call('XDEL', keys[1], unpack(ids))
    redis.call('SET', keys[2], chain)
  end
  return { #entries, #ids, #entries > 0 and entries[#entries][1] or '' }
end

redis.register_function('leaderboard_erase', erase)
redis.register_function('leaderboard_erase_audit', erase_audit)
