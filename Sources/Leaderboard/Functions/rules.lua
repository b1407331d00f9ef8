-- Rules of plausibility: what of a user's updates is not to be believed. Each is judged in the call that writes, after all else that
-- may refuse, and by the board's own score (windows have none of their own). An operator's adjustment is not judged, and not counted.
-- A definition has at most 8 (`rules`), each an object with
--   rule      points_limit   points, interval: a user gains no more in any interval. It is counted in quarters of one: what was gained
--                            is forgotten after one interval to one and a quarter
--             least_time     interval: between two of a user's updates that count
--             largest_jump   against `own`: points, times: one update gains at most so many, or so many times the most that one of the
--                            user's has gained before, whichever is more. That is kept for 30 days behind the user's last update
--                            against `best`: points: one update puts the user at most so far ahead of the board's best score
--             first_day_cap  points: no more is gained in the 24 hours from the update that puts the user on the board
--             users_per_address  users, interval: in any interval, an address (of IPv6, its network of 64 bits) has updates of no more
--                            users. A user's place is free one interval, and up to a sixteenth more, behind its last update. Once at most
--   action    refuse or flag: the audit's entry names it
-- Points that are taken back (revert.lua) are none that were gained: they leave the sums, the first day and the largest gain.
--   dry_run   true: it is only counted how often it would have done so
--   by        users (default): it judges and counts what users report of themselves; all: what services report, too
-- To gain is to come closer to what is best; who was not on the board had 0, and on an ascending one has gained nothing.
-- What met a largest jump of one's own is none to be measured by.
--
-- leaderboard_write_by_rules: leaderboard_write on a board with rules, and on no other.
-- KEYS  those of leaderboard_write, then
--         met      hash: rule -> how often it did what it does, or would have done
--         then of each update, in their order
--         pace     of the user: what the rules have to know of it
--         address  sorted set: user -> when its place is free, in milliseconds
-- ARGV  those of leaderboard_write, then how many updates there are
-- Returns what leaderboard_write does, and besides of an update that counts, as an eighth text, which rules it met, if any (the seventh is
-- empty then where there are no windows to tell of): `points_limit flagged;least_time dry_run`; and
--   implausible full_in rule met   refused by this rule. Nothing is written but the token that it took, or probing would be free, and
--                                  that it was counted
--
-- `pace` is a list of numbers, packed: when the user's first day began (microseconds; 0: it is over, or nobody knows of it); of what users
-- report of themselves the last time, the gain of the first day, the largest gain; the same of all reports; then of each kind of sums its name
-- (`3600000000 1`), the number of the running quarter, and what was gained in it and in the four before. Another text is as if there were none.

do

local MOST, DAY, OWN_HISTORY = 8, 86400000000, 30 * 86400000000
local UNITS = { ms = 1000, s = 1000000, m = 60000000, h = 3600000000, d = 86400000000 }
-- Where in `pace` the sums begin; how many numbers each has behind its name.
local SUMS_BEHIND, SUM_WORDS = 7, 7

-- What the last call that was told of rules was told: its keys, met, paces, addresses.
local told
-- Of the group that is being written.
local checks, now, paces, pace_texts, best, are_placed, counts, is_ascending, scores, place_others
-- Of the update whose turn it is: what is known of its user, which place it takes, and what it comes to.
local pace, gained, address, reporters, score
-- By who reports: whether the update met a largest jump of its user's own.
local met_jump = { false, false }
-- As in numbers.lua.
local call, try, kind, find_all, read_packed, pack_list, protected_call

local function expect(condition)
  if not condition then
    error('no rules')
  end
end

local function number_of(json, name, least, greatest)
  local value = json[name]
  expect(type(value) == 'number' and value >= least and value <= greatest and value == math.floor(value))
  return value
end

-- In microseconds.
local function interval_of(json, least, greatest)
  local digits, unit = string.match(type(json.interval) == 'string' and json.interval or '', '^([1-9]%d?%d?%d?%d?%d?%d?)(%l+)$')
  expect(digits and UNITS[unit])
  local interval = digits * UNITS[unit]
  expect(interval >= least and interval <= greatest)
  return interval
end

-- By name, whether the update that is weighed meets the rule.
local meets

local readers = {
  points_limit = function(rule, json)
    rule.points, rule.interval = number_of(json, 'points', 1, SCORE_LIMIT), interval_of(json, UNITS.s, 31 * UNITS.d)
    rule.quarter = rule.interval / 4
    return rule.quarter * 5
  end,
  least_time = function(rule, json)
    rule.interval = interval_of(json, UNITS.ms, UNITS.d)
    return rule.interval
  end,
  largest_jump = function(rule, json)
    rule.points, rule.against = number_of(json, 'points', 0, SCORE_LIMIT), json.against
    expect(json.against == 'best' or json.against == 'own')
    if json.against == 'own' then
      rule.times = number_of(json, 'times', 1, 1000)
      return OWN_HISTORY
    end
    return 0
  end,
  first_day_cap = function(rule, json)
    rule.points = number_of(json, 'points', 1, SCORE_LIMIT)
    return DAY
  end,
  users_per_address = function(rule, json)
    rule.users, rule.interval = number_of(json, 'users', 1, 1000), interval_of(json, UNITS.s, UNITS.d)
    return 0
  end,
}

-- The rules of a definition; nil: it has none. Raises an error where they are none.
function plausibility.of_definition(list)
  if list == nil then
    return nil
  end
  expect(type(list) == 'table' and #list <= MOST)
  local all, lifetime, has_seen = { sums = {}, judges = { false, false } }, 0, {}
  for index, json in ipairs(list) do
    expect(type(json) == 'table' and type(json.rule) == 'string' and readers[json.rule])
    expect(json.action == 'refuse' or json.action == 'flag')
    expect(json.by == nil or json.by == 'users' or json.by == 'all')
    expect(json.dry_run == nil or type(json.dry_run) == 'boolean')
    local rule = { name = json.rule, reporters = json.by == 'all' and 2 or 1,
      effect = json.dry_run and 'dry_run' or json.action == 'flag' and 'flagged' or 'refused' }
    lifetime = math.max(lifetime, readers[json.rule](rule, json))
    rule.label = table.concat({ rule.name, json.interval or json.against or '-', json.by or 'users', json.action,
      json.dry_run and 'dry_run' or nil }, ' ')
    expect(not has_seen[rule.label])
    has_seen[rule.label] = true
    rule.meets = meets[rule.name]
    all[index], all.judges[rule.reporters] = rule, true
    if rule.quarter then
      local name = integer_text(rule.interval) .. ' ' .. rule.reporters
      if not all.sums[name] then
        all.sums[#all.sums + 1] = { name = name, quarter = rule.quarter, reporters = rule.reporters }
        all.sums[name] = #all.sums
      end
      rule.sum = all.sums[name]
    elseif rule.users then
      expect(not all.address and rule.reporters == 1)
      all.address = rule
    end
    all.has_first_day = all.has_first_day or rule.name == 'first_day_cap'
  end
  -- What users report of themselves is a part of all.
  all.judges[1] = all.judges[1] or all.judges[2]
  all.has_pace, all.lifetime = lifetime > 0, integer_text(math.ceil(lifetime / 1000))
  return #all > 0 and all or nil
end

-- Whether the call with these keys was told of rules.
function plausibility.is_told(keys)
  return told ~= nil and told.keys == keys
end

-- The key of what is known of the user, in a call of one update that was told of rules.
function plausibility.pace_key()
  return told.paces[1]
end

local function begin(definition, time, scores_key, write_places)
  if not call then
    call, try, kind, find_all, read_packed, pack_list, protected_call = redis.call, redis.pcall, type, string.find, cmsgpack.unpack,
      cmsgpack.pack, pcall
    floor, to_number = math.floor, tonumber
  end
  checks, now, is_ascending, scores, place_others = definition.checks, time, definition.ascends, scores_key, write_places
  paces, counts, best, are_placed = {}, nil, nil, false
end

-- Of a board with rules, or of a call that was told of some. Raises an error where it is not both: the caller finds the definition anew.
-- `write_places` tells Redis of the places that the group's updates have come to so far.
function plausibility.begin_group(keys, definition, time, count, scores_key, write_places)
  if not definition.checks or not plausibility.is_told(keys) then
    error({ err = 'RULES the board has other rules than the caller knows' })
  elseif #told.paces ~= count then
    error({ err = 'BADARG leaderboard_write_by_rules: a key or an argument is missing or wrong' })
  end
  begin(definition, time, scores_key, write_places)
  pace_texts = checks.has_pace and call('MGET', unpack(told.paces)) or {}
end

-- The same of one update by itself, whose text of `pace` is known.
function plausibility.begin_single(definition, time, scores_key, pace_text)
  begin(definition, time, scores_key)
  pace_texts = { pace_text }
end

-- Whether it is what plausibility.end_group has written.
local function is_kept(list)
  local count = kind(list) == 'table' and #list or 0
  if count < SUMS_BEHIND or (count - SUMS_BEHIND) % SUM_WORDS ~= 0 then
    return false
  end
  local next_name = SUMS_BEHIND + 1
  for index = 1, count do
    local value = list[index]
    if index == next_name then
      next_name = next_name + SUM_WORDS
      if kind(value) ~= 'string' then
        return false
      end
    elseif kind(value) ~= 'number' or not (value >= 0 and value <= SCORE_LIMIT) then
      return false
    end
  end
  return true
end

-- The sums behind the name at `place` move on to the quarter that runs.
local function move_on(list, place, quarter)
  local behind = quarter - list[place + 1]
  if behind == 0 then
    return
  end
  -- The clock was set back: a little, and the quarter goes on; more, and nobody knows.
  if behind < 0 then
    quarter, behind = behind >= -4 and list[place + 1] or quarter, behind >= -4 and 0 or 5
  end
  list[place + 1] = quarter
  for index = 4, 0, -1 do
    list[place + 2 + index] = index >= behind and list[place + 2 + index - behind] or 0
  end
end

-- What is known of the user whose update this is, as of now.
local function pace_of(key, text)
  local list = paces[key]
  if list then
    return list
  end
  local is_read, kept = false, nil
  if text then
    is_read, kept = protected_call(read_packed, text)
    is_read = is_read and is_kept(kept)
  end
  local sums = checks.sums
  list = is_read and #kept == SUMS_BEHIND + SUM_WORDS * #sums and kept or { 0, 0, 0, 0, 0, 0, 0 }
  for index = 1, #sums do
    local sum, place = sums[index], SUMS_BEHIND + 1 + SUM_WORDS * (index - 1)
    local quarter = floor(now / sum.quarter)
    if list[place] ~= sum.name then
      -- The rules are others than they were.
      if list == kept then
        list = { unpack(kept, 1, place - 1) }
      end
      list[place], list[place + 1] = sum.name, quarter
      for word = place + 2, place + 6 do
        list[word] = 0
      end
      for from = SUMS_BEHIND + 1, is_read and #kept or 0, SUM_WORDS do
        for word = 1, kept[from] == sum.name and 6 or 0 do
          list[place + word] = kept[from + word]
        end
      end
    end
    move_on(list, place, quarter)
  end
  if is_read and list ~= kept then
    for index = 1, SUMS_BEHIND do
      list[index] = kept[index]
    end
  end
  paces[key] = list
  return list
end

-- By how much the update is ahead of the board's best score, with what the group has placed before; 0 where nobody is on the board.
local function ahead()
  if best == nil then
    if are_placed then
      place_others()
    end
    local row = is_ascending and call('ZRANGE', scores, '0', '0', 'WITHSCORES') or call('ZRANGE', scores, '0', '0', 'REV', 'WITHSCORES')
    best = row[2] and shown_score(to_number(row[2])) or false
  end
  return best and (is_ascending and best - score or score - best) or 0
end

-- Whether the user has a place at the address: it `stays`, or is to be taken `again`, or `new`; nil: there is none for the user.
local function place_of(rule, key, user)
  local found, milliseconds_now = try('ZSCORE', key, user), floor(now / 1000)
  local free_at = found and kind(found) ~= 'table' and to_number(found) or 0
  -- Later than any can be: the clock was set back.
  if free_at > milliseconds_now and free_at <= milliseconds_now + rule.interval / 500 then
    return free_at > milliseconds_now + rule.interval / 1000 and 'stays' or 'again'
  end
  local others = try('ZCOUNT', key, '(' .. integer_text(milliseconds_now), '+inf')
  return (kind(others) == 'table' or others < rule.users) and 'new' or nil
end

local function take_place(rule, key, user)
  local lasts, milliseconds_now = math.ceil(rule.interval * 17 / 16000), floor(now / 1000)
  if kind(try('ZREMRANGEBYSCORE', key, '-inf', integer_text(milliseconds_now))) == 'table' then
    -- Of another type: as if it were not there.
    try('DEL', key)
  end
  try('ZADD', key, integer_text(milliseconds_now + lasts), user)
  try('PEXPIRE', key, integer_text(lasts))
end

meets = {
  points_limit = function(rule)
    local from = SUMS_BEHIND + 3 + SUM_WORDS * (rule.sum - 1)
    return gained > 0 and pace[from] + pace[from + 1] + pace[from + 2] + pace[from + 3] + pace[from + 4] + gained > rule.points
  end,
  least_time = function(rule)
    local last = pace[3 * rule.reporters - 1]
    -- One of later than now: the clock was set back.
    return last > 0 and now >= last and now - last < rule.interval
  end,
  largest_jump = function(rule)
    if rule.against == 'best' then
      return ahead() > rule.points
    end
    local is_met = gained > rule.points and gained > rule.times * pace[3 * rule.reporters + 1]
    met_jump[rule.reporters] = met_jump[rule.reporters] or is_met
    return is_met
  end,
  first_day_cap = function(rule)
    return pace[1] > 0 and gained > 0 and pace[3 * rule.reporters] + gained > rule.points
  end,
  users_per_address = function()
    return not address
  end,
}

-- What the update at this place in its group comes to, which would bring the user from `old` (nil or false: not on the board) to `total`.
local function weigh(index, user, old, total, ip, is_reported)
  local from = shown_score(old or 0)
  score = shown_score(total)
  reporters = is_reported and 2 or 1
  gained = is_ascending and from - score or score - from
  if gained < 0 or is_ascending and not old then
    gained = 0
  end
  met_jump[1], met_jump[2], address, pace = false, false, 'stays', nil
  if checks.has_pace and (checks.judges[reporters] or not old and checks.has_first_day) then
    pace = pace_of(told.paces[index], pace_texts[index])
    local first = pace[1]
    if first > now or now - first >= DAY then
      first = old and 0 or now
      pace[1], pace[3], pace[6] = first, 0, 0
    end
  end
  if checks.address and not is_reported and find_all(ip, '[.:]') then
    address = place_of(checks.address, told.addresses[index], user)
  end
end

-- Whether the update, as plausibility.judge takes it, meets no rule.
function plausibility.passes(index, user, old, total, ip, is_reported)
  weigh(index, user, old, total, ip, is_reported)
  for place = 1, #checks do
    local rule = checks[place]
    if rule.reporters >= reporters and rule.meets(rule) then
      return false
    end
  end
  return true
end

local function count(rule)
  counts = counts or {}
  counts[rule.label] = (counts[rule.label] or 0) + 1
end

-- Judges the update at this place in its group, which would bring the user from `old` (nil or false: not on the board) to `total`. Returns
-- the name of the rule that refuses it, or nil; the names of those that flag it, or nil; and all that it met as the reply has them, or nil.
-- If it counts, plausibility.count is to be called.
function plausibility.judge(index, user, old, total, ip, is_reported)
  weigh(index, user, old, total, ip, is_reported)
  local refused, flags, met = nil, nil, nil
  for _, rule in ipairs(checks) do
    if rule.reporters >= reporters and rule.meets(rule) then
      if rule.effect == 'flagged' then
        flags = flags or {}
        flags[#flags + 1] = rule
      elseif rule.effect == 'dry_run' or not refused then
        refused = refused or rule.effect == 'refused' and rule or nil
        count(rule)
        met = (met and met .. ';' or '') .. rule.name .. ' ' .. rule.effect
      end
    end
  end
  if refused or not flags then
    return refused and refused.name, nil, met
  end
  local names, is_named = {}, {}
  for _, rule in ipairs(flags) do
    count(rule)
    met = (met and met .. ';' or '') .. rule.name .. ' flagged'
    names[#names + 1] = not is_named[rule.name] and rule.name or nil
    is_named[rule.name] = true
  end
  return nil, table.concat(names, ' '), met
end

local function held(number)
  return number > SCORE_LIMIT and SCORE_LIMIT or number
end

-- The update that was judged last counts.
function plausibility.count(index, user, old)
  if pace then
    for who = reporters, 2 do
      local place = 3 * who - 1
      pace[place] = now
      pace[place + 1] = pace[1] > 0 and held(pace[place + 1] + gained) or 0
      if gained > pace[place + 2] and not met_jump[who] then
        pace[place + 2] = held(gained)
      end
    end
    local sums = checks.sums
    for place = 1, #sums do
      if sums[place].reporters >= reporters then
        local newest = SUMS_BEHIND + 3 + SUM_WORDS * (place - 1)
        pace[newest] = held(pace[newest] + gained)
      end
    end
    pace.is_other = true
  end
  if address == 'new' or address == 'again' then
    take_place(checks.address, told.addresses[index], user)
  end
  are_placed = true
  if best ~= nil then
    if not best or (is_ascending and score < best or not is_ascending and score > best) then
      best = score
    elseif old and shown_score(old) == best and score ~= best then
      -- Whoever is the best now.
      best = nil
    end
  end
end

local function write_counts()
  local labels, words = {}, {}
  for label in pairs(counts) do
    labels[#labels + 1] = label
  end
  local found = try('HMGET', told.met, unpack(labels))
  if found.err then
    return
  end
  for index, label in ipairs(labels) do
    local before = whole_number(found[index] or '0') or 0
    push(words, label, integer_text(held(math.max(before, 0) + counts[label])))
  end
  try('HSET', told.met, unpack(words))
end

-- What is kept of the group. An update that counted does so whether this is written or not.
function plausibility.end_group()
  for key, list in pairs(paces) do
    if list.is_other then
      list.is_other = nil
      try('SET', key, pack_list(list), 'PX', checks.lifetime)
    end
  end
  if counts then
    write_counts()
  end
end

-- What is known of a user as of now, where points are taken back. `text` is what `pace` holds; nil: nothing is to be changed. `gains`: what
-- each of the updates had gained, a text with `;` between of `<milliseconds since 1970> <points> <1: by users, 2: by others>`, and
-- `largest`, what the others have gained at most: by users, by all. False where these are none.
function plausibility.begin_taking_back(definition, time, text, gains, largest)
  local updates = {}
  for part in string.gmatch(gains, '[^;]+') do
    local at, points, who = string.match(part, '^(%d+) (%d+) ([12])$')
    if not at or not whole_number(at) or not whole_number(points) then
      return false
    end
    updates[#updates + 1] = { at = at * 1000, points = tonumber(points), who = tonumber(who) }
  end
  local of_users, of_all = string.match(largest, '^(%d+) (%d+)$')
  of_users, of_all = whole_number(of_users or ''), whole_number(of_all or '')
  if not of_users or not of_all then
    return false
  elseif not definition.checks or not definition.checks.has_pace or type(text) ~= 'string' then
    return {}
  end
  begin(definition, time)
  return { list = pace_of('-', text), updates = updates, largest = { of_users, of_all } }
end

-- They are taken back: `key` is told. By pcall, for the change is written, and rules go on without what they knew.
function plausibility.take_back(taking, key)
  local list = taking.list
  if not list then
    return
  end
  local sums = checks.sums
  for _, update in ipairs(taking.updates) do
    local at, points, who = update.at, update.points, update.who
    for place = 1, #sums do
      local first = SUMS_BEHIND + 2 + SUM_WORDS * (place - 1)
      local behind = list[first] - floor(at / sums[place].quarter)
      if sums[place].reporters >= who and behind >= 0 and behind <= 4 then
        list[first + 1 + behind] = math.max(0, list[first + 1 + behind] - points)
      end
    end
    for by = who, 2 do
      -- `at` is of the whole millisecond.
      if list[1] > 0 and at + 1000 > list[1] then
        list[3 * by] = math.max(0, list[3 * by] - points)
      end
      if points >= list[3 * by + 1] then
        list[3 * by + 1] = math.min(list[3 * by + 1], taking.largest[by])
      end
    end
  end
  try('SET', key, pack_list(list), 'KEEPTTL')
end

-- Takes what leaderboard_write_by_rules is told of besides: what is left is for leaderboard_write. False where something is missing or wrong.
function plausibility.tell(keys, args)
  local words, last = #args, #keys
  local number = whole_number(args[words] or '')
  local first = number and last - 2 * number
  if not number or number < 1 or number > 64 or first < 12 then
    return false
  end
  local paces, addresses = {}, {}
  told = { keys = keys, met = keys[first], paces = paces, addresses = addresses }
  for index = 1, number do
    paces[index], addresses[index] = keys[first + 2 * index - 1], keys[first + 2 * index]
  end
  for index = last, first, -1 do
    keys[index] = nil
  end
  args[words] = nil
  return true
end

end
