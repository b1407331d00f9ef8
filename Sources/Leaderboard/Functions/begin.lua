-- leaderboard_begin: gives a board that has no epoch one, so that who follows it from its first update on sees no break.
-- Harmless to repeat; instances that do it at once agree.
-- KEYS  1 seq  2 epoch
--       3 at   of a board whose users may have stamps (ranking.lua); may be left out of one that has none
-- Returns epoch, seq.

local function begin(keys)
  if #keys ~= 2 and #keys ~= 3 then
    return redis.error_reply('BADARG leaderboard_begin: a key is missing')
  end
  local kept = redis.call('MGET', keys[1], keys[2])
  local seq = count_of(kept[1])
  if seq and kept[2] and is_epoch(kept[2]) then
    return { kept[2], seq }
  end
  refuse_other_types(keys[1], keys[2])
  local clock = redis.call('TIME')
  if not seq then
    -- Stamps are of seqs that are never given out again: first_seq of ranking.lua.
    local stamps = keys[3] and redis.pcall('HLEN', keys[3])
    seq = type(stamps) == 'number' and stamps > 0 and milliseconds(clock) or 0
  end
  redis.call('SET', keys[1], integer_text(seq))
  return { new_epoch(keys[2], clock), seq }
end

register_operation('leaderboard_begin', begin)
