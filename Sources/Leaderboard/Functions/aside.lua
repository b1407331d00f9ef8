-- Hidden users: they go on scoring and see themselves where they would stand, and nobody else sees them. A hidden user is a member of
-- `suspended`, so who reads the board finds nobody there, and the scores are kept in `withheld`, of the board and of its seasons. Beside it
-- `suspended` holds `hidden <user>`: a space is in no user id, so it is nobody's name.

local aside = {}

function aside.member(user)
  return 'hidden ' .. user
end

-- Of one who is suspended.
function aside.is_hidden(suspended, user)
  return redis.call('SISMEMBER', suspended, aside.member(user)) == 1
end

-- The user is suspended from now on, or hidden.
function aside.note(suspended, user, is_hidden)
  redis.call('SADD', suspended, user)
  redis.call(is_hidden and 'SADD' or 'SREM', suspended, aside.member(user))
end

function aside.forget(suspended, user)
  redis.call('SREM', suspended, user, aside.member(user))
end

do

-- A kept score, moved by the change of this seq: on the board, or in a season.
--   moves  nil: the board's set is all there is of it
local function place(moves, withheld, user, old, total, seq)
  if moves and moves.stamps then
    total = math.floor(total)
    moves.withheld = withheld
    move_withheld(moves, withheld, user, old, total, seq)
  else
    redis.call('ZADD', withheld, score_argument(total), user)
  end
end

aside.place = place

-- The score that is kept, as a number; false: none.
local function kept(withheld, user)
  local score = redis.call('ZSCORE', withheld, user)
  return score and score + 0
end

aside.kept = kept

-- Of an update in windows that end: what the user has in each.
function aside.begin_in_windows(windows, user)
  for index = 1, #windows do
    windows[index].had[windows.turn] = kept(windows[index].withheld, user)
  end
end

function aside.place_in_windows(windows, user, seq)
  for index = 1, #windows do
    local window = windows[index]
    local old = window.old
    if not old then
      -- It may be the first of this season: then its keys are to go with it.
      if window.moves.stamps and redis.call('EXISTS', window.at) == 0 then
        redis.call('HSET', window.at, '', '')
      end
      window.is_new = true
    end
    place(window.moves, window.withheld, user, old, window.total, seq)
  end
end

-- Whether a text sorts before another one as Redis sorts members: by their bytes. (Lua asks the locale.)
local function sorts_before(text, other)
  for index = 1, math.min(#text, #other) do
    local byte, other_byte = string.byte(text, index), string.byte(other, index)
    if byte ~= other_byte then
      return byte < other_byte
    end
  end
  return #text < #other
end

-- How many rows stand before the place that a member would have with this score (a text): 0, it would be the best.
local function place_before(definition, scores, member, score)
  local ascends, first = definition.ascends, better_than(definition, scores, score)
  local low, high = first, first + redis.call('ZCOUNT', scores, score, score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local index = integer_text(middle)
    local other = ascends and redis.call('ZRANGE', scores, index, index)[1] or redis.call('ZRANGE', scores, index, index, 'REV')[1]
    if sorts_before(other, member) == ascends then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

aside.place_before = place_before

-- The rank that the member would have with this score.
function aside.rank(definition, scores, at, member, score)
  if definition.is_shared then
    return better_than(definition, definition.is_dense and at or scores, score) + 1
  end
  return place_before(definition, scores, member, score) + 1
end

end
