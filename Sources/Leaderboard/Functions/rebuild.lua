-- leaderboard_rebuild: puts scores right by what the audit adds up to.
-- KEYS  as in operation.lua
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 seen     id of the last audit entry that the caller has read
--       9 repaired 0, or in the last of several calls how many scores they put right, this one included: that one is
--                  audited and told to viewers
--       10 …       user and what the user's audit adds up to, up to there; at most 500. Nobody, and 0 repaired: only the
--                  entry is wanted, the first one of an audit that goes on
-- What users gained since `seen` is added here. A suspended user's score is put right where it is kept.
-- Returns done, or behind: since `seen` there are more than 500 entries, or somebody was erased: read on and call again
local function rebuild(keys, args)
  local op = begin_operation(keys, args)
  if not op or op.user ~= '*' or not args[9] or not whole_number(args[9]) or #args % 2 == 0 or #args > 9 + 1000
    or not string.find(args[8], '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_rebuild')
  end
  for index = 10, #args, 2 do
    if not is_user(args[index]) or not whole_number(args[index + 1]) then
      return wrong_arguments('leaderboard_rebuild')
    end
  end
  local since = added_since(op, args[8])
  if not since or since[ERASED] then
    return { 'behind' }
  end
  local is_last = args[9] ~= '0' or #args == 9
  if is_last then
    record(op, 'rebuild', 0, nil, { 'count', args[9] })
  else
    refuse_full_audit(op.audit)
  end
  has_written = true
  for index = 10, #args, 2 do
    local user = args[index]
    local score = integer_text(shown_score(args[index + 1] + (since[user] or 0)))
    local to, from = op.scores, op.withheld
    if redis.call('SISMEMBER', op.suspended, user) == 1 then
      to, from = from, to
    end
    redis.call('ZADD', to, score, user)
    redis.call('ZREM', from, user)
  end
  if is_last then
    tell(op, nil)
  end
  return { 'done' }
end

-- leaderboard_continue: a board that lost its audit goes on where a backup of it ended, so that the next entry follows the
-- backup's last one. A board that lost its count as well is a new one: it gets the backup's suspensions, and a new epoch.
-- KEYS  1 audit  2 suspended  3 seq  4 epoch  5 chain
-- ARGV  1 seq    of the backup's last audited change
--       2 chain  end of the backup's audit, empty if there was no chain
--       3 …      the suspended users
-- Returns done, or changed: the board has an audit, or another count
local function continue_audit(keys, args)
  local seq = whole_number(args[1] or '')
  if #keys ~= 5 or not seq or not args[2] then
    return wrong_arguments('leaderboard_continue')
  end
  local count = redis.call('GET', keys[3])
  if redis.call('EXISTS', keys[1], keys[5]) > 0 or count and count ~= args[1] then
    return { 'changed' }
  end
  if not count then
    refuse_other_types(keys[4])
    for index = 3, #args do
      redis.call('SADD', keys[2], args[index])
    end
    redis.call('DEL', keys[4])
    redis.call('SET', keys[3], args[1])
  end
  if args[2] ~= '' then
    redis.call('SET', keys[5], args[2])
  end
  return { 'done' }
end

register_operation('leaderboard_rebuild', rebuild)
register_operation('leaderboard_continue', continue_audit)
