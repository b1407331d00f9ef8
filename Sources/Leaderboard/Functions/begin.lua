-- leaderboard_begin: gives a board that has no epoch one, so that who follows it from its first update on sees no break.
-- Harmless to repeat; instances that do it at once agree.
-- KEYS  1 seq  2 epoch
-- Returns epoch, seq.

local function begin(keys)
  if #keys ~= 2 then
    return redis.error_reply('BADARG leaderboard_begin: a key is missing')
  end
  local kept = redis.call('MGET', keys[1], keys[2])
  local seq = count_of(kept[1])
  if seq and kept[2] and is_epoch(kept[2]) then
    return { kept[2], seq }
  end
  refuse_other_types(keys[1], keys[2])
  redis.call('SET', keys[1], integer_text(seq or 0))
  return { new_epoch(keys[2], redis.call('TIME')), seq or 0 }
end

register_operation('leaderboard_begin', begin)
