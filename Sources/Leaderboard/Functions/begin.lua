-- leaderboard_begin: gives a board that has no epoch one, so that who follows it from its first update on sees no break.
-- Harmless to repeat; instances that do it at once agree.
-- KEYS  1 seq  2 epoch
--       3 at   of a board whose users may have stamps (ranking.lua); may be left out of one that has none
-- ARGV  1 audit  behind whose last seq a board counts on that lost its count; may be left out. No key of KEYS: where there is none, a
--                slot that moves would refuse the call
-- Returns epoch, seq.

do

local function begin(keys, args)
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
    if args[1] then
      local is_read, last = pcall(last_audited_seq, args[1])
      -- An audit of another type is found by who changes the board: readers go on.
      if not is_read and not string.find(error_of(last).err, 'WRONGTYPE', 1, true) then
        error(last, 0)
      end
      seq = math.max(seq, is_read and last or 0)
    end
  end
  redis.call('SET', keys[1], integer_text(seq))
  return { new_epoch(keys[2], clock), seq }
end

register_operation('leaderboard_begin', begin)

end
