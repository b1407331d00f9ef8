-- Restoring a board: it is loaded into keys beside the board's, checked there, and then put in its place at once.

-- leaderboard_restore_audit: appends entries as they were to the stream that is being loaded.
-- KEYS  1 audit of the board to be
-- ARGV  of each entry its id, the number of its words, then these: names and values by turns
local function restore_audit(keys, args)
  local index = 1
  while index < #args do
    local count = tonumber(args[index + 1])
    local words = { unpack(args, index + 2, index + 1 + count) }
    redis.call('XADD', keys[1], args[index], unpack(words))
    local time_text = fields_of({ args[index], words }).time
    if whole_number(time_text or '') then
      keep_ahead(keys[1], args[index], time_text)
    end
    index = index + 2 + count
  end
  return { 'done' }
end

local function put_in_place(loaded, place)
  redis.call('UNLINK', place)
  if redis.call('EXISTS', loaded) == 1 then
    redis.call('RENAME', loaded, place)
  end
end

-- leaderboard_restore: the loaded keys take the places of the board's. What was there is gone. The board gets a new epoch, so
-- that no viewer takes its next changes for a continuation, and an audit entry that tells of the restore: it is written where
-- the audit is loaded, so that the board is as it was if that takes none.
-- KEYS  1 to 9 as in operation.lua, then those that were loaded; what was not, the board has not either
--       10 scores  11 audit  12 suspended  13 withheld  14 reverted
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 seq    of the last audited change
--       9 chain  end of the restored audit's chain, empty if there was none
local function restore(keys, args)
  local op = begin_on_any_board(keys, args)
  if not op or #keys ~= 14 or op.user ~= '*' or not args[9] or not whole_number(args[8]) then
    return wrong_arguments('leaderboard_restore')
  end
  local places = { op.scores, op.audit, op.suspended, op.withheld, op.reverted }
  op.seq, op.epoch = (count_of(args[8]) or 0) + 1, false
  op.chain = args[9] ~= '' and args[9]
  op.audit = keys[11]
  record(op, 'restore', 0, nil)
  for index, place in ipairs(places) do
    put_in_place(keys[9 + index], place)
  end
  put_in_place(ahead_key(keys[11]), ahead_key(places[2]))
  op.audit = places[2]
  note_as_is(op.audit, op.audit_max, op.seq, op.channel)
  tell(op, nil)
  return { 'done' }
end

-- leaderboard_return_audit: the part of an audit that was lost comes back from a backup. It is loaded beside the board, with the
-- entries that the board has, and takes the audit's place here; an entry tells of it. An audit of which nothing is left goes
-- on where the backup ended.
-- KEYS  1 to 9 as in operation.lua, then
--       10 audit that was loaded
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 first   id of the first entry that the board has, empty if it has none
--       9 seen    id of the last one of them that was loaded
--       10 chain  end of the backup's audit, empty if there was none  11 seq  of its last change
--       12 gap    empty, or where entries are lost between the two: id of the board's first entry, and what stands before
--                 it now, as in `before` of erase.lua. Who verifies finds no fault there
-- Returns done, behind: since `seen` there are more than 500 entries: load them and call again; or changed: the audit does not
-- begin there any more
local function return_audit(keys, args)
  local op = begin_operation(keys, args)
  if not op or #keys ~= 10 or op.user ~= '*' or not whole_number(args[11] or '') or not is_plain(args[12], 256)
    or not string.find(args[9], '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_return_audit')
  end
  local first = redis.call('XRANGE', op.audit, '-', '+', 'COUNT', 1)[1]
  if (first and first[1] or '') ~= args[8] then
    return { 'changed' }
  end
  local place, loaded = op.audit, keys[10]
  if first then
    local entries = redis.call('XRANGE', place, '(' .. args[9], '+', 'COUNT', READ_AT_ONCE + 1)
    if #entries > READ_AT_ONCE then
      return { 'behind' }
    end
    for _, entry in ipairs(entries) do
      redis.call('XADD', loaded, entry[1], unpack(entry[2]))
      local time_text = fields_of(entry).time
      if whole_number(time_text or '') then
        keep_ahead(loaded, entry[1], time_text)
      end
    end
  else
    op.chain = args[10] ~= '' and args[10]
  end
  -- Behind every seq of either part.
  op.seq = math.max(count_of(args[11]) or 0, op.seq - 1) + 1
  if op.seq - 1 ~= op.last_seq then
    op.epoch = false
  end
  -- It is written where the audit is loaded, so that the board is as it was if that takes none.
  op.audit = loaded
  record(op, 'rebuild', 0, nil, args[12] ~= '' and { 'gap', args[12] } or nil)
  op.audit = place
  put_in_place(loaded, place)
  put_in_place(ahead_key(loaded), ahead_key(place))
  note_as_is(place, op.audit_max, op.seq, op.channel)
  tell(op, nil)
  return { 'done' }
end

redis.register_function('leaderboard_restore_audit', restore_audit)
register_operation('leaderboard_restore', restore)
register_operation('leaderboard_return_audit', return_audit)
