-- Windows that end: a board's further sets of scores, each begun anew with each season. An update counts in the board and in the
-- running season of each window, or in none.
--
-- The season is in the names of its keys, `s:<window>:<season>:scores`, `at` and `withheld`, which are to it what `scores`, `at` and
-- `withheld` are to the board (ranking.lua). A new season has new names: nothing is emptied or copied, and an ended season is its
-- own archive. Callers know the calendar, and name the keys; Redis' clock says whether the caller's seasons run. Times are in
-- microseconds since 1970; a season is from its beginning up to, and without, its end.
--
-- The key `seasons` has which seasons hold, written by the first change of each (the roll-over):
--   ends version name season from until;name season from until…
-- `ends` is the earliest end, `version` the definition's. The window that never ends has the season `-`, 0 and 0. Of two callers
-- that see different seasons at one time, the one whose change came first is right; the other is told, and takes them.
--
-- Of a window `manual` the end is 9000000000000000, later than any that a calendar has, until an operator ends the season
-- (leaderboard_reset): of it, `seasons` alone tells which one runs.
--
-- The stream `ended` has one entry for each season that had a change and is over: window, season, from, until. The first change
-- behind its end writes it, or the first one of the season, where that came late.

local begin_windows, judge_seasons, seasons_of, season_fields, store_seasons, keep_season, ended_since
-- What reads and resets need.
local SEASONS = {}
local result_in_windows, place_in_windows, write_windows, windows_event, windows_told

do

-- The end of a season of which nobody knows it.
local OPEN = 9000000000000000
local ENDED_KEPT, ENDED_AT_ONCE, LATE_OF_A_WINDOW = '10000', 100, 64
-- The longest of five windows has 540 bytes.
local TEXT_BYTES, TEXTS_KEPT = 640, 1000
local by_text, texts_kept = {}, 0

-- What a text says: ends and version (as texts), `count` of all windows, and in order those that end, as name, id, from, ends; or
-- false if it is none.
function seasons_of(text)
  local known = by_text[text]
  if known ~= nil then
    return known
  end
  local ends, version, rest = string.match(text, '^(%w+) (%S+)( .*)$')
  local seasons = #text <= TEXT_BYTES and ends and { ends = ends, version = version, rest = rest } or false
  local parts = {}
  for name, id, from, until_ in string.gmatch(seasons and rest or '', '[ ;]([%w%-_.]+) ([%w%-_.]+) (%d+) (%d+)') do
    parts[#parts + 1] = table.concat({ name, id, from, until_ }, ' ')
    if until_ ~= '0' then
      seasons[#seasons + 1] = { name = name, id = id, from = tonumber(from), ends = tonumber(until_), words = name .. ' ' .. id }
    end
  end
  -- Nothing else may be in it: it goes into events.
  if seasons and rest == ' ' .. table.concat(parts, ';') then
    seasons.count = #parts
  else
    seasons = false
  end
  if texts_kept >= TEXTS_KEPT then
    by_text, texts_kept = {}, 0
  end
  texts_kept = texts_kept + 1
  by_text[text] = seasons
  return seasons
end

-- Whether one of the seasons that Redis holds, and that has not ended, is another than the caller's of that window.
local function are_others(held, seasons, now)
  local by_name = {}
  for _, season in ipairs(seasons or {}) do
    by_name[season.name] = season
  end
  for _, season in ipairs(held or {}) do
    local own = by_name[season.name]
    if own and now < season.ends and (own.id ~= season.id or own.from ~= season.from or own.ends ~= season.ends) then
      return true
    end
  end
  return false
end

-- Whether the caller's seasons hold at this time: the answer if not, or what is to be stored: nothing (nil), 'roll' or 'version'.
--   stored  what the key `seasons` has, or false
--   from, ends  the latest beginning and the earliest end, of the caller's seasons
function judge_seasons(version, stored, text, from, ends, now)
  if stored == text then
    -- Not by its beginning: the clock may have been set back, and a season that had begun goes on.
    return now >= ends and { 'season_over', now, stored } or nil
  elseif now < from or now >= ends then
    return { 'season_over', now, stored or '' }
  end
  local held = stored and seasons_of(stored)
  if held and held.version == version and now < (tonumber(held.ends) or 0) or are_others(held, seasons_of(text), now) then
    return { 'season_is', stored, now }
  end
  return nil, held and held.rest == seasons_of(text).rest and 'version' or 'roll'
end

-- Whether the season of a window is another one.
function SEASONS.holds_other(stored, name, id)
  for _, season in ipairs(seasons_of(stored) or {}) do
    if season.name == name then
      return season.id ~= id
    end
  end
  return false
end

-- The seasons of a group of updates, each as `weekly 2026-W48 from until`, with `;` between.
function SEASONS.text(group)
  local parts = {}
  for index, window in ipairs(group) do
    local season = window.season
    parts[index] = season.words .. ' ' .. integer_text(season.from) .. ' ' .. integer_text(season.ends)
  end
  return table.concat(parts, ';')
end

-- The audit's entry of a roll-over.
function season_fields(seq_text, text)
  return { 'user', '*', 'increase', '0', 'score', '', 'seq', seq_text, 'action', 'season', 'seasons', text }
end

-- A text of seasons in which one of them is another, which begins now and has no end yet.
function SEASONS.with_next(text, name, id, next_id, now)
  local seasons, parts, ends = seasons_of(text), {}, OPEN
  for index, season in ipairs(seasons) do
    local is_next = season.name == name and season.id == id
    parts[index] = is_next and table.concat({ name, next_id, integer_text(now), integer_text(OPEN) }, ' ')
      or season.words .. ' ' .. integer_text(season.from) .. ' ' .. integer_text(season.ends)
    ends = is_next and ends or math.min(ends, season.ends)
  end
  return integer_text(ends) .. ' ' .. seasons.version .. ' all - 0 0;' .. table.concat(parts, ';')
end

-- By pcall: where another writer made `ended` something else, the list has a hole, and updates go on.
function SEASONS.note_ended(ended, season)
  redis.pcall('XADD', ended, 'MAXLEN', '~', ENDED_KEPT, '*', 'window', season.name, 'season', season.id,
    'from', integer_text(season.from), 'until', integer_text(season.ends))
end

-- Of the stream `ended`, the seasons that ended behind a moment, the last one first: at most so many of each window as the service
-- takes late updates of. Raises an error where the key is of another type.
function ended_since(ended, moment)
  local found, of_window, known, last, is_some = {}, {}, {}, '+', true
  -- They do not stand in the order of their ends, but nearly: behind a page of none of them, there is none.
  while is_some do
    local page = redis.call('XREVRANGE', ended, last, '-', 'COUNT', ENDED_AT_ONCE)
    is_some = false
    for _, entry in ipairs(page) do
      local fields = fields_of(entry)
      local name, id = fields.window or '', fields.season or ''
      local from, ends = whole_number(fields.from or ''), whole_number(fields['until'] or '')
      local words, count = name .. ' ' .. id, of_window[name] or 0
      if from and ends and ends > moment and count < LATE_OF_A_WINDOW and not known[words]
        and string.find(words, '^[%w%-_.]+ [%w%-_.]+$') then
        found[#found + 1] = { name = name, id = id, from = from, ends = ends, words = words }
        of_window[name], known[words] = count + 1, true
      end
      is_some = is_some or ends and ends > moment
      last = '(' .. entry[1]
    end
    is_some = is_some and #page == ENDED_AT_ONCE
  end
  return found
end

-- Writes which seasons hold, and of those that held before, which are over.
function store_seasons(key, ended, stored, text, now)
  redis.call('SET', key, text)
  local holds = {}
  for _, season in ipairs(seasons_of(text)) do
    holds[season.words] = true
  end
  for _, season in ipairs(stored and seasons_of(stored) or {}) do
    if not holds[season.words] and now >= season.ends then
      SEASONS.note_ended(ended, season)
    end
  end
end

-- A season's keys go by themselves, so long behind its end. By pcall: where the right is missing, they stay.
function keep_season(definition, window)
  if window.season.ends >= OPEN then
    return
  end
  local time = integer_text(math.ceil(window.season.ends / 1000) + definition.keep)
  for _, key in ipairs({ window.scores, window.at, window.withheld }) do
    redis.pcall('PEXPIREAT', key, time)
  end
end

-- What the users of a group have in a window, by their turns; false for who is not in it.
local function scores_in(definition, window, users, count)
  local members, moves = users, window.moves
  if moves.stamps then
    members = {}
    local stamps, all_have = redis.call('HMGET', window.at, unpack(users, 1, count)), true
    for index = 1, count do
      moves.stamps[users[index]] = stamps[index]
      members[index] = stamped_member(definition, users[index], stamps[index])
      all_have = all_have and stamps[index]
    end
    if not all_have then
      know_withheld(moves, window.withheld)
    end
  end
  local had = redis.call('ZMSCORE', window.scores, unpack(members, 1, count))
  for index = 1, count do
    local score = had[index]
    had[index] = score and score + 0
  end
  return had
end

-- Late updates begin the seasons in which they count where one of these runs, and nothing was counted in it before: as if they had come
-- in time. Returns what `seasons` holds then; nil: it stays.
local function begun_late(seasons, stored, now)
  local counts, is_held, is_new, ends = {}, {}, false, nil
  for _, season in ipairs(seasons) do
    counts[season.words] = true
    ends = math.min(ends or season.ends, season.ends)
  end
  for _, season in ipairs(stored and seasons_of(stored) or {}) do
    if now < season.ends and not counts[season.words] then
      return nil
    end
    is_held[season.words] = true
  end
  for _, season in ipairs(seasons) do
    is_new = is_new or now < season.ends and not is_held[season.words]
  end
  return is_new and integer_text(ends) .. ' ' .. seasons.version .. seasons.rest or nil
end

-- The windows of a group of updates, or nil, and the answer for the group.
--   first    the place in KEYS of the first window's `scores`, behind which are its `at` and `withheld`, and so on; last is `ended`
--   count    of the group's users
--   text     as above; `late` in the place of `ends`: of updates that may count in seasons that are over, from the end of one (`from`
--            of the call) up to `ends`. They are not compared with those that hold
--   windows  how many there are, the first one of the board included
--   are_repeated  a user may have several updates in it
function begin_windows(definition, keys, first, users, count, stored, now, text, from, ends, windows, are_repeated)
  local seasons = seasons_of(text)
  from, ends, windows = whole_number(from), whole_number(ends), whole_number(windows)
  if not seasons or not definition.has_seasons or not from or not ends or seasons.count ~= windows or #seasons ~= windows - 1
    or seasons.version ~= definition.version then
    return nil, redis.error_reply('BADARG leaderboard_write: these are no seasons of this board')
  end
  local group = { text = text, stored = stored, ended = keys[first + 3 * #seasons], now = now, turn = 1,
    users = are_repeated and users or nil, count = count }
  local names = {}
  if seasons.ends == 'late' then
    if now < from or now >= ends then
      return nil, { 'season_over', now, stored or '' }
    end
    for index, season in ipairs(seasons) do
      names[index] = season.words
    end
    group.late = table.concat(names, ';')
    group.text = begun_late(seasons, stored, now)
    group.stores = group.text and 'roll'
  else
    local answer
    answer, group.stores = judge_seasons(definition.version, stored, text, from, ends, now)
    if answer then
      return nil, answer
    end
  end
  for index, season in ipairs(seasons) do
    local key = first + 3 * (index - 1)
    local window = { season = season, scores = keys[key], at = keys[key + 1], withheld = keys[key + 2] }
    window.moves = begin_moves(definition, window.scores, window.at, false, not are_repeated)
    window.moves.lasts = true
    window.had = scores_in(definition, window, users, count)
    group[index] = window
  end
  return group
end

-- What the update whose turn it is does in each window, as `old`, `total` and `text` of it (nil where the score is not whole, or beyond a
-- bound). Returns whether it may, and whether any of them is other than before; or false, and in which window it may not.
function result_in_windows(group, definition, operator, value)
  local is_other, turn, min, max = false, group.turn, definition.min, definition.max
  for index = 1, #group do
    local window, text = group[index], nil
    local old = window.had[turn]
    local total = operator == 'incr' and (old or 0) + value
    if total and total >= min and total <= max then
      text = total % 1 == 0 and integer_text(total) or nil
    else
      total = result_of(definition, operator, old, value)
    end
    if not total then
      return false, window.season.name
    end
    window.old, window.total, window.text = old, total, text
    is_other = is_other or total ~= old
  end
  return true, is_other
end

-- What an update has made of its user's scores, for those of the user's that are behind it.
local function note_scores(group, user)
  for later = group.turn + 1, group.count do
    if group.users[later] == user then
      for index = 1, #group do
        group[index].had[later] = group[index].total
      end
    end
  end
end

-- The user's new places, by the change of this seq: told to Redis by write_windows.
function place_in_windows(group, user, seq)
  for index = 1, #group do
    local window = group[index]
    local old = window.old
    if not old and window.is_new == nil then
      -- The first of this season: nobody before is there, or left it.
      window.is_new = redis.call('EXISTS', window.scores) == 0
      if window.is_new and window.moves.stamps then
        -- A field of nobody, so that the key is there, and kept as long as the season, whenever the first stamp comes.
        redis.call('HSET', window.at, '', '')
      end
    end
    move(window.moves, user, old, window.total, seq, window.text)
  end
  if group.users then
    note_scores(group, user)
  end
end

-- The first change of a season came late: nothing else tells that there is one. (By pcall, as note_ended.)
local function note_late(group, definition, season)
  for _, held in ipairs(group.stored and seasons_of(group.stored) or {}) do
    if held.words == season.words then
      return
    end
  end
  local is_read, told = pcall(ended_since, group.ended, group.now - definition.grace)
  for _, ended in ipairs(is_read and told or {}) do
    if ended.words == season.words then
      return
    end
  end
  SEASONS.note_ended(group.ended, season)
end

function write_windows(group, definition)
  for index = 1, #group do
    local window = group[index]
    write_moves(window.moves)
    if window.is_new then
      keep_season(definition, window)
      if group.late and not group.stores and group.now >= window.season.ends then
        note_late(group, definition, window.season)
      end
    end
  end
end

-- It is made once, and for each event set anew.
local event_scores, join = {}, nil

-- What an event says of a change beside the board's own score, before write_windows has told of it: the scores in the windows, in
-- their order, and where it is not what was added to the board's own, what was added in each.
function windows_event(group, increase)
  join = join or table.concat
  local scores, is_other, increases = event_scores, false, nil
  for index = 1, #group do
    local window = group[index]
    local text = window.text
    scores[index] = text or integer_text(shown_score(window.total))
    is_other = is_other or not text or window.total - (window.old or 0) ~= increase
  end
  local told = ',"windows":[' .. join(scores, ',', 1, #group) .. ']'
  if not is_other then
    return told
  end
  is_other, increases = false, {}
  for index = 1, #group do
    local window = group[index]
    local added = shown_score(shown_score(window.total) - shown_score(window.old or 0))
    increases[index], is_other = integer_text(added), is_other or added ~= increase
  end
  if is_other then
    told = told .. ',"window_increases":[' .. join(increases, ',') .. ']'
  end
  return told
end

-- What an outcome says of them: `daily 2026-11-28 120;weekly 2026-W48 300`.
function windows_told(group)
  local scores = {}
  for index = 1, #group do
    scores[index] = group[index].season.words .. ' ' .. integer_text(shown_score(group[index].total))
  end
  return table.concat(scores, ';')
end

-- Of one increase by the short way (write.lua): the texts of the scores in each window behind it, and how the user moves in each of a dense
-- board, where the set is not all there is. Nil where that is no way: the user is not in a season yet, or a bound is in it.
function plainly.find_in_windows(seasons, keys, definition, user, increase)
  local totals, moves = {}, definition.is_dense and {} or nil
  for index = 1, #seasons do
    local key, own, old, total = 8 + 3 * index, nil, nil, nil
    if definition.is_stamped then
      old, total = plainly.find(index, definition, keys[key], keys[key + 1], keys[key + 2], user, increase)
    elseif moves then
      own = begin_moves(definition, keys[key], keys[key + 1], false, true)
      own.lasts, old = true, find_moving(own, user)
      moves[index] = own
    else
      old = redis.call('ZSCORE', keys[key], user)
    end
    total = old and (total or old + increase)
    if not total or total > definition.max or total < definition.min or total ~= floor(total) then
      return nil
    end
    totals[index] = plainly.texts[index]
    if not definition.is_stamped then
      totals[index] = integer_text(total)
    end
    if own then
      own.old, own.total = old + 0, total
    end
  end
  return totals, moves
end

-- Tells Redis of them.
function plainly.place_in_windows(totals, moves, keys, definition, user, seq)
  for index = 1, #totals do
    local key, own = 8 + 3 * index, moves and moves[index]
    if definition.is_stamped then
      plainly.place_in_season(index, definition, keys[key], keys[key + 1], user, seq)
    elseif own then
      move(own, user, own.old, own.total, seq, totals[index])
      write_moves(own)
    else
      redis.call('ZADD', keys[key], totals[index], user)
    end
  end
end

end
