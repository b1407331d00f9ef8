-- What is loaded beside a board before it takes the board's place (restore.lua, change_ties.lua): by one caller at a time, and what one
-- that was killed has left goes away by itself.
--
-- leaderboard_loading: who may load. The lease holds for half a minute, what is loaded stays for ten, from the last time that the caller
-- asked to hold it: where the lease holds, all that was loaded is there.
-- KEYS  1 lease  2 … those that are loaded
-- ARGV  1 token  of the caller, who has a new one each time
--       2 word   begin: takes the lease, if nobody has it, and what is left of one before goes away
--                hold:  the caller goes on; every few seconds
--                end:   gives the lease back, with what is still loaded
-- Returns done, or taken: another caller has the lease, or (hold) it has run out

local loading = {}

do

local LEASE, STAY = '30000', '600000'

-- Whether this caller has the lease, still.
function loading.is_held(lease, token)
  return redis.call('GET', lease) == token
end

-- Of keys that were written to.
function loading.keep(...)
  for _, key in ipairs({ ... }) do
    redis.call('PEXPIRE', key, STAY)
  end
end

-- Whether as many of these keys are there as the caller has found. They have an end, so a Redis that is full may have thrown some away.
function loading.are_there(count, ...)
  return redis.call('EXISTS', ...) >= count
end

-- A loaded key takes its place for good; what was not loaded is not there either.
function loading.put_in_place(loaded, place)
  redis.call('UNLINK', place)
  if redis.call('EXISTS', loaded) == 1 then
    redis.call('RENAME', loaded, place)
    redis.call('PERSIST', place)
  end
end

-- Before the first write: whether `loading.join` may be called.
function loading.refuse_to_join(place)
  if not redis.acl_check_cmd('HSET', place, '-', '-') then
    error({ err = 'NOPERM the user may not call hset' })
  end
end

-- Of a loaded hash, what its place does not have comes there; what is there stays, but for what `is_replaced` says. What is no hash is
-- replaced.
function loading.join(loaded, place, is_replaced)
  local fields = redis.call('HGETALL', loaded)
  if type(redis.pcall('HLEN', place)) ~= 'number' then
    redis.call('UNLINK', place)
  end
  for index = 1, #fields, 2 do
    local held = redis.call('HGET', place, fields[index])
    if not held or is_replaced and is_replaced(held) then
      redis.call('HSET', place, fields[index], fields[index + 1])
    end
  end
  redis.call('UNLINK', loaded)
end

-- All of a loaded set. (By SSCAN, which services may call; nothing changes meanwhile.)
function loading.members(loaded)
  local members, is_there, cursor = {}, {}, '0'
  repeat
    local page = redis.call('SSCAN', loaded, cursor, 'COUNT', '1000')
    cursor = page[1]
    for _, member in ipairs(page[2]) do
      if not is_there[member] then
        is_there[member], members[#members + 1] = true, member
      end
    end
  until cursor == '0'
  return members
end

-- The same as the two above, of sets; `members` are all of the loaded one.
function loading.refuse_to_join_sets(place)
  if not redis.acl_check_cmd('SADD', place, '-') then
    error({ err = 'NOPERM the user may not call sadd' })
  end
end

function loading.join_sets(loaded, members, place)
  if type(redis.pcall('SISMEMBER', place, '*')) ~= 'number' then
    redis.call('UNLINK', place)
  end
  for index = 1, #members, 1000 do
    redis.call('SADD', place, unpack(members, index, math.min(index + 999, #members)))
  end
  redis.call('UNLINK', loaded)
end

local function hold(keys, args)
  local lease, token, word = keys[1], args[1], args[2]
  if #keys < 2 or #args ~= 2 or token == '' or word ~= 'begin' and word ~= 'hold' and word ~= 'end' then
    return redis.error_reply('BADARG leaderboard_loading: a key or an argument is missing or wrong')
  end
  local held = redis.call('GET', lease)
  if held ~= token and (held or word ~= 'begin') then
    return { 'taken' }
  end
  local loaded = { unpack(keys, 2) }
  if word == 'end' then
    redis.call('UNLINK', lease, unpack(loaded))
    return { 'done' }
  end
  redis.call('SET', lease, token, 'PX', LEASE)
  if word == 'begin' then
    redis.call('UNLINK', unpack(loaded))
  else
    loading.keep(unpack(loaded))
  end
  return { 'done' }
end

redis.register_function('leaderboard_loading', hold)

-- leaderboard_end_erasure: all of an erasure is done. May be repeated.
-- KEYS  1 erasing  2 epoch
--       3 lease  4 erasing of the board that is loaded beside this one (loading.lua): while one is, it is noted there as well, as who loads
--                may have looked before
-- ARGV  1 user  2 epoch  that the board has had since the user was taken off it
-- Returns done, or again: the board has another epoch, so it may be one that was restored meanwhile, with the user
redis.register_function('leaderboard_end_erasure', function(keys, args)
  if #keys ~= 4 or #args ~= 2 or not is_user(args[1]) then
    return wrong_arguments('leaderboard_end_erasure')
  elseif (redis.call('GET', keys[2]) or '') ~= args[2] then
    return { 'again' }
  end
  if redis.call('EXISTS', keys[3]) == 1 then
    redis.call('SADD', keys[4], args[1])
    loading.keep(keys[4])
  end
  redis.call('SREM', keys[1], args[1])
  return { 'done' }
end)

end
