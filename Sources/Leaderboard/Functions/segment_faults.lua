-- What of a board's segments (segments.lua) is not what the board has of their users: page by page, each of one moment, so it may be asked while
-- the board changes. What is found can be mended in the same call.
--
-- Of one kind, four steps. Who mends takes them in this order: a total is what stands in `places`, and that is what `users` says.
--   users   each record tells where the board has the user, and the user stands there in `places`
--   places  each member is what its user's record tells, with the score 0. A user of the board who has no record gets it back from here
--   sums    each total is what stands in `places` of its segment. A segment of more members than a page has is `great`: the caller adds it up
--           piece by piece (leaderboard_segment_rows, leaderboard_segment_changes)
--   totals  each total is of a segment in which somebody is
--
-- A page is { next cursor (`0`, and of sums an empty one: that was all), how many were looked at, { what, name, held, right, … } }. `what` is
--   record  who has none, or what is none, in `users`; name: the user
--   moved   the user stands where the board does not have them
--   place   the user's place is not there
--   stray   name: a member of `places` that no record tells, or of a dense board a score that nobody has
--   total   name: a value; held and right: two numbers, the first of which counts 2^32 (empty: there is none)
--   great   name: a value
-- Names are cut to 128 bytes.

do

local LONGEST_NAME, MOST, READ_AT_ONCE = 128, 2000, 500

local function note(check, what, name, held, right)
  local found, count = check.found, #check.found
  found[count + 1] = what
  found[count + 2] = #name > LONGEST_NAME and string.sub(name, 1, LONGEST_NAME) or name
  found[count + 3] = held or ''
  found[count + 4] = right or ''
end

local function stands_at(check, user)
  local member, score = find(check.definition, check.scores, check.at, user)
  return segments.placed_at(user, member, score and tonumber(score))
end

local function take_out(check, value, placed, user)
  local places = check.kind.places
  redis.call('ZREM', places, value .. ' ' .. placed .. user)
  if check.definition.is_dense and segments.count_of_score(places, value, placed) == 0 then
    redis.call('ZREM', places, value .. '/' .. placed)
  end
end

-- A user's record and place become what they must be; the totals are seen to by themselves.
local function put_right(check, user, placed, value, right)
  local kind = check.kind
  if placed and placed ~= '-' and placed ~= right then
    take_out(check, value, placed, user)
  end
  if right ~= '-' then
    redis.call('ZADD', kind.places, '0', value .. ' ' .. right .. user)
    if check.definition.is_dense then
      redis.call('ZADD', kind.places, '0', value .. '/' .. right)
    end
  end
  redis.call('HSET', kind.users, user, right .. ' ' .. value)
end

-- The rest of a total, which is beyond what a score may be.
local function is_rest(check, value, text)
  local total = check.kind.has_total and segments.is_value(value) and redis.call('ZSCORE', check.kind.totals, value)
  local held = total and whole_number(total)
  return held and math.abs(held) == SCORE_LIMIT and string.find(text, '^%-?%d+ %d+$') ~= nil
end

local function look_at_record(check, user, record)
  local kind, places = check.kind, check.kind.places
  local rest = string.match(user, '^ (.*)$')
  local placed, value = segments.parts_of(record)
  if rest and is_rest(check, rest, record) then
    return
  elseif not placed or not is_user(user) then
    note(check, 'record', user)
    if check.mends then
      redis.call('HDEL', kind.users, user)
    end
    return
  end
  check.count = check.count + 1
  local right = stands_at(check, user)
  local is_there = placed == '-' or redis.call('ZSCORE', places, value .. ' ' .. placed .. user) == '0'
    and (not check.definition.is_dense or redis.call('ZSCORE', places, value .. '/' .. placed) == '0')
  if placed == right and is_there then
    return
  end
  note(check, placed ~= right and is_there and 'moved' or 'place', user)
  if check.mends then
    put_right(check, user, placed, value, right)
  end
end

-- Of a member of `places`, the value, and what stands behind it; `/`: the latter is a score that somebody has.
local function parts_of_member(member)
  local value, mark, rest = string.match(member, '^([%w_.-]+)([ /])(.*)$')
  if value and segments.is_value(value) and string.find(rest, '^[01]%x%x%x%x%x%x%x%x%x%x%x%x%x%x') then
    return value, mark, rest
  end
end

local function look_at_score(check, member, score, value, digits)
  local is_right = check.definition.is_dense and #digits == 15 and segments.count_of_score(check.kind.places, value, digits) > 0
  if is_right and score == '0' then
    return
  end
  note(check, 'stray', member)
  if check.mends then
    redis.call(is_right and 'ZADD' or 'ZREM', check.kind.places, unpack(is_right and { '0', member } or { member }))
  end
end

local function look_at_member(check, member, score)
  local kind = check.kind
  local value, mark, rest = parts_of_member(member)
  if mark == '/' then
    return look_at_score(check, member, score, value, rest)
  end
  local user = value and user_of(check.definition, string.sub(rest, 16))
  local placed = user and string.sub(rest, 1, #rest - #user)
  local record = user and redis.call('HGET', kind.users, user)
  if user and record == placed .. ' ' .. value then
    if score ~= '0' then
      note(check, 'stray', member)
      if check.mends then
        redis.call('ZADD', kind.places, '0', member)
      end
    end
    return
  end
  local right = user and not segments.parts_of(record) and stands_at(check, user)
  local is_lost = right and (right ~= '-' or redis.call('ZSCORE', check.withheld, user))
  note(check, is_lost and 'record' or 'stray', is_lost and user or member)
  if not check.mends then
    return
  elseif is_lost then
    put_right(check, user, placed, value, right)
  elseif user then
    take_out(check, value, placed, user)
  else
    redis.call('ZREM', kind.places, member)
  end
end

-- A total as two numbers, as change_total has it; nil where it is none.
local function total_of(kind, value)
  local held = whole_number(redis.call('ZSCORE', kind.totals, value) or '')
  if not held then
    return nil
  end
  local high, low = string.match(math.abs(held) == SCORE_LIMIT and redis.call('HGET', kind.users, ' ' .. value) or '', '^(%-?%d+) (%d+)$')
  if high then
    return tonumber(high), tonumber(low)
  end
  return segments.add_to(0, 0, held)
end

local function text_of(high, low)
  return high and integer_text(high) .. ' ' .. integer_text(low) or ''
end

local function set_total(kind, value, high, low)
  local total = high * segments.LIMB + low
  redis.call('ZADD', kind.totals, integer_text(shown_score(total)), value)
  if math.abs(total) > SCORE_LIMIT then
    redis.call('HSET', kind.users, ' ' .. value, text_of(high, low))
  else
    redis.call('HDEL', kind.users, ' ' .. value)
  end
end

local function add_up(check, value)
  local kind, high, low = check.kind, 0, 0
  for _, member in ipairs(redis.call('ZRANGE', kind.places, '[' .. value .. ' ', '(' .. value .. '!', 'BYLEX')) do
    local _, _, placed = parts_of_member(member)
    if placed then
      high, low = segments.add_to(high, low, segments.score_of(placed))
    end
  end
  local held_high, held_low = total_of(kind, value)
  if held_high == high and held_low == low then
    return
  end
  note(check, 'total', value, text_of(held_high, held_low), text_of(high, low))
  if check.mends then
    set_total(kind, value, high, low)
  end
end

local steps = {}

function steps.users(check, cursor, count)
  local page = redis.call('HSCAN', check.kind.users, cursor, 'COUNT', count)
  for index = 1, #page[2], 2 do
    look_at_record(check, page[2][index], page[2][index + 1])
  end
  return page[1]
end

function steps.places(check, cursor, count)
  local page = redis.call('ZSCAN', check.kind.places, cursor, 'COUNT', count)
  for index = 1, #page[2], 2 do
    look_at_member(check, page[2][index], page[2][index + 1])
  end
  return page[1]
end

-- The cursor is where in `places` it goes on, as a range begins.
function steps.sums(check, cursor, count)
  local kind, most, spent = check.kind, tonumber(count), 0
  local from = cursor ~= '' and cursor or '-'
  if not kind.has_total then
    return ''
  end
  while spent < most do
    local member = redis.call('ZRANGE', kind.places, from, '+', 'BYLEX', 'LIMIT', '0', '1')[1]
    if not member then
      return ''
    end
    local value, mark = parts_of_member(member)
    spent = spent + 1
    if mark == ' ' then
      local members = segments.count_in(kind.places, value)
      if members > most then
        note(check, 'great', value)
      elseif spent + members > most and spent > 1 then
        return from
      else
        add_up(check, value)
        spent = spent + members
      end
      check.count = check.count + 1
      from = '(' .. value .. '!'
    elseif mark == '/' then
      from = '(' .. value .. '0'
    else
      -- Nothing of ours is so long.
      from = #member > 256 and '(' .. string.sub(member, 1, 256) .. '\255' or '(' .. member
    end
  end
  return from
end

function steps.totals(check, cursor, count)
  local kind = check.kind
  if not kind.has_total then
    if redis.call('EXISTS', kind.totals) == 1 then
      note(check, 'total', '')
      if check.mends then
        redis.call('UNLINK', kind.totals)
      end
    end
    return '0'
  end
  local page = redis.call('ZSCAN', kind.totals, cursor, 'COUNT', count)
  for index = 1, #page[2], 2 do
    local value = page[2][index]
    if not segments.is_value(value) or segments.count_in(kind.places, value) == 0 then
      note(check, 'total', value, text_of(total_of(kind, value)))
      if check.mends then
        redis.call('ZREM', kind.totals, value)
        redis.call('HDEL', kind.users, ' ' .. value)
      end
    end
  end
  return page[1]
end

local function are_sound(step, cursor, count)
  local number = whole_number(count or '')
  return steps[step or ''] and number and number >= 1 and number <= MOST
    and (step == 'sums' or string.find(cursor or '', '^%d+$'))
    and (step ~= 'sums' or cursor == '' or string.find(cursor, '^[(%[]') ~= nil or cursor == '-')
end

local function page_of(check, step, cursor, count)
  check.found, check.count = {}, 0
  local next = steps[step](check, cursor, count)
  return { next, check.count, check.found }
end

-- leaderboard_segment_faults: a page. It writes nothing.
-- KEYS  1 users  2 places  3 totals  4 scores  5 at  6 withheld  7 board
-- ARGV  1 kind  2 step  3 cursor, `0` or of sums empty at first  4 count, at most 2,000
local function faults(keys, args)
  local name, step, cursor, count = unpack(args)
  if #keys ~= 7 or #args ~= 4 or not are_sound(step, cursor, count) then
    return wrong_arguments('leaderboard_segment_faults')
  end
  local definition = definition_of(redis.call('GET', keys[7]) or '')
  for _, kind in ipairs(definition and definition.kinds and segments.kinds_of(definition.kinds) or {}) do
    if kind.name == name then
      local told = { name = name, has_total = kind.has_total, users = keys[1], places = keys[2], totals = keys[3] }
      return page_of({ definition = definition, kind = told, scores = keys[4], at = keys[5], withheld = keys[6] }, step, cursor, count)
    end
  end
  return redis.error_reply('BADDEF the board has no segments of the kind')
end

-- leaderboard_segment_rows: some users of a segment, as they stand in `places`. It writes nothing.
-- KEYS  1 places  2 board
-- ARGV  1 value  2 the last call's cursor, empty at first  3 count, at most 2,000
-- Returns the next cursor (empty: that was all), and the list of the users, behind each the score
local function rows(keys, args)
  local value, cursor, count = unpack(args)
  local number, definition = whole_number(count or ''), definition_of(redis.call('GET', keys[2] or '') or '')
  if #keys ~= 2 or not segments.is_value(value or '') or not cursor or not number or number < 1 or number > MOST or not definition then
    return wrong_arguments('leaderboard_segment_rows')
  end
  local from = cursor == '' and '[' .. value .. ' ' or '(' .. cursor
  local members, found = redis.call('ZRANGE', keys[1], from, '(' .. value .. '!', 'BYLEX', 'LIMIT', '0', count), {}
  for _, member in ipairs(members) do
    local _, _, rest = parts_of_member(member)
    local user = rest and user_of(definition, string.sub(rest, 16))
    if user then
      push(found, user, segments.score_of(rest))
    end
  end
  return { #members == number and members[number] or '', found }
end

-- What entries of the audit tell of by user; of the others, that nobody's place has changed.
local OF_USERS = { suspend = true, reinstate = true, revert = true, recover = true, adopt = true, accept = true, season = true,
  freeze = true, reveal = true, profile = true, blank = true }

-- leaderboard_segment_changes: where users of a segment stand now whom entries of the audit name. It writes nothing.
-- KEYS  1 users  2 totals  3 audit
-- ARGV  1 value  2 seen: id of the last entry that the caller knows
-- Returns torn: something happened that entries do not tell by user; or the id of the last entry that was read (of 500 at most), 1 if there are
-- more, else 0, the total as two numbers (empty: none), and of each user the name, and the score, empty: not in the segment
local function changes(keys, args)
  local value, seen = unpack(args)
  if #keys ~= 3 or #args ~= 2 or not segments.is_value(value) or not string.find(seen, '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_segment_changes')
  end
  local entries = seen ~= LAST_ID and redis.call('XRANGE', keys[3], '(' .. seen, '+', 'COUNT', READ_AT_ONCE + 1) or {}
  local count, users, last = math.min(#entries, READ_AT_ONCE), {}, seen
  for index = 1, count do
    local fields = fields_of(entries[index])
    if fields.action and not OF_USERS[fields.action] and not LEAVES_PLACES[fields.action] then
      return { 'torn' }
    end
    last = entries[index][1]
    if fields.user and is_user(fields.user) then
      users[fields.user] = true
    end
  end
  local reply = { last, #entries > count and 1 or 0, text_of(total_of({ users = keys[1], totals = keys[2] }, value)) }
  for user in pairs(users) do
    local placed, of = segments.parts_of(redis.call('HGET', keys[1], user))
    push(reply, user, placed and placed ~= '-' and of == value and segments.score_of(placed) or '')
  end
  return reply
end

-- Users become members again of whom neither a record nor a place is left: who has a score, and moved in none of the entries that the caller
-- does not know. Returns done and how many; or behind: read on, and ask again.
local function bring_back(check, op, args)
  local entries, moved, count = entries_since(op, args[10]), {}, 0
  for _, fields in ipairs(entries or {}) do
    if fields.action and not OF_USERS[fields.action] and not LEAVES_PLACES[fields.action] then
      return { 'behind' }
    end
    moved[fields.segments and fields.user or ''] = true
  end
  if not entries then
    return { 'behind' }
  end
  refuse_full_audit(op.audit)
  has_written = true
  for index = 12, #args, 2 do
    local user, value = args[index], args[index + 1]
    local right = stands_at(check, user)
    local is_known = moved[user] or segments.parts_of(redis.call('HGET', check.kind.users, user))
    if not is_known and (right ~= '-' or redis.call('ZSCORE', check.withheld, user)) then
      put_right(check, user, nil, value, right)
      count = count + 1
    end
  end
  return { 'done', count }
end

local function are_members(args)
  local is_sound = #args > 11 and #args % 2 == 1 and #args <= 11 + 2 * MOST and string.find(args[10], '^%d+%-%d+$')
  for index = 12, is_sound and #args or 0, 2 do
    is_sound = is_sound and is_user(args[index]) and segments.is_value(args[index + 1])
  end
  return is_sound
end

-- leaderboard_rebuild_segments: the same pages, and what is found is mended.
-- KEYS  as in operation.lua, with board and at; by leaderboard_with_segments
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 kind  9 step, or `add`, `members`, or `done`  10 cursor; of `add` the value; of `members` the id of the last audit entry that the
--       caller has read  11 count; of `add`, what its total lacks, as two numbers; of `done`, how many were mended in all, which is audited and
--       told to viewers  12 … of `members` alone: users and the values that they are to have again; totals are seen to by the steps
-- Returns the page; or done; or of `members` done and how many users it was, or behind
local function rebuild_segments(keys, args)
  local op = begin_operation(keys, args)
  local kind, step, cursor, count = segments.told_kind(args[8] or ''), args[9], args[10], args[11]
  local high, low = string.match(step == 'add' and count or '', '^(%-?%d+) (%d+)$')
  local is_sound = op and op.user == '*' and (#args == 11 or step == 'members') and kind
  if step == 'members' then
    is_sound = is_sound and are_members(args)
  elseif step == 'done' then
    is_sound = is_sound and whole_number(count)
  elseif step == 'add' then
    is_sound = is_sound and kind.has_total and segments.is_value(cursor) and high and whole_number(high) and whole_number(low)
  else
    is_sound = is_sound and are_sound(step, cursor, count)
  end
  if not is_sound then
    return wrong_arguments('leaderboard_rebuild_segments')
  end
  for _, words in ipairs({ { 'HSCAN', kind.users, '0' }, { 'ZSCAN', kind.places, '0' }, { 'UNLINK', kind.totals } }) do
    if not redis.acl_check_cmd(unpack(words)) then
      error({ err = 'NOPERM the user may not call ' .. string.lower(words[1]) })
    end
  end
  if step == 'done' then
    record(op, 'rebuild', 0, nil, { 'count', count, 'kinds', segments.told_text() })
    has_written = true
    tell(op, nil)
    return { 'done' }
  end
  local check = { definition = op.moves.definition, kind = kind, scores = op.scores, at = keys[11], withheld = op.withheld, mends = true }
  if step == 'members' then
    return bring_back(check, op, args)
  end
  refuse_full_audit(op.audit)
  has_written = true
  if step == 'add' then
    local held_high, held_low = total_of(kind, cursor)
    held_high, held_low = held_high or 0, held_low or 0
    local low_sum = held_low + tonumber(low)
    local carried = math.floor(low_sum / segments.LIMB)
    set_total(kind, cursor, held_high + tonumber(high) + carried, low_sum - carried * segments.LIMB)
    return { 'done' }
  end
  return page_of(check, step, cursor, count)
end

redis.register_function{ function_name = 'leaderboard_segment_faults', callback = faults, flags = { 'no-writes' } }
redis.register_function{ function_name = 'leaderboard_segment_rows', callback = rows, flags = { 'no-writes' } }
redis.register_function{ function_name = 'leaderboard_segment_changes', callback = changes, flags = { 'no-writes' } }
register_operation('leaderboard_rebuild_segments', rebuild_segments)

end
