-- Rules of plausibility: what of a user's updates is not to be believed. Each is judged in the call that writes, after all else that
-- may refuse, and by the board's own score (windows have none of their own). An operator's adjustment is not judged, and not counted.
-- A definition has at most 8 beside `by_hand` (`rules`), each an object with
--   rule      points_limit   points, interval: a user gains no more in any interval. It is counted in quarters of one: what was gained
--                            is forgotten after one interval to one and a quarter
--             least_time     interval: between two of a user's updates that count
--             largest_jump   against `own`: points, times: one update gains at most so many, or so many times the most that one of the
--                            user's has gained before, whichever is more. That is kept for 30 days behind the user's last update
--                            against `best`: points: one update puts the user at most so far ahead of the board's best score
--             first_day_cap  points: no more is gained in the 24 hours from the update that puts the user on the board
--             users_per_address  users, interval: in any interval, an address (of IPv6, its network of 64 bits) has updates of no more
--                            users. A user's place is free one interval, and up to a sixteenth more, behind its last update. Once at most
--   by_hand   the user is on hold: an operator has said that all that is reported of them waits (leaderboard_hold, held.lua). Its action is
--             hold, and it judges what services report, too
--   action    refuse; hold: it waits for an operator's word (held.lua); or flag: the audit's entry names it. What one rule refuses, none holds
-- Points that are taken back (revert.lua) are none that were gained: they leave the sums, the first day and the largest gain; and come back
-- when they count again (unrevert.lua).
--   dry_run   true: it is only counted how often it would have done so
--   by        users (default): it judges and counts what users report of themselves; all: what services report, too
-- To gain is to come closer to what is best; who was not on the board had 0, and on an ascending one has gained nothing.
-- What met a largest jump of one's own is none to be measured by.
--
-- leaderboard_write_by_rules: leaderboard_write on a board with rules, and on no other.
-- KEYS  those of leaderboard_write, then
--         met      hash: rule -> how often it did what it does, or would have done
--         held holding  of a board with a rule that holds, and that is no dry run, and of no other: held.lua
--         then of each update, in their order
--         pace     of the user: what the rules have to know of it
--         address  sorted set: user -> when its place is free, in milliseconds
-- ARGV  those of leaderboard_write, then how many updates there are, and behind a space `held` where that key is told
-- Returns what leaderboard_write does, and besides of an update that counts, as an eighth text, which rules it met, if any (the seventh is
-- empty then where there are no windows to tell of): `points_limit flagged;least_time dry_run`; and
--   implausible full_in rule met   refused by this rule. Nothing is written but the token that it took, or probing would be free, and
--                                  that it was counted
--   held id time full_in met       it waits under this id, and took its token; its idempotency key and its grant are used
--   held_before id time full_in    the same, of the first outcome of its key: it waits, or nobody knows what has become of it. Of one that was
--                                  released, `replayed` and what it came to
--   rejected_before full_in        of its key's update, which an operator has rejected
--   held_full full_in met          as many wait as may; a token was taken
--
-- `pace` is packed: what is kept, by its names, each with a `;` behind it; until when the key is there (milliseconds); then in the order of
-- their names the numbers that the board's rules go by, and no others:
--   f           when the user's first day began (microseconds; 0: it is over, or nobody knows of it)
--   l1 d1 m1    of what users report of themselves, the last time; the gain of the first day; the largest gain.  l2 d2 m2  of all reports
--   s1 INTERVAL, s2 INTERVAL  the number of the running quarter, and what was gained in it and in the four before
--   b           until when the user's token bucket fills (microseconds; 0: it is full): one key is written for each update, not two. What
--               counts is the later of it and of what `limit` has, from which a change of one's profile takes its token
--   a           until when the user has a place at the address whose text stands behind the numbers (milliseconds)
-- Another text is as if there were none. It may have any numbers: who may write it may as well write such as let an update pass.

do

local MOST, DAY, OWN_HISTORY = 8, 86400000000, 30 * 86400000000
local UNITS = { ms = 1000, s = 1000000, m = 60000000, h = 3600000000, d = 86400000000 }
-- Where in the list of a `pace` its names are, until when it is kept, and the first number behind that. (The first word is true, until the
-- list is other than the text.)
local NAMES, KEPT_UNTIL, FIRST_NUMBER = 2, 3, 4

-- What the last call that was told of rules was told: its keys, met, paces, addresses.
local told
-- Of the group that is being written.
local checks, now, now_ms, pace_texts, best, are_placed, counts, is_ascending, scores, place_others
-- By user, what an operator has said who put them on hold; of a board with the rule `by_hand`.
local hands
-- Of its users, by their keys; it is emptied when the group ends, for to make a new one costs 2,000 instructions an update.
local paces = {}
-- What it has of `checks` for each of its updates.
local sums, form, names, last_word, tests, first_day, bucket, address_rule, address_place
-- Of the update whose turn it is: what is known of its user, which place it takes and until when, and what it comes to; whether the user is
-- on the board; when its first day began (0: none is), and whether that begins with this update, or is over.
local pace, gained, address, address_until, reporters, score, on_hold, was_on_board, day_began, is_other_day
-- Of a hidden user, what is kept of them, which nobody else is measured by; else nil.
local kept_aside
-- By who reports: whether the update met a largest jump of its user's own; nil: it did not.
local met_jump
-- As in numbers.lua.
local call, try, kind, find_all, read_words, pack_words, protected_call, list_of

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

-- By name, what makes of a rule whether the update that is weighed meets it. (What it goes by is its own: to find it in the rule costs twice.)
local tests_of

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
    -- In milliseconds: how long a place is kept that is taken, and for how long one must be the user's so that it stays as it is.
    rule.kept_for, rule.stays_for, rule.longest = math.ceil(rule.interval * 17 / 16000), rule.interval / 1000, rule.interval / 500
    return 0
  end,
  by_hand = function(rule, json)
    expect(json.action == 'hold' and json.by == nil and not json.dry_run)
    rule.reporters = 2
    return 0
  end,
}

local function width_of(name)
  return string.find(name, '^s') and 6 or 1
end

-- Where in the list what has this name is. Each is kept once, however many rules go by it.
local function keep(all, name)
  if not all.places[name] then
    all.places[name], all.names = all.behind, all.names .. name .. ';'
    all.behind = all.behind + width_of(name)
  end
  return all.places[name]
end

-- How a list is packed whose last number stands there.
local function form_of(last, has_address)
  return '<s' .. string.rep('d', last - NAMES) .. (has_address and 's' or '')
end

-- What the rule keeps of users, and where.
local function keep_for(rule, all)
  local who = rule.reporters
  if rule.quarter then
    local name = 's' .. who .. ' ' .. integer_text(rule.interval)
    if not all.places[name] then
      push(all.sums, { place = keep(all, name), quarter = rule.quarter, reporters = who })
    end
    rule.place = all.places[name]
  elseif rule.name == 'least_time' then
    rule.place = keep(all, 'l' .. who)
    all.last[who] = rule.place
  elseif rule.against == 'own' then
    rule.place = keep(all, 'm' .. who)
    all.most[who] = rule.place
  elseif rule.name == 'first_day_cap' then
    all.first_day, rule.place = keep(all, 'f'), keep(all, 'd' .. who)
    all.day[who] = rule.place
  elseif rule.users then
    expect(not all.address and who == 1)
    all.address = rule
  elseif rule.name == 'by_hand' then
    all.is_by_hand = true
  end
end

-- The rules of a definition; nil: it has none. Raises an error where they are none. `fill_time`: in which an empty bucket fills, in microseconds.
function plausibility.of_definition(list, fill_time)
  if list == nil then
    return nil
  end
  expect(type(list) == 'table' and #list <= MOST + 1)
  local all, lifetime, has_seen = { places = {}, names = '', behind = FIRST_NUMBER, sums = {}, last = {}, most = {}, day = {},
    judges = { {}, {} }, tests = {}, reporters = 1 }, 0, {}
  for index, json in ipairs(list) do
    expect(type(json) == 'table' and type(json.rule) == 'string' and readers[json.rule])
    expect(json.action == 'refuse' or json.action == 'flag' or json.action == 'hold')
    expect(json.by == nil or json.by == 'users' or json.by == 'all')
    expect(json.dry_run == nil or type(json.dry_run) == 'boolean')
    local rule = { name = json.rule, reporters = json.by == 'all' and 2 or 1,
      effect = json.dry_run and 'dry_run' or json.action == 'flag' and 'flagged' or json.action == 'hold' and 'held' or 'refused' }
    all.holds = all.holds or rule.effect == 'held'
    lifetime = math.max(lifetime, readers[json.rule](rule, json))
    rule.label = table.concat({ rule.name, json.interval or json.against or '-', json.by or 'users', json.action,
      json.dry_run and 'dry_run' or nil }, ' ')
    expect(not has_seen[rule.label])
    has_seen[rule.label] = true
    keep_for(rule, all)
    all[index], rule.meets = rule, tests_of[rule.name](rule)
    -- What users report of themselves is a part of all.
    for who = 1, rule.reporters do
      push(all.judges[who], rule)
    end
    -- (What is known of these two is looked at without a call.)
    if not rule.users and rule.name ~= 'by_hand' then
      push(all.tests, rule.meets)
    end
    all.reporters = math.max(all.reporters, rule.place and rule.reporters or 1)
  end
  expect(#all <= MOST or all.is_by_hand)
  all.has_pace = lifetime > 0
  all.bucket = all.has_pace and keep(all, 'b')
  all.lifetime = math.ceil((all.has_pace and math.max(lifetime, fill_time) or 0) / 1000)
  all.address_place = all.address and all.has_pace and keep(all, 'a')
  all.form, all.last_word = form_of(all.behind - 1, all.address_place), all.behind - (all.address_place and 0 or 1)
  all.kept_for = math.ceil(all.lifetime * 17 / 16)
  all.kept_for_text = integer_text(all.kept_for)
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
    call, try, kind, find_all, read_words, pack_words, protected_call, list_of = redis.call, redis.pcall, type, string.find,
      struct.unpack, struct.pack, pcall, unpack
    floor, to_number = math.floor, tonumber
  end
  checks, now, is_ascending, scores, place_others = definition.checks, time, definition.ascends, scores_key, write_places
  sums, form, names, last_word, tests = checks.sums, checks.form, checks.names, checks.last_word, checks.tests
  first_day, bucket, address_rule, address_place = checks.first_day, checks.bucket, checks.address, checks.address_place
  now_ms, counts, best, are_placed, hands = floor(now / 1000), nil, nil, false, nil
  -- An error ended the group before.
  paces = next(paces) and {} or paces
  for index = 1, #sums do
    local sum = sums[index]
    sum.now = floor(now / sum.quarter)
  end
end

-- What `holding` has of a user who is on hold: who said it, when in milliseconds, and why. (A space is in no user id.)
function plausibility.hold_mark(user)
  return 'hold ' .. user
end

-- In the place of why, of who was erased since.
plausibility.erased_reason = 'The user was erased since, and with them the reason.'

-- Of what `holding` has of a user who is on hold.
function plausibility.lost_its_reason(hand)
  return string.match(hand, '^%S+ %d+ (.*)$') == plausibility.erased_reason
end

local function find_hands(users, count)
  hands = {}
  if count == 1 then
    hands[users[1]] = call('HGET', told.holding, plausibility.hold_mark(users[1]))
    return
  end
  local marks = {}
  for index = 1, count do
    marks[index] = plausibility.hold_mark(users[index])
  end
  for index, hand in ipairs(call('HMGET', told.holding, list_of(marks))) do
    hands[users[index]] = hand
  end
end

-- Of a board with rules, or of a call that was told of some. Raises an error where it is not both: the caller finds the definition anew.
-- `write_places` tells Redis of the places that the group's updates have come to so far.
function plausibility.begin_group(keys, definition, time, users, count, scores_key, write_places)
  if not definition.checks or not plausibility.is_told(keys) or definition.checks.holds and not told.held then
    error({ err = 'RULES the board has other rules than the caller knows' })
  elseif #told.paces ~= count then
    error({ err = 'BADARG leaderboard_write_by_rules: a key or an argument is missing or wrong' })
  end
  begin(definition, time, scores_key, write_places)
  pace_texts = checks.has_pace and call('MGET', list_of(told.paces)) or {}
  if checks.is_by_hand then
    find_hands(users, count)
  end
end

-- The same of one update by itself, whose text of `pace` is known.
function plausibility.begin_single(definition, time, user, scores_key, pace_text)
  begin(definition, time, scores_key)
  pace_texts = { pace_text }
  if checks.is_by_hand then
    find_hands({ user }, 1)
  end
end

-- What release 16 and those before it packed: a list of seven numbers, then of each sum its name and six. As names and a list of numbers.
local function earlier_pace(text)
  local is_read, kept = protected_call(cmsgpack.unpack, text)
  local count = is_read and kind(kept) == 'table' and #kept or 0
  if count < 7 or count % 7 ~= 0 then
    return '', {}
  end
  local names, numbers = { 'f;l1;d1;m1;l2;d2;m2;' }, {}
  for index = 1, count do
    if index > 7 and index % 7 == 1 then
      names[#names + 1] = string.gsub(tostring(kept[index]), '^(%d+) ([12])$', 's%2 %1') .. ';'
    else
      numbers[#numbers + 1] = to_number(kept[index]) or 0
    end
  end
  return table.concat(names), numbers
end

-- The names that it has, and the list of its numbers.
local function pace_of_others(text)
  local is_read, names = protected_call(read_words, '<s', text)
  if not is_read or not find_all(names, '^%l[%l%d ;]*;$') then
    return earlier_pace(text)
  end
  local width = 0
  for name in string.gmatch(names, '[^;]+') do
    width = width + width_of(name)
  end
  local kept = width < 100 and { protected_call(read_words, form_of(KEPT_UNTIL + width), text) } or {}
  return kept[1] and names or '', { unpack(kept, FIRST_NUMBER, FIRST_NUMBER + width - 1) }
end

-- Of a user of whom nothing is known, or what other rules than the board has now kept, as far as these go by it.
local function begun_pace(text)
  local list = { true, checks.names }
  for index = KEPT_UNTIL, checks.behind - 1 do
    list[index] = 0
  end
  if checks.address_place then
    list[checks.last_word] = ''
  end
  if text then
    local names, numbers = pace_of_others(text)
    local from = 0
    for name in string.gmatch(names, '[^;]+') do
      local width, place = width_of(name), checks.places[name]
      for word = 1, place and name ~= 'a' and width or 0 do
        list[place + word - 1] = numbers[from + word]
      end
      from = from + width
    end
  end
  return list
end

-- The sum's numbers move on to the quarter that runs.
local function move_on(list, place, quarter)
  local behind = quarter - list[place]
  -- The clock was set back: a little, and the quarter goes on; more, and nobody knows.
  if behind < 0 then
    quarter, behind = behind >= -4 and list[place] or quarter, behind >= -4 and 0 or 5
  elseif not (behind < 5) then
    behind = 5
  end
  list[place] = quarter
  for index = 5, 1, -1 do
    list[place + index] = index > behind and list[place + index - behind] or 0
  end
end

-- What is known of the user whose update this is, as of now.
local function pace_of(key, text)
  local list = text and { protected_call(read_words, form, text) }
  if not list or list[NAMES] ~= names then
    list = begun_pace(text)
  end
  for index = 1, #sums do
    local sum = sums[index]
    if list[sum.place] ~= sum.now then
      move_on(list, sum.place, sum.now)
    end
  end
  paces[key] = list
  return list
end

-- Whether there is a token for the user of the update at this place in its group, who reports it, and in how long the bucket is full then,
-- as `take` tells it. `full_at`: what `limit` has. Only of a board with a pace.
function plausibility.take(index, full_at, capacity, token_time)
  local key = told.paces[index]
  local list = paces[key] or pace_of(key, pace_texts[index])
  local latest, other = list[bucket], full_at and to_number(full_at)
  if other and other > latest then
    latest = other
  end
  if not (latest > now) then
    return true, token_time
  end
  local taken, full_in = take(latest, now, capacity, token_time)
  if not taken and latest - now > full_in then
    -- As take_from: it is put right.
    list[bucket], list[1] = now + full_in, false
  end
  return taken, full_in
end

-- Until when the user's bucket fills: what `limit` has, or what the text of `pace` has, if that is later. (Nil, too: there is none.)
function plausibility.later_bucket(definition, full_at, text, time)
  if not text or not definition.checks or not definition.checks.bucket then
    return full_at
  end
  begin(definition, time)
  local own = pace_of('-', text)[bucket]
  paces['-'] = nil
  local other = full_at and to_number(full_at) or 0
  return own > time and not (other >= own) and own or full_at
end

-- The same update has taken its token.
function plausibility.keep_bucket(index, full_in)
  local key = told.paces[index]
  local list = paces[key] or pace_of(key, pace_texts[index])
  list[bucket], list[1] = now + full_in, false
end

-- By how much the update is ahead of the board's best score, with what the group has placed before; 0 where nobody is on the board. To a
-- hidden user their own score is one of the board's.
local function ahead()
  if best == nil then
    if are_placed then
      place_others()
    end
    local row = is_ascending and call('ZRANGE', scores, '0', '0', 'WITHSCORES') or call('ZRANGE', scores, '0', '0', 'REV', 'WITHSCORES')
    best = row[2] and shown_score(to_number(row[2])) or false
  end
  local measure = best
  if kept_aside and (not best or is_ascending and kept_aside < best or not is_ascending and kept_aside > best) then
    measure = kept_aside
  end
  return measure and (is_ascending and measure - score or score - measure) or 0
end

-- Whether the user has a place at the address: it `stays`, or is to be taken `again`, or `new`; nil: there is none for the user. And
-- until when it is the user's.
local function place_of(rule, key, user)
  local found, lasts = try('ZSCORE', key, user), rule.kept_for
  local free_at = found and kind(found) ~= 'table' and to_number(found) or 0
  -- Later than any can be: the clock was set back.
  if free_at > now_ms and free_at <= now_ms + rule.longest then
    if free_at > now_ms + rule.stays_for then
      return 'stays', free_at
    end
    return 'again', now_ms + lasts
  end
  local others = try('ZCOUNT', key, '(' .. integer_text(now_ms), '+inf')
  return (kind(others) == 'table' or others < rule.users) and 'new' or nil, now_ms + lasts
end

local function take_place(rule, key, user)
  local lasts = rule.kept_for
  if kind(try('ZREMRANGEBYSCORE', key, '-inf', integer_text(now_ms))) == 'table' then
    -- Of another type: as if it were not there.
    try('DEL', key)
  end
  try('ZADD', key, integer_text(now_ms + lasts), user)
  try('PEXPIRE', key, integer_text(lasts))
end

tests_of = {
  points_limit = function(rule)
    local points, one, two, three, four, five = rule.points, rule.place + 1, rule.place + 2, rule.place + 3, rule.place + 4, rule.place + 5
    return function(list, gain)
      return gain > 0 and list[one] + list[two] + list[three] + list[four] + list[five] + gain > points
    end
  end,
  least_time = function(rule)
    local place, interval = rule.place, rule.interval
    return function(list)
      local behind = now - list[place]
      -- One of later than now: the clock was set back. (0: there was none.)
      return behind < interval and behind >= 0 and list[place] > 0
    end
  end,
  largest_jump = function(rule)
    local points, times, place, who = rule.points, rule.times, rule.place, rule.reporters
    if rule.against == 'best' then
      return function(_, gain)
        -- Who is on the board is no further ahead of the best than of themself.
        return (gain > points or not was_on_board) and ahead() > points
      end
    end
    return function(list, gain)
      if gain <= points or gain <= times * list[place] then
        return false
      end
      met_jump = met_jump or {}
      met_jump[who] = true
      return true
    end
  end,
  first_day_cap = function(rule)
    local points, place = rule.points, rule.place
    return function(list, gain)
      return day_began > 0 and gain > 0 and (is_other_day and 0 or list[place]) + gain > points
    end
  end,
  users_per_address = function()
    return function()
      return not address
    end
  end,
  by_hand = function()
    return function()
      return on_hold
    end
  end,
}

-- What the update at this place in its group has to be judged by: it would bring the user from `old` (nil or false: not on the board) to
-- `total`, which is to gain so much.
local function weigh(index, user, old, total, gain, ip, is_reported)
  score, gained, was_on_board, kept_aside, met_jump, pace = total, gain, old, nil, nil, nil
  reporters, on_hold = is_reported and 2 or 1, hands and hands[user]
  if bucket and (not is_reported or checks.judges[2][1] or not old and first_day) then
    local key = told.paces[index]
    pace = paces[key] or pace_of(key, pace_texts[index])
    if first_day then
      day_began, is_other_day = pace[first_day], false
      if not (day_began <= now and now - day_began < DAY) then
        day_began, is_other_day = old and 0 or now, day_began ~= 0 or not old
      end
    end
  end
  address, address_until = 'stays', nil
  if address_rule and not is_reported then
    -- Who has the place for long enough needs no look at the set.
    local free_in = address_place and pace[last_word] == ip and pace[address_place] - now_ms or 0
    if not (free_in > address_rule.stays_for and free_in <= address_rule.longest) and find_all(ip, '[.:]') then
      address, address_until = place_of(address_rule, told.addresses[index], user)
    end
  end
end

-- Whether the increase at this place in its group, which counts as it is, meets none of the rules for what users report of themselves.
function plausibility.passes(index, user, old, total, increase, ip)
  local gain = is_ascending and 0 or increase
  weigh(index, user, old, total, gain, ip)
  if on_hold or not address then
    return false
  end
  local tests, list = tests, pace
  for place = 1, #tests do
    if tests[place](list, gain) then
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
-- the name of the rule that refuses it, or nil; the names of those that flag it, or nil; all that it met as the reply has them, or nil;
-- and whether one holds it. If it counts, plausibility.count is to be called.
--   is_aside  the user is hidden, and `old` is kept (aside.lua)
function plausibility.judge(index, user, old, total, ip, is_reported, is_aside)
  local from, to = shown_score(old or 0), shown_score(total)
  local gain = is_ascending and from - to or to - from
  weigh(index, user, old, to, (gain < 0 or is_ascending and not old) and 0 or gain, ip, is_reported)
  kept_aside = is_aside and old and from or nil
  local refused, flags, met, holds = nil, nil, nil, false
  for _, rule in ipairs(checks.judges[reporters]) do
    if rule.meets(pace, gained) then
      if rule.effect == 'flagged' or rule.effect == 'held' then
        flags = flags or {}
        flags[#flags + 1] = rule
        holds = holds or rule.effect == 'held'
      elseif rule.effect == 'dry_run' or not refused then
        refused = refused or rule.effect == 'refused' and rule or nil
        count(rule)
        met = (met and met .. ';' or '') .. rule.name .. ' ' .. rule.effect
      end
    end
  end
  if refused or not flags then
    return refused and refused.name, nil, met, false
  end
  local names, is_named = {}, {}
  for _, rule in ipairs(flags) do
    count(rule)
    met = (met and met .. ';' or '') .. rule.name .. ' ' .. rule.effect
    names[#names + 1] = not is_named[rule.name] and rule.name or nil
    is_named[rule.name] = true
  end
  return nil, table.concat(names, ' '), met, holds
end

local function held(number)
  return number > SCORE_LIMIT and SCORE_LIMIT or number
end

-- What is kept of the user whose update counts.
local function note(list, gain, ip)
  -- (`held` is written out: two calls an update.)
  if is_other_day and first_day then
    list[first_day] = day_began
    for _, place in pairs(checks.day) do
      list[place] = 0
    end
  end
  local checks, who = checks, reporters
  while who <= checks.reporters do
    local last, most, day = checks.last[who], checks.most[who], checks.day[who]
    if last then
      list[last] = now
    end
    if most and gain > list[most] and not (met_jump and met_jump[who]) then
      list[most] = held(gain)
    end
    if day and day_began > 0 then
      local sum = list[day] + gain
      list[day] = sum > SCORE_LIMIT and SCORE_LIMIT or sum
    end
    who = who + 1
  end
  if gain > 0 then
    for index = 1, #sums do
      local sum = sums[index]
      if sum.reporters >= reporters then
        local place = sum.place + 1
        local points = list[place] + gain
        list[place] = points > SCORE_LIMIT and SCORE_LIMIT or points
      end
    end
  end
  if address_until and address_place then
    list[address_place], list[last_word] = address_until, ip
  end
  list[1] = false
end

-- The update that was judged last counts. Of a hidden user it places nobody on the board. `full_in`: in how long the bucket is full that
-- stands in the user's pace, of an update that has to keep it.
function plausibility.count(index, user, old, ip, is_aside, full_in)
  local list = pace
  if list then
    if full_in then
      list[bucket] = now + full_in
    end
    note(list, gained, ip)
  end
  if address == 'new' or address == 'again' then
    take_place(checks.address, told.addresses[index], user)
  end
  if is_aside then
    return
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
  local lifetime, kept_for = checks.lifetime, checks.kept_for
  for key, list in pairs(paces) do
    local lasts = not list[1] and list[KEPT_UNTIL] - now_ms
    if not lasts then
      -- Nothing is other than it was.
    elseif lasts >= lifetime and lasts <= kept_for then
      -- A key that is there for long enough keeps its time: to give it another is a third of what this costs Redis.
      try('SET', key, pack_words(form, list_of(list, NAMES, last_word)), 'KEEPTTL')
    else
      list[KEPT_UNTIL] = now_ms + kept_for
      try('SET', key, pack_words(form, list_of(list, NAMES, last_word)), 'PX', checks.kept_for_text)
    end
    paces[key] = nil
  end
  if counts then
    write_counts()
  end
end

-- What is known of a user as of now, where points are taken back, or count again. `text` is what `pace` holds; nil: nothing is to be changed. `gains`: what
-- each of the updates had gained, a text with `;` between of `<milliseconds since 1970> <points> <1: by users, 2: by others>`, and
-- `largest`, what those that count then have gained at most: by users, by all. False where these are none.
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
  local list = pace_of('-', text)
  paces['-'] = nil
  return { list = list, updates = updates, largest = { of_users, of_all } }
end

local function within(number)
  return math.max(0, held(number))
end

-- They are taken back, or count again (`sign` 1): `key` is told. By pcall, for the change is written, and rules go on without what they
-- knew.
function plausibility.take_back(taking, key, sign)
  local list = taking.list
  if not list then
    return
  end
  for _, update in ipairs(taking.updates) do
    local at, points, who = update.at, update.points, update.who
    for index = 1, #sums do
      local sum = sums[index]
      local behind = list[sum.place] - floor(at / sum.quarter)
      if sum.reporters >= who and behind >= 0 and behind <= 4 then
        list[sum.place + 1 + behind] = within(list[sum.place + 1 + behind] + sign * points)
      end
    end
    for by = who, 2 do
      local day, most = checks.day[by], checks.most[by]
      -- `at` is of the whole millisecond.
      if day and list[first_day] > 0 and at + 1000 > list[first_day] then
        list[day] = within(list[day] + sign * points)
      end
      if most and sign > 0 then
        list[most] = math.max(list[most], taking.largest[by])
      elseif most and points >= list[most] then
        list[most] = math.min(list[most], taking.largest[by])
      end
    end
  end
  try('SET', key, pack_words(form, list_of(list, NAMES, last_word)), 'KEEPTTL')
end

-- Updates that wait for an operator: of a board, and of one user (held.lua).
local HELD, HELD_OF_USER = 10000, 100

-- How many of the user's wait; nil: no more may. Or the error for which nobody knows.
function plausibility.waiting(user)
  local all, own = try('XLEN', told.held), try('HGET', told.holding, user)
  if kind(all) == 'table' or kind(own) == 'table' then
    return kind(all) == 'table' and all or own
  end
  local count = math.max(0, whole_number(own or '0') or 0)
  return all < HELD and count < HELD_OF_USER and count or nil
end

-- What the name of a key of idempotency has behind its user's; the board's begin is that of `held`.
function plausibility.idem_of(key)
  return string.match(string.sub(key, #told.held - 3), '^idem:[^:]*:(.+)$') or ''
end

-- Puts an update behind those that wait. Returns its id, or the error for which it does not wait.
function plausibility.hold(user, waiting, fields)
  local hand, why = string.match(hands and hands[user] or '', '^(%S+) %d+ (.*)$')
  if hand then
    push(fields, 'hand', hand)
    push(fields, 'why', why)
  end
  local id = try('XADD', told.held, '*', unpack(fields))
  if kind(id) == 'string' then
    -- By pcall: it waits, and only how many of the user's do is not known.
    try('HSET', told.holding, user, integer_text(waiting + 1))
  end
  return id
end

-- Takes what leaderboard_write_by_rules is told of besides: what is left is for leaderboard_write. False where something is missing or wrong.
function plausibility.tell(keys, args)
  local words, last, has_held = #args, #keys, 0
  local number = whole_number(args[words] or '')
  if not number then
    number, has_held = whole_number(string.match(args[words] or '', '^(%d+) held$') or ''), 2
  end
  local first = number and last - 2 * number - has_held
  if not number or number < 1 or number > 64 or first < 12 then
    return false
  end
  local paces, addresses, behind = {}, {}, first + has_held
  told = { keys = keys, met = keys[first], paces = paces, addresses = addresses }
  if has_held > 0 then
    told.held, told.holding = keys[first + 1], keys[first + 2]
  end
  for index = 1, number do
    paces[index], addresses[index] = keys[behind + 2 * index - 1], keys[behind + 2 * index]
  end
  for index = last, first, -1 do
    keys[index] = nil
  end
  args[words] = nil
  return true
end

end
