-- leaderboard_define: makes a board, or changes its definition (definition.lua), or takes it away from one that has another without it.
-- Once somebody is on the board, or suspended from it, its order is fixed, and so are its ties, but for id and shared, whose
-- sets are the same.
-- The name of a season means one time of one rule: the hash `windows` keeps by which rule each window has had its seasons, once one has
-- begun, and one of that name comes back with that rule alone. (One that is ended by hand does not: nobody would know its last number.)
-- A season that runs while its window goes is kept there, as `s:weekly`: where the window comes back behind its end, it is over.
-- The same hash keeps, as `g:country`, the seq at which a kind of segments went: what the audit tells of before holds no more.
-- Who is on hold stays so (held.lua): the rule by which they are is not taken away as long as there is one.
-- KEYS  1 board  2 scores  3 withheld  4 at  5 seq  6 epoch  7 seasons  8 ended  9 windows  10 holding (editions before 20 leave it out)
-- ARGV  1 definition  the new one. Its version is a whole number from 1, one above the one that holds. Empty: the key goes, and `given`
--                     holds again
--       2 expected    version that holds, as far as the caller knows; empty: there is no such board
--       3 channel     where the event is published: {"reset":true,"board":"<version>",…}, at the board's seq, which stays
--       4 given       definition that holds where the key `board` is not there; empty: then there is no such board
-- The kinds of segments that the old definition has and the new one has not, go with what is in them: by leaderboard_with_segments, which is
-- told of these (segments.lua).
-- Returns done version | conflict version (the one that holds, empty if there is no such board) | fixed name (of the member that
-- cannot change any more) | fixed_window name rule (that it had) | bad_definition | on_hold count (users; the old one has the rule
-- `by_hand`, the new one has not: call again with it)

do

local function may_take_ties(old, new)
  return old.ties == new.ties or not (old.is_stamped or old.is_dense or new.is_stamped or new.is_dense)
end

-- The window that had seasons by another rule, and that rule.
local function other_rule(windows, old, new)
  for name, rule in pairs(new.rules) do
    local stays = old and old.rules[name] ~= nil
    local had = not stays and redis.call('HGET', windows, name)
    if had and (had ~= rule or new.manual[name]) then
      return name, had
    end
  end
end

local function keep_rules(windows, has_begun, old, new)
  if not has_begun then
    local cursor = '0'
    repeat
      local page = redis.call('HSCAN', windows, cursor)
      for index = 1, #page[2], 2 do
        if not string.find(page[2][index], ':', 1, true) then
          redis.call('HDEL', windows, page[2][index])
        end
      end
      cursor = page[1]
    until cursor == '0'
    return
  end
  for _, rules in ipairs({ old and old.rules or {}, new.rules }) do
    for name, rule in pairs(rules) do
      redis.call('HSET', windows, name, rule)
    end
  end
end

-- What `seasons` holds of windows that go, and what is kept of those that come back.
--   held  that key
local function keep_running(windows, ended, held, old, new, clock)
  local now, seasons, runs = clock[1] * 1000000 + clock[2], type(held) == 'string' and seasons_of(held) or {}, {}
  for _, season in ipairs(seasons) do
    runs[season.words] = true
    if not new.rules[season.name] and old and old.rules[season.name] and now < season.ends then
      redis.call('HSET', windows, 's:' .. season.name,
        season.id .. ' ' .. integer_text(season.from) .. ' ' .. integer_text(season.ends))
    end
  end
  for name in pairs(new.rules) do
    local text = not (old and old.rules[name]) and redis.call('HGET', windows, 's:' .. name)
    local id, from, ends = string.match(text or '', '^([%w%-_.]+) (%d+) (%d+)$')
    -- What `seasons` still holds is told by who begins the next one.
    if id and now >= tonumber(ends) and not runs[name .. ' ' .. id] then
      SEASONS.note_ended(ended, { name = name, id = id, from = tonumber(from), ends = tonumber(ends) })
    end
    if text then
      redis.call('HDEL', windows, 's:' .. name)
    end
  end
end

-- How many are on hold, where the rule for that would go.
local function lost_holds(holding, old, new)
  if not holding or not (old and old.checks and old.checks.is_by_hand) or new.checks and new.checks.is_by_hand then
    return 0
  end
  local cursor, count = '0', 0
  repeat
    local page = redis.call('HSCAN', holding, cursor, 'MATCH', plausibility.hold_mark('*'), 'COUNT', '1000')
    cursor, count = page[1], count + #page[2] / 2
  until cursor == '0'
  return count
end

local function define(keys, args)
  local board, scores, withheld, at, seq_key, epoch_key, seasons, ended, windows, holding = unpack(keys)
  local text, expected, channel, given = unpack(args)
  if #keys ~= 9 and #keys ~= 10 or #args ~= 4 then
    return redis.error_reply('BADARG leaderboard_define: a key or an argument is missing or wrong')
  end
  local held = redis.call('GET', board) or given
  local old, new = held ~= '' and definition_of(held), definition_of(text ~= '' and text or given)
  -- What holds but cannot be read: only a definition that is told its version takes its place.
  local version = old and old.version or ''
  if expected ~= version then
    return { 'conflict', version }
  end
  local number = new and whole_number(new.version)
  if text == '' then
    if not new then
      return { 'bad_definition' }
    end
  elseif not number or number < 1 or old and number ~= (whole_number(version) or 0) + 1 then
    return { 'bad_definition' }
  end
  if (old and old.frozen or false) ~= new.frozen then
    return { 'fixed', 'frozen' }
  end
  local on_hold = lost_holds(holding, old, new)
  if on_hold > 0 then
    return { 'on_hold', on_hold }
  end
  local users = redis.call('ZCARD', scores) + redis.call('ZCARD', withheld)
  if users > 0 and old then
    if old.order ~= new.order then
      return { 'fixed', 'order' }
    elseif not may_take_ties(old, new) then
      return { 'fixed', 'ties' }
    end
  end
  -- By pcall: what is none of ours holds up no definition.
  local has_begun, running, clock = redis.call('EXISTS', seasons, ended) > 0, redis.pcall('GET', seasons), redis.call('TIME')
  if has_begun then
    local name, rule = other_rule(windows, old, new)
    if name then
      return { 'fixed_window', name, rule }
    end
  end
  local gone, is_other = segments.difference(old and old.kinds, new.kinds)
  if is_other then
    return { 'fixed', 'totals' }
  elseif gone ~= segments.told_text() then
    error({ err = 'SEGMENTS the board has other segments than the caller knows' })
  end
  local kept = redis.call('MGET', seq_key, epoch_key)
  -- Rules that are kept although the rest is refused are those of windows that hold, or of none.
  keep_rules(windows, has_begun, old, new)
  keep_running(windows, ended, running, old, new, clock)
  has_written = true
  for _, name in ipairs(segments.drop()) do
    redis.call('HSET', windows, 'g:' .. name, whole_number(kept[1] or '') and kept[1] or '0')
  end
  if text == '' then
    redis.call('UNLINK', board)
  else
    redis.call('SET', board, text)
  end
  if users == 0 then
    redis.call('DEL', at)
  end
  local epoch, seq = position_of(kept[1], kept[2])
  if epoch ~= '0' then
    publish(channel, '"reset":true,"board":"' .. new.version .. '"', integer_text(seq), epoch,
      integer_text(milliseconds(clock)))
  end
  return { 'done', new.version }
end

register_operation('leaderboard_define', define)

end
