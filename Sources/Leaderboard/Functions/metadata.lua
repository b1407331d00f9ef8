-- What users say of themselves, as JSON: a name, a picture, a country, and what else. The service makes the text, and has checked what
-- is in it; here it is one that may stand in a reply. Nobody asks for the key who neither sends metadata nor asks for them.
-- KEYS  meta  hash user -> JSON object. The text `!`: an operator has taken them away, and holds them: the user says nothing more
--             until an operator allows it

-- One table: a main function of Lua has 200 locals at most.
local metadata = { held = '!' }

-- Whether keeping the text makes it another one than is held.
function metadata.is_other(text, held)
  return held ~= metadata.held and held ~= text and (text ~= '{}' or held ~= false)
end

-- Tells who follows the board that the user says something else by now, where no change of the score tells it: an event without a place
-- in the board's stream. What is said now, they read.
function metadata.tell(channel, user)
  announce(channel, '{"user_id":"' .. user .. '","meta":true}')
end

function metadata.is_sound(text)
  return text and #text >= 2 and #text <= 512 and string.find(text, '^{.*}$') and not string.find(text, '%c')
end

-- What is kept of the user, or false; or the error for which it cannot be kept: of a change, before the first write.
function metadata.kept(key, user)
  local held = redis.pcall('HGET', key, user)
  if type(held) ~= 'table' and not (redis.acl_check_cmd('HSET', key, user, '') and redis.acl_check_cmd('HDEL', key, user)) then
    return { err = 'NOPERM the user may not call hset or hdel' }
  end
  return held
end

-- An object without members says nothing.
--   held  what metadata.kept told
function metadata.keep(key, user, text, held)
  if not metadata.is_other(text, held) then
    return
  elseif text ~= '{}' then
    redis.call('HSET', key, user, text)
  else
    redis.call('HDEL', key, user)
  end
end

do

-- leaderboard_profile: the user's own change of its metadata, without one of the score. Neither seq nor audit tell it: nobody's place
-- is another one.
-- KEYS  1 suspended  2 board  3 limit  4 meta  5 pace  of the user (rules.lua); left out: its bucket is not looked at
-- ARGV  1 definition  what holds where the key `board` is not there; empty: then there is no such board
--       2 user  3 metadata  4 channel  where who follows the board is told; left out: nobody is
-- Returns kept full_in | rate_limited full_in | suspended | held | no_board | bad_definition. A token is taken as by an update.
local function profile(keys, args)
  local given, user, text, channel = unpack(args)
  if #keys ~= 4 and #keys ~= 5 or #args < 3 or #args > 4 or not is_user(user) or not metadata.is_sound(text) then
    return redis.error_reply('BADARG leaderboard_profile: a key or an argument is missing or wrong')
  end
  local stored = redis.call('MGET', keys[2], keys[3], keys[5])
  local definition = definition_of(stored[1] or given)
  if not definition then
    return { not stored[1] and given == '' and 'no_board' or 'bad_definition' }
  elseif redis.call('SISMEMBER', keys[1], user) == 1 and not aside.is_hidden(keys[1], user) then
    return { 'suspended' }
  end
  local held = metadata.kept(keys[4], user)
  if type(held) == 'table' then
    return held
  elseif held == metadata.held then
    return { 'held' }
  end
  local clock = redis.call('TIME')
  local now = clock[1] * 1000000 + clock[2]
  local full_at = plausibility.later_bucket(definition, stored[2], stored[3], now)
  local taken, full_in = take_from(keys[3], full_at, now, definition.capacity, definition.token_time)
  if not taken then
    return { 'rate_limited', full_in }
  end
  keep_bucket(keys[3], now, full_in)
  metadata.keep(keys[4], user, text, held)
  if channel and metadata.is_other(text, held) then
    metadata.tell(channel, user)
  end
  return { 'kept', full_in }
end

-- leaderboard_erase_metadata: nothing of what the user said is left. That an operator holds it stays, as a suspension does.
-- KEYS  1 meta
-- ARGV  1 user
-- Returns 1 if there was anything, else 0
local function erase_metadata(keys, args)
  if #keys ~= 1 or #args ~= 1 or not is_user(args[1]) then
    return redis.error_reply('BADARG leaderboard_erase_metadata: a key or an argument is missing or wrong')
  end
  return redis.call('HGET', keys[1], args[1]) ~= metadata.held and redis.call('HDEL', keys[1], args[1]) or 0
end

redis.register_function('leaderboard_profile', profile)
redis.register_function('leaderboard_erase_metadata', erase_metadata)

end
