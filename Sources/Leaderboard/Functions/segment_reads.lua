-- The readers of page.lua and places.lua, of one segment (segments.lua). They write nothing. KEYS, ARGV and replies are as there, but for
--   KEYS  4 places  5 users, of the segment's kind
--   ARGV  2 `#` and the segment's value; the reader's own behind it
-- and leaderboard_totals, of a kind's segments.
--
-- `place` counts from 0, the best one. What is called text is a score's in `places`.

do

local segment_readers = {}

local function ranges(read)
  local value = read.value
  return '[' .. value .. ' ', '(' .. value .. '!'
end

-- How many are better than a member, or than all of a score.
local function better(read, from, behind)
  local first, last = ranges(read)
  if read.definition.ascends then
    return redis.call('ZLEXCOUNT', read.places, first, '(' .. from)
  end
  return redis.call('ZLEXCOUNT', read.places, '(' .. (behind or from), last)
end

local function text_of(read, score)
  return read.value .. ' ' .. segments.digits_of(score)
end

local function better_than_score(read, score)
  local text = text_of(read, score)
  return better(read, text, text .. '\255')
end

local function equal_to(read, score)
  local text = text_of(read, score)
  return redis.call('ZLEXCOUNT', read.places, '[' .. text, '(' .. text .. '\255')
end

-- The rank that all of a score share.
local function shared_rank(read, score)
  if not read.definition.is_dense then
    return better_than_score(read, score) + 1
  end
  local value, text = read.value, read.value .. '/' .. segments.digits_of(score)
  if read.definition.ascends then
    return redis.call('ZLEXCOUNT', read.places, '[' .. value .. '/', '(' .. text) + 1
  end
  return redis.call('ZLEXCOUNT', read.places, '(' .. text, '(' .. value .. '0') + 1
end

-- Members from this place on.
--   total  of the segment; nil: as the reply has it
local function members_at(read, place, count, total)
  total = total or read.reply[3]
  count = math.min(count, total - place)
  if count <= 0 then
    return {}
  end
  read.before = read.before or redis.call('ZLEXCOUNT', read.places, '-', '(' .. read.value .. ' ')
  if read.definition.ascends then
    return redis.call('ZRANGE', read.places, integer_text(read.before + place), integer_text(read.before + place + count - 1))
  end
  local cards = redis.call('ZCARD', read.places)
  local from = cards - read.before - total + place
  return redis.call('ZRANGE', read.places, integer_text(from), integer_text(from + count - 1), 'REV')
end

-- User and score of a member; nil of one that another writer put there.
local function row_of(read, member)
  local placed = string.sub(member, #read.value + 2)
  if not string.find(placed, '^[01]%x%x%x%x%x%x%x%x%x%x%x%x%x%x') then
    return nil
  end
  local user = user_of(read.definition, string.sub(placed, 16))
  return user, user and segments.score_of(placed)
end

local function append_rows(read, place, limit)
  local reply, rank, last = read.reply, nil, nil
  for index, member in ipairs(members_at(read, place, limit)) do
    local user, score = row_of(read, member)
    if user then
      if not read.definition.is_shared then
        rank = place + index
      elseif not last then
        rank = shared_rank(read, score)
      elseif score ~= last then
        rank = read.definition.is_dense and rank + 1 or place + index
      end
      last = score
      push(reply, user, score)
      reply[#reply + 1] = rank
    end
  end
  return reply
end

local function append_around(read, place, limit)
  return append_rows(read, math.max(0, math.min(place - math.floor(limit / 2), read.reply[3] - limit)), limit)
end

-- The user's member and score in the segment; nil of who is not in it.
local function find_in(read, user)
  local placed, value = segments.parts_of(redis.call('HGET', read.users, user))
  if placed and placed ~= '-' and value == read.value then
    return value .. ' ' .. placed .. user, segments.score_of(placed)
  end
end

local function rank_in(read, member, score)
  return read.definition.is_shared and shared_rank(read, score) or better(read, member) + 1
end

local function append_share(read, score)
  local better_ones, equal = better_than_score(read, score), equal_to(read, score)
  push(read.reply, read.reply[3] - better_ones - equal, equal)
  return read.reply
end

function segment_readers.page(read, args)
  local offset, limit = whole_number(args[1] or ''), whole_number(args[2] or '')
  return offset and offset >= 0 and is_limit(limit) and append_rows(read, offset, limit)
end

function segment_readers.around(read, args)
  local limit = whole_number(args[2] or '')
  if not is_user(args[1] or '') or not is_limit(limit) then
    return nil
  end
  local member = find_in(read, args[1])
  return member and append_around(read, better(read, member), limit) or read.reply
end

function segment_readers.around_score(read, args)
  local score, limit = whole_number(args[1] or ''), whole_number(args[2] or '')
  return score and is_limit(limit) and append_around(read, better_than_score(read, score), limit)
end

function segment_readers.users(read, args)
  local reply = read.reply
  for index, user in ipairs(args) do
    if not is_user(user) then
      return nil
    end
    local member, score = find_in(read, user)
    reply[2 + 2 * index] = member and score or ''
    reply[3 + 2 * index] = member and rank_in(read, member, score) or ''
  end
  return #args >= 1 and #args <= 100 and reply
end

function segment_readers.place(read, args)
  if #args ~= 1 or not is_user(args[1]) then
    return nil
  end
  local member, score = find_in(read, args[1])
  if not member then
    return read.reply
  end
  push(read.reply, score, rank_in(read, member, score))
  return append_share(read, score)
end

function segment_readers.percentile(read, args)
  local score = whole_number(args[1] or '')
  return score and append_share(read, score)
end

function segment_readers.score_at(read, args)
  local reply = read.reply
  for index, text in ipairs(args) do
    local millionths = whole_number(text)
    if not millionths or millionths < 0 or millionths > 1000000 or #args > 20 then
      return nil
    end
    if reply[3] > 0 then
      local distance = (reply[3] - 1) * (1000000 - millionths)
      local members = members_at(read, math.floor(distance / 1000000), distance % 1000000 == 0 and 1 or 2)
      reply[2 + 2 * index] = segments.score_of(string.sub(members[1], #read.value + 2))
      reply[3 + 2 * index] = segments.score_of(string.sub(members[2] or members[1], #read.value + 2))
    end
  end
  return reply
end

function segment_readers.count(read, args)
  local least, greatest = whole_number(args[1] or ''), whole_number(args[2] or '')
  if #args ~= 2 or not least and args[1] ~= '' or not greatest and args[2] ~= '' then
    return nil
  end
  local first, last = ranges(read)
  read.reply[4] = redis.call('ZLEXCOUNT', read.places, least and '[' .. text_of(read, least) or first,
    greatest and '(' .. text_of(read, greatest) .. '\255' or last)
  return read.reply
end

-- Where a hidden user of the segment would stand (own_place.lua).
function segment_readers.own_place(read, args)
  local limit = whole_number(args[2] or '')
  if #args ~= 2 or not is_user(args[1]) or not is_limit(limit) or not read.at_key then
    return nil
  end
  return segments.own_place(read, args[1], limit, {
    is_in = function(user)
      local placed, value = segments.parts_of(redis.call('HGET', read.users, user))
      return placed and value == read.value
    end,
    place_of = function(score, member)
      return better(read, text_of(read, score) .. member)
    end,
    better = function(score)
      return better_than_score(read, score)
    end,
    equal = function(score)
      return equal_to(read, score)
    end,
    rank_of = function(score)
      return shared_rank(read, score)
    end,
    rows_of = function(first, count, total)
      local rows = {}
      for _, member in ipairs(members_at(read, first, count, total)) do
        local user, score = row_of(read, member)
        push(rows, user or false, score or 0)
      end
      return rows
    end,
  })
end

function segments.read(name, keys, args)
  local reader, value = segment_readers[name], string.sub(args[2], 2)
  if not reader or #keys ~= (name == 'own_place' and 8 or 5) or not segments.is_value(value) then
    return wrong_reader(name)
  end
  local read, answer = begin_read({ keys[1], keys[2], keys[3], keys[4], keys[5], sees_frozen = keys.sees_frozen }, 1, args[1])
  if not read then
    return answer
  end
  read.places, read.users, read.value = keys[4], keys[5], value
  read.suspended, read.withheld, read.at_key = keys[6], keys[7], keys[8]
  read.reply[3] = redis.call('ZLEXCOUNT', read.places, ranges(read))
  return reader(read, { unpack(args, 3) }) or wrong_reader(name)
end

-- leaderboard_totals: a kind's segments by the sums of their users' scores, in the board's order; of equal sums, the one that sorts
-- last first (on an ascending board, first), as Redis has them. They share a rank.
-- KEYS  1 board  2 seq  3 epoch  4 totals  5 places
-- ARGV  1 definition, as in page.lua  2 offset, or a value  3 limit, at most 1000  4 around: 1 if ARGV 2 is a value, which is to be in
--       the middle
-- Returns epoch, seq, number of segments, then value, total, rank, users of each row, best first
local function totals(keys, args)
  local limit, is_around = whole_number(args[3] or ''), args[4] == '1'
  local offset = not is_around and whole_number(args[2] or '')
  if #keys ~= 5 or #args ~= 4 or not is_limit(limit) or is_around and not segments.is_value(args[2])
    or not is_around and (not offset or offset < 0) then
    return wrong_reader('totals')
  end
  local read, answer = begin_read(keys, 1, args[1])
  if not read then
    return answer
  end
  local reply, rank, last = read.reply, nil, nil
  if is_around then
    local place = place_of(read.definition, read.scores, args[2])
    if not place then
      return reply
    end
    offset = math.max(0, math.min(place - math.floor(limit / 2), reply[3] - limit))
  end
  local rows = limit > 0 and rows_at(read, offset, limit) or {}
  for index = 1, #rows, 2 do
    local value, score = rows[index], rows[index + 1]
    if segments.is_value(value) then
      if score ~= last then
        rank = better_than(read.definition, read.scores, score) + 1
        last = score
      end
      push(reply, value, shown_score(tonumber(score)))
      push(reply, rank, segments.count_in(keys[5], value))
    end
  end
  return reply
end

redis.register_function{ function_name = 'leaderboard_totals', callback = totals, flags = { 'no-writes' } }

end
