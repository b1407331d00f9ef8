-- Restoring a board: it is loaded into keys beside the board's, checked there, and then put in its place at once.

-- leaderboard_restore_audit: appends entries as they were to the stream that is being loaded.
-- KEYS  1 audit of the board to be
-- ARGV  of each entry its id, the number of its words, then these: names and values by turns
local function restore_audit(keys, args)
  local index = 1
  while index < #args do
    local count = tonumber(args[index + 1])
    redis.call('XADD', keys[1], args[index], unpack(args, index + 2, index + 1 + count))
    index = index + 2 + count
  end
  return { 'done' }
end

-- leaderboard_restore: the loaded keys take the places of the board's. What was there is gone. The board gets a new epoch, so
-- that no viewer takes its next changes for a continuation, and an audit entry that tells of the restore.
-- KEYS  1 to 9 as in operation.lua, then those that were loaded; what was not, the board has not either
--       10 scores  11 audit  12 suspended  13 withheld  14 reverted
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 seq    of the last audited change
--       9 chain  end of the restored audit's chain, empty if there was none
local function restore(keys, args)
  local op = begin_operation(keys, args)
  if not op or #keys ~= 14 or op.user ~= '*' or not args[9] or not whole_number(args[8]) then
    return wrong_arguments('leaderboard_restore')
  end
  local places = { op.scores, op.audit, op.suspended, op.withheld, op.reverted }
  for index, place in ipairs(places) do
    redis.call('UNLINK', place)
    if redis.call('EXISTS', keys[9 + index]) == 1 then
      redis.call('RENAME', keys[9 + index], place)
    end
  end
  op.seq = args[8] + 1
  op.chain = args[9] ~= '' and args[9]
  op.epoch = false
  end_operation(op, 'restore', 0, nil, nil)
  return { 'done' }
end

redis.register_function('leaderboard_restore_audit', restore_audit)
redis.register_function('leaderboard_restore', restore)
