-- A dense board keeps, beside its scores, those that somebody has (`at`, ranking.lua). Another writer may have moved users past it.
-- KEYS  1 scores  2 at
-- ARGV  members of `at` as they are or should be, at most 500: each the text of a score

do

-- Whether `at` is to have this member.
local function is_distinct(keys, text)
  return whole_number(text) and redis.call('ZCOUNT', keys[1], text, text) > 0
end

local function refuse_wrong(name, keys, args)
  return (#keys ~= 2 or #args < 1 or #args > 500) and wrong_arguments(name)
end

-- leaderboard_wrong_scores: returns those of the texts that are there and should not be, or should be and are not. It writes nothing.
local function wrong_scores(keys, args)
  local refusal, wrong = refuse_wrong('leaderboard_wrong_scores', keys, args), {}
  for _, text in ipairs(refusal and {} or args) do
    local held = redis.call('ZSCORE', keys[2], text)
    if is_distinct(keys, text) and held ~= text or held and not is_distinct(keys, text) then
      wrong[#wrong + 1] = text
    end
  end
  return refusal or wrong
end

-- leaderboard_right_scores: puts these right. Returns done.
local function right_scores(keys, args)
  local refusal = refuse_wrong('leaderboard_right_scores', keys, args)
  for _, text in ipairs(refusal and {} or args) do
    if is_distinct(keys, text) then
      redis.call('ZADD', keys[2], text, text)
    else
      redis.call('ZREM', keys[2], text)
    end
  end
  return refusal or { 'done' }
end

redis.register_function{ function_name = 'leaderboard_wrong_scores', callback = wrong_scores, flags = { 'no-writes' } }
redis.register_function('leaderboard_right_scores', right_scores)

end
