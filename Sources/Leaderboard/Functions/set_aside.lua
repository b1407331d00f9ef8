-- leaderboard_set_aside: takes members that are no user ids off the board. Another writer put them there, nobody is shown
-- them, and each has a place that offsets, ranks and counts would have to step over: beside the board they disturb nobody,
-- and an operator can look at them.
-- KEYS  1 scores
--       2 foreign  sorted set of what was taken off, with the scores that it had
--       3 board  4 at   of a board with a definition (definition.lua, ranking.lua); may be left out. Where users have stamps, a member
--                whose stamp `at` does not confirm is none of a user either, unless it is all that the board has of a user of whom
--                `at` says nothing (it was lost): then it is confirmed. Of a board whose definition cannot be read nobody knows: what
--                may be a user's stays
-- ARGV  1 cursor   0, or what the call before returned
--       2 count    how many members are looked at, about: so many from the first place on, and so many of the whole board
--                  as ZSCAN walks through it; 1 to 1000
-- Returns the next cursor (0: the walk has come to its end), and how many were moved. It writes nothing where there are none.

do

-- So many values fit the stack of Lua at once.
local MOVED_AT_ONCE = 1000

-- A user id, or one behind a stamp (ranking.lua), of which the longest are longer than user ids.
local function may_be_user(member)
  return is_user(member) or string.find(member, '^[01]%x%x%x%x%x%x%x%x%x%x%x%x%x') and is_user(string.sub(member, 15))
end

-- Whether a member stands for a user.
--   definition  nil: the board has none, so members are users; false: it cannot be read
local function is_confirmed(keys, definition, member)
  if definition == false then
    return may_be_user(member)
  elseif not definition or not definition.is_stamped then
    return is_user(member)
  end
  local user = user_of(definition, member)
  local stamp = user and redis.call('HGET', keys[4], user)
  if not user or stamp then
    return user and stamped_member(definition, user, stamp) == member
  end
  local bare = stamped_member(definition, user, false)
  if member ~= bare then
    if redis.call('ZSCORE', keys[1], bare) then
      return false
    end
    redis.call('HSET', keys[4], user, string.sub(member, 1, STAMP_BYTES))
  end
  return true
end

-- Of rows of member and score, as Redis gives them.
local function move_foreign(keys, definition, rows)
  local scores, names, moved = {}, {}, 0
  local function move()
    if #names > 0 then
      -- First to where they go: if that is refused, nothing has happened.
      redis.call('ZADD', keys[2], unpack(scores))
      redis.call('ZREM', keys[1], unpack(names))
      for index = 1, definition and definition.is_dense and #scores or 0, 2 do
        forget_vacant({ scores = keys[1], at = keys[4] }, scores[index])
      end
      moved = moved + #names
      scores, names = {}, {}
    end
  end
  for index = 1, #rows, 2 do
    if not is_confirmed(keys, definition, rows[index]) then
      names[#names + 1] = rows[index]
      scores[#scores + 1] = rows[index + 1]
      scores[#scores + 1] = rows[index]
      if #names == MOVED_AT_ONCE then
        move()
      end
    end
  end
  move()
  return moved
end

local function set_aside(keys, args)
  local cursor, count = args[1], whole_number(args[2] or '')
  if #keys ~= 2 and #keys ~= 4 or not string.find(cursor or '', '^%d+$') or not count or count < 1 or count > 1000 then
    return redis.error_reply('BADARG leaderboard_set_aside: a key or an argument is missing or wrong')
  end
  local text = keys[4] and redis.call('GET', keys[3])
  local definition = nil
  if text then
    definition = definition_of(text)
  end
  local moved = move_foreign(keys, definition, rows_at({ scores = keys[1], definition = definition or {} }, 0, count))
  local part = redis.call('ZSCAN', keys[1], cursor, 'COUNT', args[2])
  return { part[1], moved + move_foreign(keys, definition, part[2]) }
end

redis.register_function('leaderboard_set_aside', set_aside)

end
