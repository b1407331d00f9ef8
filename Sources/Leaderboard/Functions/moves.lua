-- How users move on a board, by the layouts of ranking.lua. What several moves need of Redis is told it at once: write_moves. Until
-- then, the set is as it was. On a stamped board a move by itself (is_single) is told at once.
--
-- Of a group of moves:
--   adds       for ZADD of `scores`: score, member, …
--   removals   members that leave `scores`
--   stamped    for HSET of `at`: user, stamp, …
--   stamps     user -> stamp, false if there is none; of everybody who moves
--   moving     users who moved since the last write; nil: nobody moves twice
--   occupancy  score -> by how many more, or fewer, have it than Redis says; nil: everybody has a stamp, so that nobody asks
--   vacated    scores that somebody left; of a dense board
--   is_told    Redis has been told of some of them
--   lasts      of a season: the set is never empty between two of its members, or it would forget when it is to go by itself

-- Raises an error where `at` of a dense board is of another type; the other sets are read by who moves.
--   is_single  a move by itself
--   moves_once  of a group: nobody moves twice in it
local function begin_moves(definition, scores, at, is_single, moves_once)
  if not definition.is_stamped then
    local moves = { definition = definition, scores = scores, at = at, adds = {} }
    if definition.is_dense then
      redis.call('ZCARD', at)
      moves.vacated = {}
    end
    return moves
  elseif is_single then
    return { definition = definition, scores = scores, at = at, stamps = {} }
  end
  return { definition = definition, scores = scores, at = at, stamps = {}, adds = {}, removals = {}, stamped = {},
    moving = not moves_once and {} or nil }
end

-- Before somebody moves who has no stamp: whether anybody is suspended, whose score is not free. Raises an error where the key is
-- of another type.
local function know_withheld(moves, withheld)
  moves.withheld = redis.call('ZCARD', withheld) > 0 and withheld
  moves.occupancy = moves.adds and {}
end

-- Of a dense board, where somebody had the score.
local function forget_vacant(moves, text)
  if redis.call('ZCOUNT', moves.scores, text, text) == 0 then
    redis.call('ZREM', moves.at, text)
  end
end

-- Before a move of several commands: none of these rights may be missing, or it would end half-way. (ZREM of a stamped member is the
-- first: without the right, nothing has happened.)
local function refuse_half_a_move(moves)
  local may = redis.acl_check_cmd
  if moves.stamps and not (may('HSET', moves.at, '*', NO_STAMP) and may('ZADD', moves.scores, '1', '*'))
    or moves.vacated and not (may('ZADD', moves.at, '1', '1') and may('ZCOUNT', moves.scores, '1', '1')
    and may('ZREM', moves.at, '1')) then
    error({ err = 'NOPERM the user may not move users on the board' })
  end
end

local function write_moves(moves)
  local call, scores, adds = redis.call, moves.scores, moves.adds
  if not adds or #adds == 0 then
    return
  end
  -- Of a season: the same was asked of the board, whose place is written before.
  if not moves.lasts then
    refuse_half_a_move(moves)
  end
  local removals = moves.removals and #moves.removals > 0 and moves.removals
  if removals and not moves.lasts then
    call('ZREM', scores, unpack(removals))
    moves.removals, moves.is_told = {}, true
  end
  call('ZADD', scores, unpack(adds))
  moves.is_told = true
  moves.adds = {}
  if removals and moves.lasts then
    call('ZREM', scores, unpack(removals))
    moves.removals = {}
  end
  if moves.stamped then
    if #moves.stamped > 0 then
      call('HSET', moves.at, unpack(moves.stamped))
      moves.stamped = {}
    end
    moves.moving, moves.occupancy = moves.moving and {}, moves.occupancy and {}
  elseif moves.vacated then
    local distinct = {}
    for index = 1, #adds, 2 do
      distinct[index], distinct[index + 1] = adds[index], adds[index]
    end
    call('ZADD', moves.at, unpack(distinct))
    for score in pairs(moves.vacated) do
      forget_vacant(moves, score_argument(score))
    end
    moves.vacated = {}
  end
end

-- Nobody has this score, and none of the suspended will return to it.
local function is_free(moves, score, text)
  return redis.call('ZCOUNT', moves.scores, text, text) + (moves.occupancy and moves.occupancy[score] or 0) == 0
    and not (moves.withheld and redis.call('ZCOUNT', moves.withheld, text, text) > 0)
end

local function push(list, one, other)
  local count = #list
  list[count + 1] = one
  list[count + 2] = other
end

local function move_stamped_at_once(moves, user, old, total, seq)
  local call, definition, stamp, text = redis.call, moves.definition, moves.stamps[user], integer_text(total)
  local member = stamped_member(definition, user, stamp)
  if stamp or not is_free(moves, total, text) then
    refuse_half_a_move(moves)
    if old then
      call('ZREM', moves.scores, member)
    end
    moves.is_told = true
    stamp = stamp_of(definition, seq)
    moves.stamps[user] = stamp
    call('HSET', moves.at, user, stamp)
    member = stamped_member(definition, user, stamp)
  end
  call('ZADD', moves.scores, text, member)
  moves.is_told = true
end

-- `stamps` must know the user. `text`: of the score, where it is known.
local function move_stamped(moves, user, old, total, seq, text)
  if old == total then
    return
  elseif not moves.adds then
    return move_stamped_at_once(moves, user, old, total, seq)
  end
  if moves.moving then
    if moves.moving[user] then
      write_moves(moves)
    end
    moves.moving[user] = true
  end
  local definition, stamp, occupancy = moves.definition, moves.stamps[user], moves.occupancy
  text = text or integer_text(total)
  local member = (stamp or definition.is_inverted and NO_STAMP_INVERTED or NO_STAMP) .. user
  if stamp or not is_free(moves, total, text) then
    local stamped, removals = moves.stamped, moves.removals
    if old then
      removals[#removals + 1] = member
    end
    stamp = stamp_of(definition, seq)
    moves.stamps[user] = stamp
    local count = #stamped
    stamped[count + 1], stamped[count + 2] = user, stamp
    member = stamp .. user
  end
  local adds = moves.adds
  local count = #adds
  adds[count + 1], adds[count + 2] = text, member
  if occupancy then
    occupancy[total] = (occupancy[total] or 0) + 1
    if old then
      occupancy[old] = (occupancy[old] or 0) - 1
    end
  end
end

-- The user's score becomes `total` with the change of this seq. Of what other services wrote, only `id` and `shared` keep a half.
-- `text`: of the score, where it is known, and whole.
local function move(moves, user, old, total, seq, text)
  if moves.stamps then
    return move_stamped(moves, user, old, text and total or math.floor(total), seq, text)
  end
  if moves.vacated then
    total = text and total or math.floor(total)
    if old and old ~= total then
      moves.vacated[old] = true
    end
  end
  push(moves.adds, text or score_argument(total), user)
end

-- One increase by the short way (write.lua), in what it does to sets with stamps: as above, with no tables of moves, which took three of
-- them a fifth of all that a call by itself does. What `find` has asked of a set stays here until `place` tells of the new place.
--   right      the board's set, as moves
--   is_told    of that: Redis has been told of the move
local plainly = { right = { stamps = true }, olds = {}, members = {}, keeps = {}, texts = {} }

do

local call

-- Returns the score before, as Redis has it, and false for who is not there; and what it becomes. `index`: of the set.
function plainly.find(index, definition, scores, at, withheld, user, increase)
  call = call or redis.call
  local stamp, is_kept = call('HGET', at, user), false
  local member = (stamp or definition.is_inverted and NO_STAMP_INVERTED or NO_STAMP) .. user
  local old = call('ZSCORE', scores, member)
  local total = (old or 0) + increase
  local text = integer_text(floor(total))
  if not stamp then
    -- Nobody has this score, and none of the suspended will return to it.
    is_kept = (call('ZCARD', withheld) == 0 or call('ZCOUNT', withheld, text, text) == 0) and call('ZCOUNT', scores, text, text) == 0
  end
  plainly.olds[index], plainly.members[index], plainly.keeps[index], plainly.texts[index] = old, member, is_kept, text
  return old, total
end

-- The board's own.
function plainly.place(index, definition, scores, at, user, seq)
  local right, member, text = plainly.right, plainly.members[index], plainly.texts[index]
  if not plainly.keeps[index] then
    right.scores, right.at = scores, at
    refuse_half_a_move(right)
    if plainly.olds[index] then
      call('ZREM', scores, member)
    end
    right.is_told = true
    local stamp = stamp_of(definition, seq)
    call('HSET', at, user, stamp)
    member = stamp .. user
  end
  call('ZADD', scores, text, member)
  right.is_told = true
end

-- A season's, behind the board's own: never empty between two of its members, or it would forget when it is to go by itself.
function plainly.place_in_season(index, definition, scores, at, user, seq)
  local member, text = plainly.members[index], plainly.texts[index]
  if plainly.keeps[index] then
    call('ZADD', scores, text, member)
    return
  end
  local stamp = stamp_of(definition, seq)
  call('ZADD', scores, text, stamp .. user)
  call('ZREM', scores, member)
  call('HSET', at, user, stamp)
end

end

-- What operators do to one user at once. A score is the text that Redis has; `moves.stamps` knows the user.

-- The score that the user has on the board, false if there is none.
local function find_moving(moves, user)
  local _, score, stamp = find(moves.definition, moves.scores, moves.at, user)
  if moves.stamps then
    moves.stamps[user] = stamp
  end
  return score
end

local function member_of(moves, user)
  return moves.stamps and stamped_member(moves.definition, user, moves.stamps[user]) or user
end

-- The user leaves the board, and keeps the stamp: who comes back has the place of before.
local function take_away(moves, user, score)
  redis.call('ZREM', moves.scores, member_of(moves, user))
  if moves.vacated then
    forget_vacant(moves, score)
  end
end

local function put_back(moves, user, score)
  redis.call('ZADD', moves.scores, score, member_of(moves, user))
  if moves.vacated then
    redis.call('ZADD', moves.at, score, score)
  end
end

-- Puts a user where `reached` says, the seq of the change by which the user reached the score (0: before all who came to it later); who
-- is there already gets another place. `score` is a text, or false: it is not shown.
local function place_at(moves, user, score, reached)
  local old = find_moving(moves, user)
  if old then
    take_away(moves, user, old)
  end
  if moves.stamps then
    if reached > 0 then
      moves.stamps[user] = stamp_of(moves.definition, reached)
      redis.call('HSET', moves.at, user, moves.stamps[user])
    elseif moves.stamps[user] then
      moves.stamps[user] = false
      redis.call('HDEL', moves.at, user)
    end
  end
  if score then
    put_back(moves, user, score)
  end
end

-- A suspended user's score becomes `total` with the change of this seq.
local function move_withheld(moves, withheld, user, old, total, seq)
  if moves.stamps and old ~= total and (moves.stamps[user] or not is_free(moves, total, integer_text(total))) then
    moves.stamps[user] = stamp_of(moves.definition, seq)
    redis.call('HSET', moves.at, user, moves.stamps[user])
  end
  redis.call('ZADD', withheld, score_argument(total), user)
end

-- Nothing of the user's place is left.
local function forget(moves, user)
  if moves.stamps then
    redis.call('HDEL', moves.at, user)
  end
end
