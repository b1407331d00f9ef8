-- leaderboard_holding: what is held of one user, at one moment of the audit. It writes nothing.
-- KEYS  1 scores  2 audit  3 suspended  4 withheld  5 limit, and, as in operation.lua, 6 board  7 at  8 pace (rules.lua; left out: its
--       bucket is not looked at)
-- ARGV  1 user
-- Returns the id of the audit's last entry, score on the board, rank, 1 if suspended, score withheld, token bucket;
-- an empty text stands for what there is not; and, with 7 keys or 8, of a board with stamps the seq of the change by which the user
-- reached the score (0: before all who came to it later; empty: it has none), and 1 if the user is hidden

do

local function holding(keys, args)
  if #keys ~= 5 and #keys ~= 7 and #keys ~= 8 or #args ~= 1 then
    return wrong_arguments('leaderboard_holding')
  end
  local last = redis.call('XREVRANGE', keys[2], '+', '-', 'COUNT', 1)[1]
  local definition = board_definition(keys[7] and keys[6])
  local member, score, stamp = find(definition, keys[1], keys[7], args[1])
  local kept = redis.call('ZSCORE', keys[4], args[1])
  local bucket = redis.call('GET', keys[5]) or ''
  local pace = keys[8] and redis.call('MGET', keys[8])[1]
  if pace then
    local clock = redis.call('TIME')
    local later = plausibility.later_bucket(definition, bucket, pace, clock[1] * 1000000 + clock[2])
    bucket = type(later) == 'number' and integer_text(later) or later
  end
  local function shown(text)
    return text and shown_score(tonumber(text)) or ''
  end
  local reply = { last and last[1] or '0-0', shown(score), score and rank_of(definition, keys[1], keys[7], member, score) or '',
    redis.call('SISMEMBER', keys[3], args[1]), shown(kept), whole_number(bucket) and bucket or '' }
  if keys[7] then
    reply[7] = definition.is_stamped and seq_of(definition, stamp) or ''
    reply[8] = aside.is_hidden(keys[3], args[1]) and reply[4] or 0
  end
  return reply
end

-- leaderboard_seasons_of: in which of some seasons there is something of a user. It writes nothing.
-- KEYS  1 board, then of each season, at most 100: scores at withheld
-- ARGV  1 user
-- Returns of each season 0; or 1: it shows the user, 2: a score is kept back, 3: both
local function seasons_of_user(keys, args)
  if #keys % 3 ~= 1 or #keys > 301 or #args ~= 1 or not is_user(args[1]) then
    return wrong_arguments('leaderboard_seasons_of')
  end
  local definition, held = board_definition(keys[1]), {}
  for index = 2, #keys, 3 do
    local _, score = find(definition, keys[index], keys[index + 1], args[1])
    held[#held + 1] = (score and 1 or 0) + (redis.call('ZSCORE', keys[index + 2], args[1]) and 2 or 0)
  end
  return held
end

redis.register_function{ function_name = 'leaderboard_seasons_of', callback = seasons_of_user, flags = { 'no-writes' } }
redis.register_function{ function_name = 'leaderboard_holding', callback = holding, flags = { 'no-writes' } }

end
