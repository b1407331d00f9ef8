-- leaderboard_roll: begins the seasons that run now, as the first change of a season does (windows.lua), before there is one: so
-- that viewers see the new one at once. However many ask, one season begins once.
-- KEYS  1 audit  2 board  3 seasons  4 seq  5 epoch  6 chain  7 ended
-- ARGV  1 audit_max  2 channel  3 definition  4 version  5 seasons  6 from  7 until   as leaderboard_write has them (write.lua)
-- Returns done | unchanged (they have begun), or, and nothing was written,
--   season_over now stored | season_is stored now | no_board | bad_definition | board_changed version

local function roll(keys, args)
  local audit_max, channel, given, version, text, from, ends = unpack(args)
  from, ends = whole_number(from or ''), whole_number(ends or '')
  if #keys ~= 7 or #args ~= 7 or not whole_number(audit_max) or not from or not ends then
    return redis.error_reply('BADARG leaderboard_roll: a key or an argument is missing or wrong')
  end
  local kept = redis.call('MGET', unpack(keys, 2, 6))
  local definition = definition_of(kept[1] or given)
  if not definition then
    return { not kept[1] and given == '' and 'no_board' or 'bad_definition' }
  elseif definition.version ~= version then
    return { 'board_changed', definition.version }
  end
  local seasons = seasons_of(text)
  if not definition.has_seasons or not seasons or seasons.version ~= version or seasons.ends == 'late' then
    return redis.error_reply('BADARG leaderboard_roll: these are no seasons of this board')
  end
  local clock, stored = redis.call('TIME'), kept[2]
  local now = clock[1] * 1000000 + clock[2]
  local answer, stores = judge_seasons(version, stored, text, from, ends, now)
  if answer then
    return answer
  elseif stores ~= 'roll' then
    return { 'unchanged' }
  end
  refuse_other_types(unpack(keys, 3, 6))
  local last_seq = count_of(kept[3])
  -- Stamps may be there without a count: then the time in milliseconds is above each of them (first_seq).
  local seq = last_seq or math.max(last_audited_seq(keys[1]), definition.is_stamped and milliseconds(clock) or 0)
  local seq_text, time_text = integer_text(seq + 1), integer_text(milliseconds(clock))
  local chain = append(keys[1], audit_max, kept[5], season_fields(seq_text, text), time_text)
  local epoch = epoch_of_change(keys[5], last_seq, kept[4], clock)
  redis.call('MSET', keys[4], seq_text, keys[6], chain)
  store_seasons(keys[3], keys[7], stored, text, now)
  if noted[channel] ~= audit_max or seq == 0 then
    note_kept(keys[1], audit_max, seq + 1, channel)
  end
  publish(channel, '"reset":true,"seasons":"' .. text .. '"', seq_text, epoch, time_text)
  return { 'done' }
end

register_operation('leaderboard_roll', roll)
