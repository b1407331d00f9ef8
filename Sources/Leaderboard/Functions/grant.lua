-- leaderboard_granted_update: leaderboard_update for an update that a signed grant vouches for. The grant counts once:
-- its key is looked at, the update made, and the key written in this one call.
-- KEYS  those of leaderboard_update, then
--       last  grant     names the grant's jti; holds the seq of the update that it counted for
-- ARGV  those of leaderboard_update, then
--       last  lifetime  milliseconds for which the grant might come again
-- Returns what leaderboard_update does, or grant_used. A retry that its idempotency key answers is a replay, whatever became
-- of its grant. A grant is used up only by an update that counts.

do

local function granted_update(keys, args)
  local grant, lifetime = table.remove(keys), table.remove(args)
  if not whole_number(lifetime) or whole_number(lifetime) < 1 then
    return redis.error_reply('BADARG leaderboard_granted_update: a key or an argument is missing or wrong')
  end
  local idem = keys[8]
  local is_retry = idem and outcome_of(redis.call('MGET', idem)[1])
  local used = not is_retry and redis.pcall('GET', grant)
  if used then
    -- A table: an error. Nobody can tell whether it was.
    return type(used) == 'table' and used or { 'grant_used' }
  end
  local reply = update(keys, args)
  if reply[1] == 'applied' then
    redis.call('SET', grant, integer_text(reply[3]), 'PX', lifetime)
  end
  return reply
end

redis.register_function('leaderboard_granted_update', granted_update)

end
