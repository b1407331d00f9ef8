-- Segments: ranked views of a part of a board's users, who have a value of each of its kinds, at most: `country:de`, `team:red`.
-- A change of the score, or of the place, is one in each of the user's segments, and of their totals, in the same call.
--
-- Of each kind, three keys. Their names do not depend on what users name, so they are always declared:
--   users   hash: user -> `<placed> <value>`. `placed` is what stands in `places`: the score in 15 characters that sort as scores do, and
--           behind them the user's stamp, of a board that has stamps; `-` of who is not on the board (suspended, or taken back)
--   places  sorted set whose members all have the score 0: `<value> <placed><user>`. So a segment is a range of it, in the order of
--           the board; a space sorts before all that a value may have. Of a dense board also `<value>/<score>`, of each score
--           that somebody in the segment has
--   totals  sorted set: value -> sum of the scores that the board shows of its users; of a kind with totals. One that is beyond +-(2^53 - 1)
--           is held to that there, and is kept as a whole in `users`, in the field of a space and the value
-- What stands in `places` is taken out by what `users` says, not by the score: whatever another service did to that meanwhile, nobody
-- is in a segment twice.

do

-- Of a board there are 3 kinds at most; a restore is told of those of two definitions.
local KINDS, KINDS_TOLD, VALUE_BYTES, TEXTS_KEPT = 3, 6, 32, 1000
local TWO_TO_53, LIMB = SCORE_LIMIT + 1, 4294967296

-- The kinds of the call that runs, and of leaderboard_write what its updates name, in their order; nil: it was told of none.
local told, names
local kinds_by_text, texts_kept = {}, 0

-- What a text as `country team+` says, `+` of those with totals: each as name, has_total. False: it is none.
local function kinds_of(text)
  local known = kinds_by_text[text]
  if known ~= nil then
    return known
  end
  local kinds, words = {}, {}
  for name, mark in string.gmatch(text, '([a-z0-9_-]+)(%+?)') do
    kinds[#kinds + 1] = { name = name, has_total = mark == '+' }
    words[#words + 1] = name .. mark
  end
  if table.concat(words, ' ') ~= text or #kinds == 0 or #kinds > KINDS_TOLD then
    kinds = false
  end
  if texts_kept >= TEXTS_KEPT then
    kinds_by_text, texts_kept = {}, 0
  end
  texts_kept = texts_kept + 1
  kinds_by_text[text] = kinds
  return kinds
end

local function is_value(text)
  return #text <= VALUE_BYTES and string.find(text, '^[%w_.-]+$') ~= nil
end

-- The kinds of a definition, as the text above; nil: it has none. Raises an error where these members are none.
function segments.of_definition(list, totals)
  if list == nil and totals == nil then
    return nil
  end
  assert(type(list) == 'table' and type(totals or {}) == 'table' and #list <= KINDS and #(totals or {}) <= #list)
  local has_total, words, is_known = {}, {}, {}
  for _, name in ipairs(totals or {}) do
    assert(type(name) == 'string')
    has_total[name] = true
  end
  for index, name in ipairs(list) do
    assert(type(name) == 'string' and #name <= 16 and string.find(name, '^[a-z0-9_-]+$') and not is_known[name])
    is_known[name] = true
    words[index] = name .. (has_total[name] and '+' or '')
  end
  for name in pairs(has_total) do
    assert(is_known[name])
  end
  return #words > 0 and table.concat(words, ' ') or nil
end

-- The kinds of `old` that `new` has not, as such a text; and whether one that stays has a total, or has none, other than before.
function segments.difference(old, new)
  local stays, gone, is_other = {}, {}, false
  for _, kind in ipairs(new and kinds_of(new) or {}) do
    stays[kind.name] = kind
  end
  for _, kind in ipairs(old and kinds_of(old) or {}) do
    local kept = stays[kind.name]
    if not kept then
      gone[#gone + 1] = kind.name .. (kind.has_total and '+' or '')
    end
    is_other = is_other or kept and kept.has_total ~= kind.has_total
  end
  return table.concat(gone, ' '), is_other
end

-- The kinds that the call was told of, as such a text; empty: none.
function segments.told_text()
  return told and told.text or ''
end

-- What stands in `places` of a score that the board shows.
local function digits_of(score)
  return score < 0 and string.format('0%014x', score + TWO_TO_53) or string.format('1%014x', score)
end

local function score_of(digits)
  local number = tonumber(string.sub(digits, 2, 15), 16)
  return string.byte(digits) == 48 and number - TWO_TO_53 or number
end

-- What a record says; nil where there is none that could be one.
local function parts_of(record)
  local placed, value = string.match(record or '', '^([%x-]+) ([%w_.-]+)$')
  if placed and (placed == '-' or #placed >= 15) and is_value(value) then
    return placed, value
  end
end

-- How many members of a segment have a score, or are of any.
local function count_of_score(places, value, digits)
  return redis.call('ZLEXCOUNT', places, '[' .. value .. ' ' .. digits, '(' .. value .. ' ' .. digits .. '\255')
end

local function count_in(places, value)
  return redis.call('ZLEXCOUNT', places, '[' .. value .. ' ', '(' .. value .. '!')
end

-- The sum of both as high * 2^32 + low, low from 0 to below 2^32.
local function add_to(high, low, score)
  local more = math.floor(score / LIMB)
  low = low + (score - more * LIMB)
  local carried = math.floor(low / LIMB)
  return high + more + carried, low - carried * LIMB
end

-- A total from which `from` goes, and to which `to` comes; either may be nil.
local function change_total(kind, value, from, to)
  local call, rest = redis.call, ' ' .. value
  local old = tonumber(call('ZSCORE', kind.totals, value) or 0)
  local high, low = string.match(math.abs(old) >= SCORE_LIMIT and call('HGET', kind.users, rest) or '', '^(%-?%d+) (%d+)$')
  local less = old - (from or 0)
  local new = less + (to or 0)
  if not high and math.abs(less) <= SCORE_LIMIT and math.abs(new) <= SCORE_LIMIT then
    call('ZADD', kind.totals, integer_text(new), value)
    return
  end
  local is_kept = high ~= nil
  if is_kept then
    high, low = tonumber(high), tonumber(low)
  else
    high, low = add_to(0, 0, old)
  end
  high, low = add_to(high, low, 0 - (from or 0))
  high, low = add_to(high, low, to or 0)
  -- Exact as far as it is within the limit, and beyond it where it is not.
  new = high * LIMB + low
  call('ZADD', kind.totals, integer_text(shown_score(new)), value)
  if math.abs(new) > SCORE_LIMIT then
    call('HSET', kind.users, rest, integer_text(high) .. ' ' .. integer_text(low))
  elseif is_kept then
    call('HDEL', kind.users, rest)
  end
end

-- Nobody's total is none.
local function forget_total(kind, value)
  if count_in(kind.places, value) == 0 then
    redis.call('ZREM', kind.totals, value)
    redis.call('HDEL', kind.users, ' ' .. value)
  end
end

-- A user's record of a kind becomes `placed` and `value` (nil: none). `record` is what it was, or false.
local function put(kind, definition, user, record, placed, value)
  local call, places = redis.call, kind.places
  local old_placed, old_value = parts_of(record)
  if placed == old_placed and value == old_value then
    return
  end
  local from, to = old_placed and old_placed ~= '-' and old_placed, value and placed ~= '-' and placed
  if from then
    call('ZREM', places, old_value .. ' ' .. from .. user)
  end
  if to then
    call('ZADD', places, '0', value .. ' ' .. to .. user)
  end
  if definition.is_dense then
    if from and count_of_score(places, old_value, from) == 0 then
      call('ZREM', places, old_value .. '/' .. from)
    end
    if to then
      call('ZADD', places, '0', value .. '/' .. to)
    end
  end
  if value then
    call('HSET', kind.users, user, placed .. ' ' .. value)
  elseif record then
    call('HDEL', kind.users, user)
  end
  if not kind.has_total then
    return
  end
  local fall, rise = from and score_of(from), to and score_of(to)
  if from and to and old_value == value then
    if fall ~= rise then
      change_total(kind, value, fall, rise)
    end
    return
  end
  if from then
    change_total(kind, old_value, fall)
    forget_total(kind, old_value)
  end
  if to then
    change_total(kind, value, nil, rise)
  end
end

-- What a user's member stands at, and the score that the board shows; `-` where that is false.
local function placed_at(user, member, score)
  return score and digits_of(shown_score(score)) .. string.sub(member, 1, #member - #user) or '-'
end

-- Where a right is missing, or a key is of another type, nothing has been written yet.
local function refuse_unsound()
  local may = redis.acl_check_cmd
  for _, kind in ipairs(told) do
    if not (may('HSET', kind.users, '*', '-') and may('HDEL', kind.users, '*') and may('ZADD', kind.places, '0', '*')
      and may('ZREM', kind.places, '*') and may('ZLEXCOUNT', kind.places, '-', '+')) then
      error({ err = 'NOPERM the user may not move users in segments' })
    end
    redis.call('HLEN', kind.users)
    redis.call('ZCARD', kind.places)
    redis.call('ZCARD', kind.totals)
  end
end

-- For what changes scores of a board: the call must have been told of the kinds that the definition has, and of no others. Raises an error
-- where it was not, and the caller finds the definition anew.
function segments.begin(definition)
  if segments.told_text() ~= (definition.kinds or '') then
    error({ err = 'SEGMENTS the board has other segments than the caller knows' })
  elseif told then
    refuse_unsound()
  end
end

-- Brings a user's segments to what the board has of the user now. May be repeated.
function segments.follow(moves, user)
  for _, kind in ipairs(told or {}) do
    local record = redis.call('HGET', kind.users, user)
    local _, value = parts_of(record)
    if value then
      local member, score = find(moves.definition, moves.scores, moves.at, user)
      put(kind, moves.definition, user, record, placed_at(user, member, score and tonumber(score)), value)
    end
  end
end

-- Nothing of the user is left in any.
function segments.forget(moves, user)
  for _, kind in ipairs(told or {}) do
    put(kind, moves.definition, user, redis.call('HGET', kind.users, user), '-', nil)
  end
end

-- The kinds that the call was told of are none of the board's any more. Returns their names.
function segments.drop()
  local names = {}
  for place, kind in ipairs(told or {}) do
    redis.call('UNLINK', kind.users, kind.places, kind.totals)
    names[place] = kind.name
  end
  return names
end

-- Of a restore, which was told of the kinds of the board that is there and of those of the board that is loaded, where a definition has
-- one more: raises an error.
function segments.refuse_untold(definition)
  local is_told = {}
  for _, kind in ipairs(told or {}) do
    is_told[kind.name] = true
  end
  for _, kind in ipairs(definition and definition.kinds and kinds_of(definition.kinds) or {}) do
    if not is_told[kind.name] then
      error({ err = 'SEGMENTS the board has other segments than the caller knows' })
    end
  end
end

-- Of a restore, whether as many of the keys that were loaded are there as the caller has found.
function segments.are_loaded()
  local there = 0
  for _, kind in ipairs(told or {}) do
    there = there + redis.call('EXISTS', unpack(kind.loaded))
  end
  return not told or there >= (tonumber(names[1]) or 0)
end

-- The keys that were loaded take the places of the board's; what was not loaded, the board has not either.
function segments.put_in_place(put)
  for _, kind in ipairs(told or {}) do
    put(kind.loaded[1], kind.users)
    put(kind.loaded[2], kind.places)
    put(kind.loaded[3], kind.totals)
  end
end

-- What updates name: by kind the value, empty: none. False where the text is none. `country:de team:red`, in any order.
local function named_by(text)
  local named, rest = {}, text .. ' '
  for _, kind in ipairs(told) do
    local from, to, value = string.find(' ' .. rest, ' ' .. kind.name:gsub('%-', '%%-') .. ':([%w_.-]*) ')
    if from then
      if value ~= '' and not is_value(value) then
        return false
      end
      named[kind.name] = value
      rest = string.sub(rest, 1, from - 1) .. string.sub(rest, to)
    end
  end
  return rest == '' and named
end

-- Of leaderboard_write, for as long as it runs:
--   group  nil of a board without segments; of each kind, `records` of the group's users, and `values` that their updates have come to,
--          empty: none; `named` of each update what it names, or false; `touched` the new scores of the users who were changed
--   turn   the update whose turn it is
--   moves  if it moves its user, all of the user's segments behind it, as the audit has them; else nil
-- (In this table, as Lua has no room for more locals there.)

-- Raises an error where what an update names is none.
function segments.begin_group(definition, users, count)
  segments.group, segments.moves = nil, nil
  segments.begin(definition)
  if not told then
    return
  elseif not names or #names ~= count then
    error({ err = 'BADARG leaderboard_with_segments: a key or an argument is missing or wrong' })
  end
  local group = { named = {}, touched = {}, definition = definition }
  for index = 1, count do
    local named = names[index] ~= '' and named_by(names[index])
    if names[index] ~= '' and not named then
      error({ err = 'BADARG leaderboard_with_segments: an update names segments that are none' })
    end
    group.named[index] = named
  end
  for place, kind in ipairs(told) do
    local found, records, values = redis.call('HMGET', kind.users, unpack(users, 1, count)), {}, {}
    for index = 1, count do
      local _, value = parts_of(found[index])
      records[users[index]], values[users[index]] = found[index], value or ''
    end
    group[place] = { kind = kind, records = records, values = values }
  end
  segments.group = group
end

-- Whether the update moves its user.
function segments.begin_move(user)
  local named, is_other, words = segments.group.named[segments.turn], false, {}
  for _, part in ipairs(segments.group) do
    local value = named and named[part.kind.name] or part.values[user]
    is_other = is_other or value ~= part.values[user]
    words[#words + 1] = value ~= '' and part.kind.name .. ':' .. value or nil
  end
  segments.moves = is_other and table.concat(words, ' ') or nil
  return is_other
end

-- What an update that is held names, and of these kinds what its user has now, as fields. Nothing of one that names none.
function segments.tell_named(fields, user)
  local named, words, before = segments.group.named[segments.turn], {}, {}
  for _, part in ipairs(named and segments.group or {}) do
    local name, value = part.kind.name, named[part.kind.name]
    if value then
      words[#words + 1], before[#before + 1] = name .. ':' .. value, name .. ':' .. part.values[user]
    end
  end
  if #words > 0 then
    push(fields, 'segments', table.concat(words, ' '))
    push(fields, 'segments_before', table.concat(before, ' '))
  end
end

-- What the segments of a user come to that such fields name, where the user is still in those of then: by kind, and as the audit has them.
-- Nil: nothing is other than it is.
function segments.after_hold(user, fields)
  local named, before = told and fields.segments and named_by(fields.segments), told and named_by(fields.segments_before or '')
  local values, words, is_other = {}, {}, false
  for _, kind in ipairs(named and before and told or {}) do
    local _, value = parts_of(redis.call('HGET', kind.users, user))
    value = value or ''
    if named[kind.name] and before[kind.name] == value and named[kind.name] ~= value then
      value, is_other = named[kind.name], true
    end
    values[kind.name] = value
    words[#words + 1] = value ~= '' and kind.name .. ':' .. value or nil
  end
  if is_other then
    return values, table.concat(words, ' ')
  end
end

-- Brings a user, as the board has them now, into these.
function segments.move_to(moves, user, values)
  local member, score = find(moves.definition, moves.scores, moves.at, user)
  local placed = placed_at(user, member, score and tonumber(score))
  for _, kind in ipairs(told) do
    local value = values[kind.name]
    put(kind, moves.definition, user, redis.call('HGET', kind.users, user), placed, value ~= '' and value or nil)
  end
end

-- An update that counts.
function segments.note(user, total)
  local named = segments.group.named[segments.turn]
  for _, part in ipairs(segments.group) do
    part.values[user] = named and named[part.kind.name] or part.values[user]
  end
  segments.group.touched[user] = total
end

function segments.write_group(moves)
  local group = segments.group
  for user, total in pairs(group.touched) do
    local placed = placed_at(user, moves and member_of(moves, user) or user, total)
    for _, part in ipairs(group) do
      local value = part.values[user]
      if value ~= '' or part.records[user] then
        put(part.kind, group.definition, user, part.records[user], placed, value ~= '' and value or nil)
      end
    end
  end
end

-- leaderboard_restore_segments: puts users into the segments of a board that is being loaded, whose scores are there. May be repeated.
-- By leaderboard_with_segments, with the keys that are being loaded.
-- KEYS  1 scores  2 at  of the board to be  3 lease
-- ARGV  1 token  2 definition of the board to be
--       then of each user, at most 500: name, and segments as an update names them
-- Returns done, or taken
local function restore_segments(keys, args)
  local definition, pairs_count = definition_of(args[2] or ''), (#args - 2) / 2
  local is_sound = #keys == 3 and told and definition and told.text == definition.kinds and pairs_count >= 1 and pairs_count <= 500
    and pairs_count == math.floor(pairs_count)
  for index = 3, is_sound and #args or 0, 2 do
    is_sound = is_sound and is_user(args[index]) and named_by(args[index + 1])
  end
  if not is_sound then
    return redis.error_reply('BADARG leaderboard_restore_segments: a key or an argument is missing or wrong')
  elseif redis.call('GET', keys[3]) ~= args[1] then
    return { 'taken' }
  end
  for index = 3, #args, 2 do
    local user, named = args[index], named_by(args[index + 1])
    local member, score = find(definition, keys[1], keys[2], user)
    for _, kind in ipairs(told) do
      local value = named[kind.name]
      if value and value ~= '' then
        put(kind, definition, user, redis.call('HGET', kind.users, user), placed_at(user, member, score and tonumber(score)), value)
      end
    end
  end
  for _, kind in ipairs(told) do
    for _, key in ipairs({ kind.users, kind.places, kind.totals }) do
      redis.call('PEXPIRE', key, '600000')
    end
  end
  return { 'done' }
end

register_operation('leaderboard_restore_segments', restore_segments)

-- leaderboard_with_segments: an operation on a board that has segments, which follow it in the same call.
-- KEYS  of each kind users places totals, in the order of the definition; of leaderboard_restore (and _board) behind each three of these the three
--       that were loaded; then the operation's
-- ARGV  the operation's; then of each update of leaderboard_write the segments that it names (`country:de team:red`; a kind without a value
--       is left; a kind that is not named stays); of leaderboard_restore, how many of the keys that were loaded the caller has found; then
--       how many these are (0 of any other operation), the kinds (`country team+`: `+` of those with totals), and the operation's name
-- Returns what the operation does
local function with_segments(keys, args)
  local count, operation = #args, operations[args[#args]]
  local kinds, number = kinds_of(args[count - 1] or ''), whole_number(args[count - 2] or '')
  local each = (args[count] == 'leaderboard_restore' or args[count] == 'leaderboard_restore_board') and 6 or 3
  if not operation or not kinds or #keys < each * #kinds or not number or number < 0 or number > count - 3 then
    return redis.error_reply('BADARG leaderboard_with_segments: a key or an argument is missing or wrong')
  end
  told, names = { text = args[count - 1] }, {}
  for place, kind in ipairs(kinds) do
    local first = each * (place - 1)
    told[place] = { name = kind.name, has_total = kind.has_total, users = keys[first + 1], places = keys[first + 2],
      totals = keys[first + 3], loaded = { unpack(keys, first + 4, first + each) } }
  end
  for index = 1, number do
    names[index] = args[count - 3 - number + index]
  end
  for index = count, count - 2 - number, -1 do
    args[index] = nil
  end
  local is_done, reply = pcall(operation, { unpack(keys, each * #kinds + 1) }, args)
  told, names = nil, nil
  if not is_done then
    error(reply, 0)
  end
  return reply
end

redis.register_function('leaderboard_with_segments', with_segments)

segments.digits_of, segments.score_of, segments.parts_of = digits_of, score_of, parts_of
segments.is_value, segments.count_in = is_value, count_in
segments.kinds_of, segments.count_of_score = kinds_of, count_of_score
segments.placed_at, segments.add_to, segments.LIMB = placed_at, add_to, LIMB

-- Of the kinds that the call was told of, the one of this name.
function segments.told_kind(name)
  for _, kind in ipairs(told or {}) do
    if kind.name == name then
      return kind
    end
  end
end

end
