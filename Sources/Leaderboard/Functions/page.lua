-- Rows of any board: leaderboard_page, _around, _around_score, _tops. They write nothing.
-- KEYS  1 board  2 seq  3 epoch  4 scores  5 at
-- ARGV  1 definition  what holds where the key `board` is not there; empty: then there is no such board
--       2 …           the reader's own. Before them, of a season that runs: `@`, its beginning, a comma, its end, in microseconds. Where
--                     Redis' time is not within them, the answer is season_over, that time, and an empty text. (KEYS 4 and 5 are the season's)
--                     Of a window `manual` then a comma, its name, a comma, the season's; KEYS 6 is `seasons`. Where that holds
--                     another season, the answer is season_over, the time, and what it holds
--                     Or, of a segment, `#` and its value (segment_reads.lua)
--                     Before all that, of who may see a board that is frozen: `!`. To all others the answer is frozen, and since when
-- Each returns epoch, seq, number of users on the board, then user, score, rank of each row, best first; or no_board, or
-- bad_definition. Members that are no users are passed over as in standings.lua: until they have been taken off, they have places
-- by which offsets and ranks go. Where some were, how many stands behind the rows, for who has them taken off (set_aside.lua).

local ROWS = 1000

-- What a reader goes by; or nil, and its answer.
--   first  place of `board` among the keys
local function begin_read(keys, first, given)
  local kept = redis.call('MGET', keys[first], keys[first + 1], keys[first + 2])
  local definition = definition_of(kept[1] or given)
  if not definition then
    return nil, { not kept[1] and given == '' and 'no_board' or 'bad_definition' }
  elseif definition.frozen and not keys.sees_frozen then
    return nil, { 'frozen', definition.frozen }
  end
  local epoch, seq = position_of(kept[2], kept[3])
  local scores, at = keys[first + 3], keys[first + 4]
  return { definition = definition, scores = scores, at = at, reply = { epoch, seq, redis.call('ZCARD', scores) } }
end

local function wrong_reader(name)
  return redis.error_reply('BADARG leaderboard_' .. name .. ': a key or an argument is missing or wrong')
end

-- Registers a reader. A season is judged before it, by Redis' time: so at an end nobody is shown the season before as the running one.
local function register_reader(name, reader)
  redis.register_function{ function_name = 'leaderboard_' .. name, flags = { 'no-writes' }, callback = function(keys, args)
    if args[2] == '!' then
      keys.sees_frozen = true
      table.remove(args, 2)
    end
    if args[2] and string.byte(args[2]) == 64 then
      local from, ends, rest = string.match(args[2], '^@(%d+),(%d+)(.*)$')
      local name, id = string.match(rest or '', '^,([%w%-_.]+),([%w%-_.]+)$')
      if from and (rest == '' or name and keys[6]) then
        local clock = redis.call('TIME')
        local now = clock[1] * 1000000 + clock[2]
        if now < tonumber(from) or now >= tonumber(ends) then
          return { 'season_over', now, '' }
        end
        local stored = name and redis.call('GET', table.remove(keys))
        if stored and SEASONS.holds_other(stored, name, id) then
          return { 'season_over', now, stored }
        end
        table.remove(args, 2)
      end
    elseif args[2] and string.byte(args[2]) == 35 then
      return segments.read(name, keys, args)
    end
    return reader(keys, args)
  end }
end

local function is_limit(number)
  return number and number >= 0 and number <= ROWS
end

local function rows_at(read, first, count)
  local from, to = integer_text(first), integer_text(first + count - 1)
  if read.definition.ascends then
    return redis.call('ZRANGE', read.scores, from, to, 'WITHSCORES')
  end
  return redis.call('ZRANGE', read.scores, from, to, 'REV', 'WITHSCORES')
end

-- The reply, with the rows from this place on.
local function append_rows(read, offset, limit)
  local definition, reply, rank, last = read.definition, read.reply, nil, nil
  local first, missing, passed_over = offset, limit, 0
  while missing > 0 do
    if passed_over >= PASSED_OVER then
      return redis.error_reply('FOREIGN too many members of the board are no user ids')
    end
    local rows, foreign = rows_at(read, first, missing), 0
    for index = 1, #rows, 2 do
      local user, score = user_of(definition, rows[index]), rows[index + 1]
      if not user then
        foreign = foreign + 1
      else
        local place = first + (index + 1) / 2
        if not definition.is_shared then
          rank = place
        elseif not last then
          rank = better_than(definition, definition.is_dense and read.at or read.scores, score) + 1
        elseif score ~= last then
          rank = definition.is_dense and rank + 1 or place
        end
        last = score
        local count = #reply
        reply[count + 1] = user
        reply[count + 2] = shown_score(tonumber(score))
        reply[count + 3] = rank
      end
    end
    first, passed_over = first + missing, passed_over + foreign
    -- As many are missing still as were no users; nothing is behind the end of the board.
    missing = #rows == 2 * missing and foreign or 0
  end
  if passed_over > 0 then
    reply[3] = reply[3] - passed_over
    reply[#reply + 1] = passed_over
  end
  return reply
end

-- So many rows with this place in the middle, as far as the board's ends allow.
local function append_around(read, place, limit)
  local offset = math.max(0, math.min(place - math.floor(limit / 2), read.reply[3] - limit))
  return append_rows(read, offset, limit)
end

-- ARGV 2 offset 3 limit, at most 1000
local function page(keys, args)
  local offset, limit = whole_number(args[2]), whole_number(args[3])
  if #keys ~= 5 or #args ~= 3 or not offset or offset < 0 or not is_limit(limit) then
    return wrong_reader('page')
  end
  local read, answer = begin_read(keys, 1, args[1])
  return answer or append_rows(read, offset, limit)
end

-- ARGV 2 user 3 limit. No rows: the user is not on the board.
local function around(keys, args)
  local limit = whole_number(args[3])
  if #keys ~= 5 or #args ~= 3 or not is_user(args[2]) or not is_limit(limit) then
    return wrong_reader('around')
  end
  local read, answer = begin_read(keys, 1, args[1])
  if not read then
    return answer
  end
  local member, score = find(read.definition, read.scores, read.at, args[2])
  return score and append_around(read, place_of(read.definition, read.scores, member), limit) or read.reply
end

-- ARGV 2 score 3 limit. Where a user of this score would be the best of its equals.
local function around_score(keys, args)
  local limit = whole_number(args[3])
  if #keys ~= 5 or #args ~= 3 or not whole_number(args[2]) or not is_limit(limit) then
    return wrong_reader('around_score')
  end
  local read, answer = begin_read(keys, 1, args[1])
  return answer or append_around(read, better_than(read.definition, read.scores, args[2]), limit)
end

local BOARDS_AT_ONCE = 20

-- The first rows of several boards of one slot. For other services, on a Redis without a cluster: there one call does for many
-- boards. Each board has a slot of its own, so our service, which knows no difference, asks for each by leaderboard_page.
-- KEYS  of each board its five; at most 20 boards
-- ARGV  1 limit, then of each board its definition
-- Returns the list of the boards' replies
local function tops(keys, args)
  local boards, limit = #keys / 5, whole_number(args[1])
  if boards < 1 or boards > BOARDS_AT_ONCE or #args ~= boards + 1 or not is_limit(limit) then
    return wrong_reader('tops')
  end
  local replies = {}
  for index = 1, boards do
    local read, answer = begin_read(keys, 5 * index - 4, args[index + 1])
    replies[index] = answer or append_rows(read, 0, limit)
  end
  return replies
end

register_reader('page', page)
register_reader('around', around)
register_reader('around_score', around_score)
redis.register_function{ function_name = 'leaderboard_tops', callback = tops, flags = { 'no-writes' } }
