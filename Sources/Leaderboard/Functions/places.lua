-- Where users and scores stand on any board: leaderboard_users, _place, _percentile, _score_at, _count. They write nothing.
-- KEYS, and ARGV 1, as in page.lua; so is what stands at the head of each reply.

do

local USERS_AT_ONCE = 100

-- ARGV 2 … users, at most 100.
-- Behind the head of each: score, rank; two empty texts for who is not on the board
local function users(keys, args)
  if #keys ~= 5 or #args < 2 or #args > 1 + USERS_AT_ONCE then
    return wrong_reader('users')
  end
  for index = 2, #args do
    if not is_user(args[index]) then
      return wrong_reader('users')
    end
  end
  local read, answer = begin_read(keys, 1, args[1])
  if not read then
    return answer
  end
  local reply = read.reply
  for index = 2, #args do
    local member, score = find(read.definition, read.scores, read.at, args[index])
    reply[2 * index] = score and shown_score(tonumber(score)) or ''
    reply[2 * index + 1] = score and rank_of(read.definition, read.scores, read.at, member, score) or ''
  end
  return reply
end

-- Appends how many are worse than the score, and how many have it.
local function append_share(read, score)
  local reply = read.reply
  local least = redis.call('ZCOUNT', read.scores, '-inf', '(' .. score)
  local equal = redis.call('ZCOUNT', read.scores, score, score)
  push(reply, read.definition.ascends and reply[3] - least - equal or least, equal)
  return reply
end

-- ARGV 2 user. Behind the head: score, rank, how many are worse, how many have the score; nothing if the user is not on the board
local function place(keys, args)
  if #keys ~= 5 or #args ~= 2 or not is_user(args[2]) then
    return wrong_reader('place')
  end
  local read, answer = begin_read(keys, 1, args[1])
  if not read then
    return answer
  end
  local member, score = find(read.definition, read.scores, read.at, args[2])
  if not score then
    return read.reply
  end
  push(read.reply, shown_score(tonumber(score)), rank_of(read.definition, read.scores, read.at, member, score))
  return append_share(read, score)
end

-- ARGV 2 score. Behind the head: how many are worse, how many have it.
local function percentile(keys, args)
  if #keys ~= 5 or #args ~= 2 or not whole_number(args[2]) then
    return wrong_reader('percentile')
  end
  local read, answer = begin_read(keys, 1, args[1])
  if not read then
    return answer
  end
  return append_share(read, args[2])
end

local PERCENTILES_AT_ONCE = 20

-- ARGV 2 … percentiles in millionths, 0 to 1000000, at most 20; the best score is at 1000000.
-- Behind the head, of each: the scores next above and next below that place (better first), the same one twice if it is a row's;
-- nothing at all if nobody is on the board
local function score_at(keys, args)
  if #keys ~= 5 or #args < 2 or #args > 1 + PERCENTILES_AT_ONCE then
    return wrong_reader('score_at')
  end
  for index = 2, #args do
    local millionths = whole_number(args[index])
    if not millionths or millionths < 0 or millionths > 1000000 then
      return wrong_reader('score_at')
    end
  end
  local read, answer = begin_read(keys, 1, args[1])
  if not read then
    return answer
  end
  local reply = read.reply
  for index = 2, reply[3] > 0 and #args or 1 do
    local distance = (reply[3] - 1) * (1000000 - args[index])
    local rows = rows_at(read, math.floor(distance / 1000000), distance % 1000000 == 0 and 1 or 2)
    reply[2 * index] = shown_score(tonumber(rows[2]))
    reply[2 * index + 1] = shown_score(tonumber(rows[4] or rows[2]))
  end
  return reply
end

-- ARGV 2 least 3 greatest: whole numbers; empty: no bound. Behind the head: how many scores lie there, these two included.
local function count(keys, args)
  if #keys ~= 5 or #args ~= 3 or args[2] ~= '' and not whole_number(args[2]) or args[3] ~= '' and not whole_number(args[3]) then
    return wrong_reader('count')
  end
  local read, answer = begin_read(keys, 1, args[1])
  if not read then
    return answer
  end
  read.reply[4] = redis.call('ZCOUNT', read.scores, args[2] ~= '' and args[2] or '-inf', args[3] ~= '' and args[3] or '+inf')
  return read.reply
end

register_reader('users', users)
register_reader('place', place)
register_reader('percentile', percentile)
register_reader('score_at', score_at)
register_reader('count', count)

end
