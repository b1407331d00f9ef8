-- leaderboard_own_place: where a hidden user would stand (aside.lua), who is on no page and in no count. It writes nothing.
-- KEYS  as in page.lua, and 6 suspended  7 withheld, of a season its own; of a segment (segment_reads.lua) then 8 at
-- ARGV 1 as in page.lua, then 2 user  3 limit, at most 1000
-- Returns the head with one more user than the board shows, then score, rank, how many are worse, how many have the score, the user
-- among them, as leaderboard_place; then user, score, rank of so many rows with the user in the middle, as leaderboard_around. Nothing
-- behind the head, which is the board's: the user is not hidden, or has no score there

do

-- Appends rows, with the user among them.
--   own          user, score, rank, and place: how many stand before
--   rows_of      rows from a place on, as list of user and score
--   first_rank   of a board whose equals share a rank: that of a score among the rows; else nil
local function append_rows(reply, definition, own, limit, rows_of, first_rank)
  local total = reply[3]
  local first = math.max(0, math.min(own.place - math.floor(limit / 2), total - limit))
  local rows, next_row, rank, last = rows_of(first > own.place and first - 1 or first, limit), 1, nil, nil
  for place = first, first + limit - 1 do
    local user, score = own.user, own.score
    if place ~= own.place then
      user, score, next_row = rows[next_row], rows[next_row + 1], next_row + 2
    end
    if score and not first_rank then
      rank = place + 1
    elseif score and not last then
      rank = place == own.place and own.rank or first_rank(score)
    elseif score and score ~= last then
      rank = definition.is_dense and rank + 1 or place + 1
    end
    last = score or last
    -- A member that is no user's is passed over.
    if score and user then
      push(reply, user, score)
      reply[#reply + 1] = rank
    end
  end
  return reply
end

-- The score that is kept of a hidden user; nil: there is none, or the user is not hidden.
local function kept_of(suspended, withheld, user)
  local is_hidden = redis.call('SISMEMBER', suspended, user) == 1 and aside.is_hidden(suspended, user)
  return is_hidden and redis.call('ZSCORE', withheld, user) or nil
end

local function is_better(definition, score, other)
  return definition.ascends and score < other or not definition.ascends and score > other
end

local function own_place(keys, args)
  local user, limit = args[2], whole_number(args[3] or '')
  if #keys ~= 7 or #args ~= 3 or not is_user(user) or not is_limit(limit) then
    return wrong_reader('own_place')
  end
  local read, answer = begin_read(keys, 1, args[1])
  if not read then
    return answer
  end
  local score = kept_of(keys[6], keys[7], user)
  if not score then
    return read.reply
  end
  local definition, scores, at, reply = read.definition, read.scores, read.at, read.reply
  local member = definition.is_stamped and stamped_member(definition, user, redis.call('HGET', at, user)) or user
  local equal, shown = redis.call('ZCOUNT', scores, score, score), shown_score(tonumber(score))
  local own = { user = user, score = shown, rank = aside.rank(definition, scores, at, member, score),
    place = aside.place_before(definition, scores, member, score) }
  push(reply, own.score, own.rank)
  push(reply, reply[3] - better_than(definition, scores, score) - equal, equal + 1)
  reply[3] = reply[3] + 1
  local function rows_of(first, count)
    local rows = count > 0 and rows_at(read, first, count) or {}
    for index = 1, #rows, 2 do
      rows[index], rows[index + 1] = user_of(definition, rows[index]) or false, shown_score(tonumber(rows[index + 1]))
    end
    return rows
  end
  local function first_rank(other)
    local before = is_better(definition, shown, other) and (equal == 0 or not definition.is_dense) and 1 or 0
    return better_than(definition, definition.is_dense and at or scores, integer_text(other)) + 1 + before
  end
  return append_rows(reply, definition, own, limit, rows_of, definition.is_shared and first_rank or nil)
end

register_reader('own_place', own_place)

-- Of a segment.
--   ways  what segment_reads.lua has of it: is_in(user), place_of(score, member), better(score), equal(score), rank_of(score), and
--         rows_of(first, count, total)
function segments.own_place(read, user, limit, ways)
  local score = kept_of(read.suspended, read.withheld, user)
  local reply, definition = read.reply, read.definition
  if not score or not ways.is_in(user) then
    return reply
  end
  local shown = shown_score(tonumber(score))
  local stamp = definition.is_stamped and stamped_member(definition, '', redis.call('HGET', read.at_key, user)) or ''
  local place, equal = ways.place_of(shown, stamp .. user), ways.equal(shown)
  local own = { user = user, score = shown, rank = definition.is_shared and ways.rank_of(shown) or place + 1, place = place }
  push(reply, shown, own.rank)
  push(reply, reply[3] - ways.better(shown) - equal, equal + 1)
  local function first_rank(other)
    local before = is_better(definition, shown, other) and (equal == 0 or not definition.is_dense) and 1 or 0
    return ways.rank_of(other) + before
  end
  local total = reply[3]
  reply[3] = total + 1
  return append_rows(reply, definition, own, limit, function(first, count)
    return ways.rows_of(first, count, total)
  end, definition.is_shared and first_rank or nil)
end

end
