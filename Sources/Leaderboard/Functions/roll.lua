-- leaderboard_roll: begins the seasons that run now, as the first change of a season does (windows.lua), before there is one: so
-- that viewers see the new one at once. However many ask, one season begins once.
-- KEYS  1 audit  2 board  3 seasons  4 seq  5 epoch  6 chain  7 ended, then of the board  8 scores  9 at  10 withheld (instances of before
--       release 17 leave these out)
-- ARGV  1 audit_max  2 channel  3 definition  4 version  5 seasons  6 from  7 until   as leaderboard_write has them (write.lua)
-- Returns done | unchanged (they have begun), or, and nothing was written,
--   season_over now stored | season_is stored now | no_board | bad_definition | board_changed version
--
-- leaderboard_reset: ends the running season of a window `manual` now, and begins the next one, whose name is the next number.
-- KEYS  1 to 7 as above, then of the season that ends  8 scores  9 at  10 withheld  and of the board  11 scores  12 at  13 withheld
-- ARGV  as above, then  8 window  9 season  that ends; it is one of `seasons`
--       10 actor  11 reason  12 ip  13 request   as operations have them (operation.lua)
-- Returns done season from ends (the one that ended; microseconds), or, and nothing was written, as above but for `unchanged`

do

-- What both go by, and what is to be stored of the seasons (windows.lua); or nil, and the answer.
-- `places`: where in KEYS the board's scores are, with at and withheld behind them.
local function begin_roll(name, keys, args, places, word_count)
  local from, ends = whole_number(args[6] or ''), whole_number(args[7] or '')
  if #keys ~= places + 2 and (#keys ~= 7 or places ~= 8) or #args ~= word_count or not whole_number(args[1]) or not from or not ends then
    return nil, redis.error_reply('BADARG ' .. name .. ': a key or an argument is missing or wrong')
  end
  local given, version, text = args[3], args[4], args[5]
  local kept = redis.call('MGET', unpack(keys, 2, 6))
  local definition = definition_of(kept[1] or given)
  if not definition then
    return nil, { not kept[1] and given == '' and 'no_board' or 'bad_definition' }
  elseif definition.version ~= version then
    return nil, { 'board_changed', definition.version }
  end
  local seasons = seasons_of(text)
  if not definition.has_seasons or not seasons or seasons.version ~= version or seasons.ends == 'late' then
    return nil, redis.error_reply('BADARG ' .. name .. ': these are no seasons of this board')
  end
  local clock = redis.call('TIME')
  local roll = { keys = keys, args = args, kept = kept, places = places, definition = definition, stored = kept[2], clock = clock,
    now = clock[1] * 1000000 + clock[2] }
  local answer
  answer, roll.stores = judge_seasons(version, roll.stored, text, from, ends, roll.now)
  if answer then
    return nil, answer
  end
  return roll
end

-- The change with which seasons begin.
local function write_roll(roll, text, more)
  local keys, audit_max, channel, clock = roll.keys, roll.args[1], roll.args[2], roll.clock
  refuse_other_types(unpack(keys, 3, 6))
  local last_seq = count_of(roll.kept[3])
  local seq = last_seq
  if not seq and keys[roll.places] then
    seq = first_seq(roll.definition, keys[1], keys[roll.places], keys[roll.places + 1], keys[roll.places + 2], clock)
  elseif not seq then
    -- Stamps may be there without a count: then the time in milliseconds is above each of them.
    seq = math.max(last_audited_seq(keys[1]), roll.definition.is_stamped and milliseconds(clock) or 0)
  end
  local seq_text, time_text = integer_text(seq + 1), integer_text(milliseconds(clock))
  local fields = season_fields(seq_text, text)
  for _, field in ipairs(more or {}) do
    fields[#fields + 1] = field
  end
  local chain = append(keys[1], audit_max, roll.kept[5], fields, time_text)
  local epoch = epoch_of_change(keys[5], last_seq, roll.kept[4], clock)
  redis.call('MSET', keys[4], seq_text, keys[6], chain)
  store_seasons(keys[3], keys[7], roll.stored, text, roll.now)
  return function()
    if noted[channel] ~= audit_max or seq == 0 then
      note_kept(keys[1], audit_max, seq + 1, channel)
    end
    publish(channel, '"reset":true,"seasons":"' .. text .. '"', seq_text, epoch, time_text)
  end
end

local function roll(keys, args)
  local roll, answer = begin_roll('leaderboard_roll', keys, args, 8, 7)
  if answer then
    return answer
  elseif roll.stores ~= 'roll' then
    return { 'unchanged' }
  end
  write_roll(roll, args[5])()
  return { 'done' }
end

local function reset(keys, args)
  local roll, answer = begin_roll('leaderboard_reset', keys, args, 11, 13)
  if answer then
    return answer
  end
  local name, id, actor, reason, ip, request = unpack(args, 8)
  local number, season = whole_number(id), nil
  for _, one in ipairs(seasons_of(args[5])) do
    season = one.name == name and one.id == id and one or season
  end
  if not season or not roll.definition.manual[name] or not number or number < 1 or number >= SCORE_LIMIT
    or not is_plain(actor, 64) or not is_plain(reason, 500) or not is_plain(ip, 64) or not is_plain(request, 200) then
    return redis.error_reply('BADARG leaderboard_reset: a key or an argument is missing or wrong')
  end
  local text = SEASONS.with_next(args[5], name, id, integer_text(number + 1), roll.now)
  local ended = { name = name, id = id, from = math.min(season.from, roll.now - 1), ends = roll.now }
  local tell = write_roll(roll, text, { 'actor', actor, 'reason', reason, 'ip', ip, 'request', request })
  SEASONS.note_ended(keys[7], ended)
  keep_season(roll.definition, { season = ended, scores = keys[8], at = keys[9], withheld = keys[10] })
  tell()
  return { 'done', id, ended.from, ended.ends }
end

register_operation('leaderboard_roll', roll)
register_operation('leaderboard_reset', reset)

end
