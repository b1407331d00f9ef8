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

-- Of a loaded hash, what its place does not have comes there; what is there stays. What is no hash is replaced.
function loading.join(loaded, place)
  local fields = redis.call('HGETALL', loaded)
  if type(redis.pcall('HLEN', place)) ~= 'number' then
    redis.call('UNLINK', place)
  end
  for index = 1, #fields, 2 do
    if not redis.call('HGET', place, fields[index]) then
      redis.call('HSET', place, fields[index], fields[index + 1])
    end
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

end
