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

-- What the functions that load words have in common: the caller holds the lease, and each word is one.
local function begin_loading(keys, args, name, is_word)
  local is_sound = #keys == 2 and #args >= 2
  for index = 2, is_sound and #args or 0 do
    is_sound = is_sound and is_word(args, index)
  end
  if not is_sound then
    return redis.error_reply('BADARG ' .. name .. ': a key or an argument is missing or wrong')
  elseif not loading.is_held(keys[2], args[1]) then
    return { 'taken' }
  end
end

-- leaderboard_restore_profiles: what users say of themselves (metadata.lua), of a board that is being loaded.
-- KEYS  1 meta of the board to be  2 lease
-- ARGV  1 token, then of each user, at most 500: name, and metadata, or `!` of who is held
local function restore_profiles(keys, args)
  local answer = begin_loading(keys, args, 'leaderboard_restore_profiles', function(words, index)
    if index % 2 == 0 then
      return is_user(words[index]) and #words <= 1001
    end
    return words[index] == metadata.held or metadata.is_sound(words[index])
  end)
  if answer or #args % 2 == 0 then
    return answer or wrong_arguments('leaderboard_restore_profiles')
  end
  redis.call('HSET', keys[1], unpack(args, 2))
  loading.keep(keys[1])
  return { 'done' }
end

-- leaderboard_restore_frozen: what is shown of a frozen board (freeze.lua), of one that is being loaded.
-- KEYS  1 frozen of the board to be  2 lease
-- ARGV  1 token  2 what that key is to have
local function restore_frozen(keys, args)
  local answer = begin_loading(keys, args, 'leaderboard_restore_frozen', function(words, index)
    return index == 2 and words[2] ~= ''
  end)
  if answer then
    return answer
  end
  redis.call('SET', keys[1], args[2])
  loading.keep(keys[1])
  return { 'done' }
end

-- leaderboard_restore_holds: who is on hold (held.lua), of a board that is being loaded.
-- KEYS  1 holding of the board to be  2 lease
-- ARGV  1 token, then of each user, at most 500: name, and by whom, when and why, as `holding` has it
redis.register_function('leaderboard_restore_holds', function(keys, args)
  local answer = begin_loading(keys, args, 'leaderboard_restore_holds', function(words, index)
    if index % 2 == 0 then
      return is_user(words[index]) and #words <= 1001
    end
    return string.find(words[index], '^%S+ %d+ ') and #words[index] <= 1000
  end)
  if answer or #args % 2 == 0 then
    return answer or wrong_arguments('leaderboard_restore_holds')
  end
  for index = 2, #args, 2 do
    redis.call('HSET', keys[1], plausibility.hold_mark(args[index]), args[index + 1])
  end
  loading.keep(keys[1])
  return { 'done' }
end)

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

local KEYS_OF_ONE = 6

-- Where they stand: `key` is that of `seasons`, behind it `ended` and what was loaded of it.
local AT_ONCE = { key = 19, first_key = 22, held = 14, text = 15, there = 16, first_word = 17 }
local BY_STEPS = { key = 23, first_key = 28, held = 16, text = 17, there = 15, first_word = 18, placing = 26, by_steps = true }

function seasons_to_place.layout(by_steps)
  return by_steps and BY_STEPS or AT_ONCE
end

-- The keys of a season that were loaded, and those of the board.
local function keys_of(keys, layout, index)
  local first = layout.first_key + KEYS_OF_ONE * (index - 1)
  return { unpack(keys, first, first + 2) }, { unpack(keys, first + 3, first + 5) }
end

local function count_of_seasons(keys, layout)
  return (#keys - layout.first_key + 1) / KEYS_OF_ONE
end

function seasons_to_place.are_sound(keys, args, layout)
  local count = count_of_seasons(keys, layout)
  local is_sound = count >= 0 and count == math.floor(count) and #args == layout.first_word - 1 + count
    and (args[layout.text] == '' or seasons_of(args[layout.text])) and whole_number(args[layout.there])
  for index = layout.first_word, is_sound and #args or 0 do
    is_sound = is_sound and (args[index] == '' or whole_number(args[index]))
  end
  return is_sound
end

-- Nil: the seasons are those that the caller knows, and all that was loaded is there.
function seasons_to_place.answer(keys, args, layout)
  -- By pcall: what is none of ours is replaced.
  local held, last = redis.pcall('GET', keys[layout.key]), redis.pcall('XREVRANGE', keys[layout.key + 1], '+', '-', 'COUNT', 1)[1]
  if (type(held) == 'string' and held or '') .. '\n' .. (last and last[1] or '') ~= args[layout.held] then
    return { 'seasons' }
  elseif layout.placing and redis.call('EXISTS', keys[layout.placing]) == 1 then
    return { 'seasons' }
  end
  local there = redis.call('EXISTS', keys[layout.key + 2])
  if layout.placing then
    there = there + redis.call('EXISTS', keys[layout.placing + 1])
  end
  for index = 1, count_of_seasons(keys, layout) do
    there = there + redis.call('EXISTS', unpack((keys_of(keys, layout, index))))
  end
  if there < tonumber(args[layout.there]) then
    return { 'lost' }
  elseif not redis.acl_check_cmd('PEXPIREAT', keys[layout.key], '1') then
    return redis.error_reply('NOPERM the user may not call pexpireat')
  end
end

-- A season that was loaded takes the place of what is there.
--   expires  when it goes by itself, in milliseconds since 1970; empty: it stays
local function place(definition, loaded, places, expires)
  if definition and definition.is_stamped and redis.call('EXISTS', loaded[1], loaded[3]) > 0 then
    -- As place_in_windows does it: so that the key is there, and goes with the season.
    redis.call('HSET', loaded[2], '', '')
  end
  redis.call('UNLINK', unpack(places))
  for index = 1, 3 do
    if redis.call('EXISTS', loaded[index]) == 1 then
      redis.call('RENAME', loaded[index], places[index])
      if expires ~= '' then
        redis.call('PEXPIREAT', places[index], expires)
      else
        redis.call('PERSIST', places[index])
      end
    end
  end
end

-- Behind the board's own keys: `board` has the definition that holds now.
function seasons_to_place.put(keys, args, layout)
  local definition = definition_of(redis.call('GET', keys[15]) or '')
  if args[layout.text] == '' then
    redis.call('UNLINK', keys[layout.key])
  else
    redis.call('SET', keys[layout.key], args[layout.text])
  end
  loading.put_in_place(keys[layout.key + 2], keys[layout.key + 1])
  if layout.placing then
    loading.put_in_place(keys[layout.placing + 1], keys[layout.placing])
  end
  for index = 1, count_of_seasons(keys, layout) do
    local loaded, places = keys_of(keys, layout, index)
    place(definition, loaded, places, args[layout.first_word - 1 + index])
  end
end

-- leaderboard_place_seasons: the next ones of those that leaderboard_restore_board has left take their places. Who meets the key `placing`
-- asks for it until that is gone: the one who restored, or, where that one was killed, whoever reads a season that is over.
-- KEYS  1 placing  sorted set of the seasons that are left: `weekly 2026-W48 <expires>`; `-` in the place of expires: it stays; `x`: nothing
--                  was loaded of it, and what is there goes
--       2 board, and then of each season, at most 50, scores at withheld that were loaded, and then scores at withheld
-- ARGV  the seasons, the first ones of KEYS 1, in their order
-- Returns done | changed: others are the first, and how many are left
redis.register_function('leaderboard_place_seasons', function(keys, args)
  local count = #args
  if count < 1 or count > 50 or #keys ~= 2 + KEYS_OF_ONE * count then
    return wrong_arguments('leaderboard_place_seasons')
  end
  local first = redis.call('ZRANGE', keys[1], '0', integer_text(count - 1))
  for index = 1, count do
    if first[index] ~= args[index] or not string.find(args[index], '^[%w%-_.]+ [%w%-_.]+ [%dx-]%d*$') then
      return { 'changed', redis.call('ZCARD', keys[1]) }
    end
  end
  refuse_missing_rights_to_replace(keys[3], keys[6])
  local layout, definition = { first_key = 3 }, definition_of(redis.call('GET', keys[2]) or '')
  for index = 1, count do
    local loaded, places = keys_of(keys, layout, index)
    local expires = string.match(args[index], '(%S+)$')
    if expires == 'x' then
      redis.call('UNLINK', unpack(places))
    else
      place(definition, loaded, places, expires ~= '-' and expires or '')
    end
  end
  redis.call('ZREM', keys[1], unpack(args))
  return { 'done', redis.call('ZCARD', keys[1]) }
end)

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
local function restore_with(keys, args, layout, on_hold, erasing)
  local op = begin_on_any_board(keys, args)
  local board, text, seasons = keys[15], args[11], keys[layout.key]
  local has_right_keys = #keys == 18 and not layout.by_steps or #keys == 22 and layout.by_steps and #args == 15
    or #keys == 14 and not layout.by_steps or seasons_to_place.are_sound(keys, args, layout)
  if not op or not has_right_keys or op.user ~= '*' or not args[9] or not whole_number(args[8])
    or board and (not text or text ~= '' and not definition_of(text) or not whole_number(args[13] or ''))
    or layout.by_steps and not whole_number(args[15]) then
    return wrong_arguments('leaderboard_restore')
  end
  if board and not loading.is_held(keys[18], args[12]) then
    return { 'taken' }
  elseif board and not loading.are_there(tonumber(args[13]), keys[10], keys[11], keys[12], keys[13], keys[14], keys[17],
    layout.by_steps and keys[20] or keys[17], layout.by_steps and keys[22] or keys[17]) then
    return { 'lost' }
  elseif board and not holds(board, args[10]) then
    return { 'changed' }
  end
  if board then
    segments.refuse_untold(definition_of(redis.call('GET', board) or ''))
    segments.refuse_untold(definition_of(text))
  end
  if not segments.are_loaded() or on_hold and redis.call('EXISTS', on_hold.loaded) == 0
    or erasing and #erasing.members < erasing.least then
    return { 'lost' }
  end
  local answer = seasons and seasons_to_place.answer(keys, args, layout)
  if answer then
    return answer
  end
  refuse_missing_rights_to_replace(keys[10], op.scores, board and text ~= '' and board)
  if on_hold then
    loading.refuse_to_join(on_hold.place)
  end
  if erasing then
    loading.refuse_to_join_sets(erasing.place)
  end
  local places = { op.scores, op.audit, op.suspended, op.withheld, op.reverted }
  op.seq, op.epoch = (count_of(args[8]) or 0) + 1, false
  op.chain = args[9] ~= '' and args[9]
  op.audit = keys[11]
  -- Of a board with windows: whether their seasons are of this audit, too. Otherwise who verifies cannot hold them against it.
  local more = seasons and { 'windows', 'restored' } or {}
  if layout.by_steps and string.find(args[14], ' places', 1, true) then
    push(more, 'arrivals', 'restored')
  end
  record(op, 'restore', 0, nil, more)
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
  if layout.by_steps then
    seasons_to_place.put_what_is_shown(keys, args)
  end
  if on_hold then
    loading.join(on_hold.loaded, on_hold.place, on_hold.is_replaced)
  end
  if erasing then
    loading.join_sets(erasing.loaded, erasing.members, erasing.place)
  end
  if seasons then
    seasons_to_place.put(keys, args, layout)
  end
  tell(op, nil)
  return { 'done' }
end

local function restore(keys, args)
  return restore_with(keys, args, seasons_to_place.layout(false))
end

-- leaderboard_restore_board: the same with what users say of themselves and what is shown of it while it is frozen, and with the seasons that
-- are over left to leaderboard_place_seasons: there may be thousands. Until they are in their places, `placing` says which.
-- KEYS  1 to 18 as of leaderboard_restore, then
--       19 meta  20 meta that was loaded  21 frozen  22 frozen that was loaded
--       and, of a backup with seasons, 23 seasons  24 ended  25 ended that was loaded  26 placing  27 placing that was loaded, and of each
--       season that takes updates, and was loaded or is the board's: scores at withheld that were loaded, and then scores at withheld
-- ARGV  1 to 13 as of leaderboard_restore, 13 with the keys 20 and 22; then
--       14 profiles 1: those that were loaded take the place of the board's; 0: these stay. With ` places` behind it: the order of equals
--                   goes by the seqs of the audit that was loaded, as before; the entry says so, and who verifies holds it against them
--       15 there    how many of the keys that were loaded of seasons the caller has found, 25 and 27 among them
--       and with KEYS 23
--       16 held  17 seasons  18 …   as 14, 15 and 17 … of leaderboard_restore
-- With ` holds` behind the text of ARGV 14, two keys more, the last ones: holding (held.lua), and what was loaded of it. Who is on hold there
-- is on hold here; who is already, stays so as it is; with ` reasons`, but for a reason that was erased.
-- With ` erasing:<count>`, two more behind all: erasing, and what was loaded of it: so many users, or more, of the backup who were erased
-- since. They are among those whose erasure has begun from the moment on at which the board is the backup's, so that whoever ends it knows them.
-- Returns what leaderboard_restore does; seasons as well where those of another restore are not in their places yet
local function restore_board(keys, args)
  local more = args[14] or ''
  local function last_two(word)
    return string.find(more, word, 1, true) and { loaded = table.remove(keys), place = table.remove(keys) }
  end
  local erasing = last_two(' erasing:')
  if erasing then
    erasing.members = loading.members(erasing.loaded)
    erasing.least = tonumber(string.match(more, ' erasing:(%d+)')) or 0
  end
  local on_hold = last_two(' holds')
  if on_hold and string.find(more, ' reasons', 1, true) then
    on_hold.is_replaced = plausibility.lost_its_reason
  end
  return restore_with(keys, args, seasons_to_place.layout(true), on_hold, erasing)
end

-- Where the backup does not have the rows of a board that is frozen then, those of before stay.
function seasons_to_place.put_what_is_shown(keys, args)
  if string.sub(args[14], 1, 1) == '1' then
    loading.put_in_place(keys[20], keys[19])
  end
  local definition = definition_of(redis.call('GET', keys[15]) or '')
  if redis.call('EXISTS', keys[22]) == 1 or not (definition and definition.frozen) then
    loading.put_in_place(keys[22], keys[21])
  end
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
redis.register_function('leaderboard_restore_profiles', restore_profiles)
redis.register_function('leaderboard_restore_frozen', restore_frozen)
register_operation('leaderboard_restore', restore)
register_operation('leaderboard_restore_board', restore_board)
register_operation('leaderboard_return_audit', return_audit)
