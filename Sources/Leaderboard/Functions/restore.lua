-- Restoring a board: it is loaded into keys beside the board's, checked there, and then put in its place at once. Who loads holds the
-- lease (loading.lua); each function that takes one returns taken, and has written nothing, where the caller does not have it any more.

-- leaderboard_restore_audit: appends entries as they were to the stream that is being loaded.
-- KEYS  1 audit of the board to be  [2 lease]
-- ARGV  [token]  with a lease, then
--       of each entry its id, the number of its words, then these: names and values by turns
local function restore_audit(keys, args)
  local index, lease = 1, keys[2]
  if lease then
    if not loading.is_held(lease, args[1]) then
      return { 'taken' }
    end
    index = 2
  end
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
  if lease then
    loading.keep(keys[1], ahead_key(keys[1]))
  end
  return { 'done' }
end

-- leaderboard_restore_members: the same of a sorted set or a set.
-- KEYS  1 the set  2 lease
-- ARGV  1 token  2 ZADD or SADD  3 … what that takes
local function restore_members(keys, args)
  if #keys ~= 2 or #args < 3 or args[2] ~= 'ZADD' and args[2] ~= 'SADD' then
    return redis.error_reply('BADARG leaderboard_restore_members: a key or an argument is missing or wrong')
  elseif not loading.is_held(keys[2], args[1]) then
    return { 'taken' }
  end
  if args[2] == 'ZADD' then
    redis.call('ZADD', keys[1], unpack(args, 3))
  else
    redis.call('SADD', keys[1], unpack(args, 3))
  end
  loading.keep(keys[1])
  return { 'done' }
end

-- leaderboard_restore_scores: puts users where a board is being loaded, in the layout of its ties (ranking.lua).
-- KEYS  1 scores  2 at  of the board to be  3 lease
-- ARGV  1 token
--       2 definition  of the board to be
--       then of each user, at most 1000: name, score, reached
--         score    empty: it is not shown; only since when the user has it is kept, of the suspended
--         reached  seq of the change by which the user reached the score; 0: before all who came to it later
local function restore_scores(keys, args)
  local definition = definition_of(args[2] or '')
  local count = #args - 2
  local is_sound = #keys == 3 and definition and count > 0 and count % 3 == 0 and count <= 3000
  for index = 3, is_sound and #args or 0, 3 do
    local reached = whole_number(args[index + 2])
    is_sound = is_sound and is_user(args[index]) and (args[index + 1] == '' or whole_number(args[index + 1]))
      and reached and reached >= 0
  end
  if not is_sound then
    return wrong_arguments('leaderboard_restore_scores')
  elseif not loading.is_held(keys[3], args[1]) then
    return { 'taken' }
  end
  local moves = begin_moves(definition, keys[1], keys[2], true)
  for index = 3, #args, 3 do
    place_at(moves, args[index], args[index + 1] ~= '' and args[index + 1], tonumber(args[index + 2]))
  end
  loading.keep(keys[1], keys[2])
  return { 'done' }
end

-- The board's rules change with the operation, and its event tells it.
local function define_anew(op, board, text)
  if text ~= '' then
    redis.call('SET', board, text)
    op.version = definition_of(text).version
  end
end

-- Whether the key `board` has what the caller knows of it.
local function holds(board, held)
  return (redis.call('GET', board) or '') == held
end

-- Of what puts loaded keys in their places, the commands: before the first write, none of these rights may be missing.
local function refuse_missing_rights_to_replace(loaded, place, board)
  for _, words in ipairs({
    { 'RENAME', loaded, place }, { 'UNLINK', place }, { 'PERSIST', place }, board and { 'SET', board, '{}' } or nil,
  }) do
    if not redis.acl_check_cmd(unpack(words)) then
      error({ err = 'NOPERM the user may not call ' .. string.lower(words[1]) })
    end
  end
end

-- The seasons of a restore, with its KEYS and ARGV.
local seasons_to_place = {}

do

local FIRST_KEY, KEYS_OF_ONE, FIRST_WORD = 22, 6, 17

-- The keys of a season that were loaded, and those of the board.
local function keys_of(keys, index)
  local first = FIRST_KEY + KEYS_OF_ONE * (index - 1)
  return { unpack(keys, first, first + 2) }, { unpack(keys, first + 3, first + 5) }
end

local function count_of_seasons(keys)
  return (#keys - FIRST_KEY + 1) / KEYS_OF_ONE
end

function seasons_to_place.are_sound(keys, args)
  local count = count_of_seasons(keys)
  local is_sound = count >= 0 and count == math.floor(count) and #args == FIRST_WORD - 1 + count
    and (args[15] == '' or seasons_of(args[15])) and whole_number(args[16])
  for index = FIRST_WORD, is_sound and #args or 0 do
    is_sound = is_sound and (args[index] == '' or whole_number(args[index]))
  end
  return is_sound
end

-- Nil: the seasons are those that the caller knows, and all that was loaded is there.
function seasons_to_place.answer(keys, args)
  -- By pcall: what is none of ours is replaced.
  local held, last = redis.pcall('GET', keys[19]), redis.pcall('XREVRANGE', keys[20], '+', '-', 'COUNT', 1)[1]
  if (type(held) == 'string' and held or '') .. '\n' .. (last and last[1] or '') ~= args[14] then
    return { 'seasons' }
  end
  local there = redis.call('EXISTS', keys[21])
  for index = 1, count_of_seasons(keys) do
    there = there + redis.call('EXISTS', unpack((keys_of(keys, index))))
  end
  if there < tonumber(args[16]) then
    return { 'lost' }
  elseif not redis.acl_check_cmd('PEXPIREAT', keys[19], '1') then
    return redis.error_reply('NOPERM the user may not call pexpireat')
  end
end

-- Behind the board's own keys: `board` has the definition that holds now.
function seasons_to_place.put(keys, args)
  local definition = definition_of(redis.call('GET', keys[15]) or '')
  if args[15] == '' then
    redis.call('UNLINK', keys[19])
  else
    redis.call('SET', keys[19], args[15])
  end
  loading.put_in_place(keys[21], keys[20])
  for index = 1, count_of_seasons(keys) do
    local loaded, places = keys_of(keys, index)
    local expires = args[FIRST_WORD - 1 + index]
    if definition and definition.is_stamped and redis.call('EXISTS', loaded[1], loaded[3]) > 0 then
      -- As place_in_windows does it: so that the key is there, and goes with the season.
      redis.call('HSET', loaded[2], '', '')
    end
    for place = 1, 3 do
      loading.put_in_place(loaded[place], places[place])
      if expires ~= '' then
        redis.call('PEXPIREAT', places[place], expires)
      end
    end
  end
end

end

-- leaderboard_restore: the loaded keys take the places of the board's. What was there is gone. The board gets a new epoch, so
-- that no viewer takes its next changes for a continuation, and an audit entry that tells of the restore: it is written where
-- the audit is loaded, so that the board is as it was if that takes none.
-- KEYS  1 to 9 as in operation.lua, then those that were loaded; what was not, the board has not either
--       10 scores  11 audit  12 suspended  13 withheld  14 reverted
--       and, of a board with a definition, 15 board  16 at  17 at that was loaded  18 lease
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 seq    of the last audited change, or a later one
--       9 chain  end of the restored audit's chain, empty if there was none
--       and with KEYS 15
--       10 held        what that key has, as far as the caller knows; empty: it is not there
--       11 definition  what it is to have; empty: it stays
--       12 token
--       13 there  how many of the keys 10 to 14 and 17 the caller has found
--       and, of a backup with seasons (windows.lua), KEYS 19 seasons  20 ended  21 ended that was loaded, and of each season that
--       was loaded or that the board has: scores at withheld that were loaded, and then scores at withheld; with
--       14 held    what `seasons` has, a line feed, and the last id of `ended`, as far as the caller knows
--       15 seasons what that key is to have; empty: nothing
--       16 there   how many of the keys that were loaded of seasons the caller has found
--       17 …       of each season, when it goes by itself, in milliseconds since 1970; empty: it stays
-- Returns done, taken, lost: of those keys, some are gone, or changed: the key has another definition, or seasons: others have begun
local function restore(keys, args)
  local op = begin_on_any_board(keys, args)
  local board, text = keys[15], args[11]
  if not op or #keys ~= 14 and #keys ~= 18 and not seasons_to_place.are_sound(keys, args) or op.user ~= '*' or not args[9]
    or not whole_number(args[8])
    or board and (not text or text ~= '' and not definition_of(text) or not whole_number(args[13] or '')) then
    return wrong_arguments('leaderboard_restore')
  end
  if board and not loading.is_held(keys[18], args[12]) then
    return { 'taken' }
  elseif board and not loading.are_there(tonumber(args[13]), keys[10], keys[11], keys[12], keys[13], keys[14], keys[17]) then
    return { 'lost' }
  elseif board and not holds(board, args[10]) then
    return { 'changed' }
  end
  if board then
    segments.refuse_untold(definition_of(redis.call('GET', board) or ''))
    segments.refuse_untold(definition_of(text))
  end
  if not segments.are_loaded() then
    return { 'lost' }
  end
  local answer = keys[19] and seasons_to_place.answer(keys, args)
  if answer then
    return answer
  end
  refuse_missing_rights_to_replace(keys[10], op.scores, board and text ~= '' and board)
  local places = { op.scores, op.audit, op.suspended, op.withheld, op.reverted }
  op.seq, op.epoch = (count_of(args[8]) or 0) + 1, false
  op.chain = args[9] ~= '' and args[9]
  op.audit = keys[11]
  -- Of a board with windows: whether their seasons are of this audit, too. Otherwise who verifies cannot hold them against it.
  record(op, 'restore', 0, nil, keys[19] and { 'windows', 'restored' } or nil)
  for index, place in ipairs(places) do
    loading.put_in_place(keys[9 + index], place)
  end
  loading.put_in_place(ahead_key(keys[11]), ahead_key(places[2]))
  op.audit = places[2]
  note_as_is(op.audit, op.audit_max, op.seq, op.channel)
  if board then
    loading.put_in_place(keys[17], keys[16])
    segments.put_in_place(loading.put_in_place)
    define_anew(op, board, text)
  end
  if keys[19] then
    seasons_to_place.put(keys, args)
  end
  tell(op, nil)
  return { 'done' }
end

-- leaderboard_return_audit: the part of an audit that was lost comes back from a backup. It is loaded beside the board, with the
-- entries that the board has, and takes the audit's place here; an entry tells of it. An audit of which nothing is left goes
-- on where the backup ended.
-- KEYS  1 to 11 as in operation.lua, with board and at, then
--       12 audit that was loaded  13 lease
--       Or 1 to 9, then 10 audit that was loaded: of who holds no lease
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 first   id of the first entry that the board has, empty if it has none
--       9 seen    id of the last one of them that was loaded
--       10 chain  end of the backup's audit, empty if there was none  11 seq  of its last change
--       12 gap    empty, or where entries are lost between the two: id of the board's first entry, and what stands before
--                 it now, as in `before` of erase.lua. Who verifies finds no fault there
--       13 token, with a lease
-- Returns done, taken, behind: since `seen` there are more than 500 entries: load them and call again; or changed: the audit does
-- not begin there any more
local function return_audit(keys, args)
  local op = begin_operation(keys, args)
  local loaded, lease = keys[12] or keys[10], keys[13]
  if not op or #keys ~= 10 and #keys ~= 13 or op.user ~= '*' or not whole_number(args[11] or '') or not is_plain(args[12], 256)
    or not string.find(args[9], '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_return_audit')
  end
  if lease and not loading.is_held(lease, args[13]) then
    return { 'taken' }
  end
  local first = redis.call('XRANGE', op.audit, '-', '+', 'COUNT', 1)[1]
  if (first and first[1] or '') ~= args[8] then
    return { 'changed' }
  end
  local place = op.audit
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
  loading.put_in_place(loaded, place)
  loading.put_in_place(ahead_key(loaded), ahead_key(place))
  note_as_is(place, op.audit_max, op.seq, op.channel)
  tell(op, nil)
  return { 'done' }
end

redis.register_function('leaderboard_restore_audit', restore_audit)
redis.register_function('leaderboard_restore_members', restore_members)
register_operation('leaderboard_restore_scores', restore_scores)
register_operation('leaderboard_restore', restore)
register_operation('leaderboard_return_audit', return_audit)
