-- Who of a board's users is ahead: the layouts of its sorted set, by the definition's ties.
--
--   id, shared   member = user; `at` is not used. Another service may write the set itself.
--   dense        the same, and `at` is a sorted set of the distinct scores
--   first, last  member = stamp .. user; `at` is a hash, user -> stamp, of those who have one
-- A stamp is 14 hexadecimal digits of the seq of the change that reached the score, or of 2^53 - 1 - seq where it must sort the
-- other way. Reaching is a change of the score. Who has no stamp and arrives where nobody is needs none: nobody's stamp is that of
-- seq 0, ahead of all that come after (behind them, with `last`). Nobody: nor among the suspended, who return to their places.
-- So seq must not go back while stamps stay: first_seq.
--
-- What is called old or total is a score as a number, old is false for who is not on the board.

local NO_STAMP, NO_STAMP_INVERTED = '00000000000000', '1fffffffffffff'
local STAMP_BYTES = 14

local stamp_of

do

-- An update has the same in each of its windows.
local last_stamped, last_stamp = nil, nil

function stamp_of(definition, seq)
  local number = definition.is_inverted and SCORE_LIMIT - seq or seq
  if number ~= last_stamped then
    last_stamped, last_stamp = number, string.format('%014x', number)
  end
  return last_stamp
end

end

-- The other way round; 0 of nobody's stamp, and of what is none.
local function seq_of(definition, stamp)
  local number = stamp and #stamp == STAMP_BYTES and tonumber(stamp, 16) or false
  if not number or number > SCORE_LIMIT then
    return 0
  end
  return definition.is_inverted and SCORE_LIMIT - number or number
end

-- The member of a user on a stamped board.
local function stamped_member(definition, user, stamp)
  return (stamp or definition.is_inverted and NO_STAMP_INVERTED or NO_STAMP) .. user
end

-- The user that a member of the set stands for; nil if it is another writer's, and none.
local function user_of(definition, member)
  if definition.is_stamped then
    if not string.find(member, '^[01]%x%x%x%x%x%x%x%x%x%x%x%x%x') then
      return nil
    end
    member = string.sub(member, STAMP_BYTES + 1)
  end
  return is_user(member) and member or nil
end

-- The user's member; the score as Redis has it, false if the user is not on the board; and the stamp, false if there is none.
local function find(definition, scores, at, user)
  local member, stamp = user, false
  if definition.is_stamped then
    stamp = redis.call('HGET', at, user)
    member = stamped_member(definition, user, stamp)
  end
  return member, redis.call('ZSCORE', scores, member), stamp
end

-- As Redis is told a score: what is whole as integer_text has it, a half that another service wrote exactly.
local function score_argument(score)
  floor = floor or math.floor
  return score == floor(score) and integer_text(score) or string.format('%.17g', score)
end

-- The place of a row in the whole set; 0 is the best one.
local function place_of(definition, scores, member)
  return redis.call(definition.ascends and 'ZRANK' or 'ZREVRANK', scores, member)
end

-- How many members of a set are better than a score.
local function better_than(definition, set, score)
  if definition.ascends then
    return redis.call('ZCOUNT', set, '-inf', '(' .. score)
  end
  return redis.call('ZCOUNT', set, '(' .. score, '+inf')
end

-- The rank of a user of whom member and score (as text) are known.
local function rank_of(definition, scores, at, member, score)
  if definition.is_shared then
    return better_than(definition, definition.is_dense and at or scores, score) + 1
  end
  return place_of(definition, scores, member) + 1
end

-- The seq behind which a board counts on that lost its count: the last one that its audit tells of, or, where there may be stamps, the
-- time in milliseconds. That is above every count, so who comes now comes after all who have a stamp.
local function first_seq(definition, audit, scores, at, withheld, clock)
  local last = last_audited_seq(audit)
  if definition.is_stamped and redis.call('EXISTS', scores, at, withheld) > 0 then
    return math.max(last, milliseconds(clock))
  end
  return last
end
