-- What a board is, of which there are many: JSON in the key `board`, in the board's slot. A board that has none there is what the
-- caller says, if the caller says anything (`main`, and boards that a template covers). It is parsed once for each text; Lua
-- keeps what came of it between calls.
--
--   order        desc (default) or asc: the greatest score is best, or the least
--   ties         id (default) shared dense first last: ranking.lua
--   operator     incr (default) decr set best: of an update that names none
--   operators    list of those that an update may name; default: that one
--   min, max     bounds of a score, within +-(2^53 - 1), which are the defaults
--   at_bound     refuse (default) or clamp: what becomes of a change that would pass one of them
--   increase_max largest value of one incr or decr
--   rate_limit   {"updates","interval_seconds"} of one user's token bucket; default 60 in 60
--   version      text of 1 to 32 of A-Z a-z 0-9 _ - .
--   windows      at most 5. The first never ends: it is the board itself; each further one has a `reset` (windows.lua)
--   keep_days    for how long a season is kept behind its end, 1 to 3650; default 400. Asked for only where there are further windows
--   grace_seconds  for how long behind its end a season takes updates that name it, 0 to 86400; default 0. As above
--   frozen       since when the board is not shown, in milliseconds since 1970; left out: it is. freeze.lua alone changes it
--   segments     at most 3 kinds (segments.lua), each 1 to 16 of a-z 0-9 _ -
--   totals       those of them of which the sums are told
--   rules        at most 8 rules of plausibility (rules.lua)
-- Further members are the service's.

-- As segments.lua has it.
local segments = {}
-- As rules.lua has it.
local plausibility = {}

local OPERATORS = { incr = true, decr = true, set = true, best = true }
-- By text; false: it is no definition.
local definitions = {}
local definition_of

do

local DEFINITION_BYTES, DEFINITIONS_KEPT, definitions_kept = 4096, 1000, 0
local TIES = { id = true, shared = true, dense = true, first = true, last = true }

local function expect(condition)
  if not condition then
    error('no definition')
  end
end

local function whole_member(value, default, least, greatest)
  if value == nil then
    return default
  end
  expect(type(value) == 'number' and value >= least and value <= greatest and value == math.floor(value))
  return value + 0
end

local function word_member(value, default, words)
  expect(value == nil or type(value) == 'string' and words[value])
  return value or default
end

-- Whether any of them ends: all but the first do. And of each that ends, by its name, the rule by which its seasons have their names and
-- their times, which is what of a definition they go by, and no more; and which of them are ended by hand.
local function windows_of(json)
  local windows, rules, manual = json.windows, {}, {}
  expect(windows == nil or type(windows) == 'table' and #windows <= 5)
  for index, window in ipairs(windows or {}) do
    expect(type(window) == 'table')
    local rule = window.reset or 'none'
    expect(type(rule) == 'string' and (rule == 'none') == (index == 1))
    manual[tostring(window.name)] = rule == 'manual' or nil
    if rule == 'daily' or rule == 'weekly' or rule == 'monthly' or string.find(rule, '^cron') then
      rule = rule .. ' ' .. tostring(json.time_zone or 'UTC') .. (rule == 'weekly' and ' ' .. tostring(json.week_starts or 'monday') or '')
    elseif rule == 'once' or string.find(rule, '^every') then
      rule = rule .. ' from ' .. tostring(json.from or '1970-01-01T00:00:00Z')
        .. (rule == 'once' and ' until ' .. tostring(json['until']) or '')
    end
    if index > 1 then
      rules[tostring(window.name)] = rule
    end
  end
  return windows ~= nil and #windows > 1, rules, manual
end

-- Raises an error where the text is none.
local function parsed_definition(text)
  expect(#text <= DEFINITION_BYTES)
  local json = cjson.decode(text)
  expect(type(json) == 'table')
  local version, limit, names = json.version, json.rate_limit, json.operators
  expect(type(version) == 'string' and #version <= 32 and string.find(version, '^[%w_%-%.]+$'))
  expect(limit == nil or type(limit) == 'table')
  expect(names == nil or type(names) == 'table' and #names > 0 and #names <= 4)
  local ties, operator = word_member(json.ties, 'id', TIES), word_member(json.operator, 'incr', OPERATORS)
  local order = word_member(json.order, 'desc', { asc = true, desc = true })
  local operators = {}
  for _, name in ipairs(names or { operator }) do
    operators[word_member(name, nil, OPERATORS)] = true
  end
  expect(operators[operator])
  local definition = {
    version = version, ties = ties, order = order, operator = operator, operators = operators,
    min = whole_member(json.min, -SCORE_LIMIT, -SCORE_LIMIT, SCORE_LIMIT),
    max = whole_member(json.max, SCORE_LIMIT, -SCORE_LIMIT, SCORE_LIMIT),
    clamps = word_member(json.at_bound, 'refuse', { refuse = true, clamp = true }) == 'clamp',
    increase_max = whole_member(json.increase_max, SCORE_LIMIT, 0, SCORE_LIMIT),
    capacity = whole_member(limit and limit.updates, 60, 1, 1000000000),
    ascends = order == 'asc',
    is_stamped = ties == 'first' or ties == 'last',
    is_dense = ties == 'dense',
    -- The set is all there is, and another service may write it.
    is_bare = ties == 'id' or ties == 'shared',
    -- A text; nil: there are none.
    kinds = segments.of_definition(json.segments, json.totals),
    is_shared = ties == 'dense' or ties == 'shared',
    frozen = json.frozen ~= nil and whole_member(json.frozen, nil, 0, SCORE_LIMIT),
    -- The stamp of who is to be ahead must sort where the reader begins.
    is_inverted = (ties == 'first') == (order == 'desc'),
  }
  definition.has_seasons, definition.rules, definition.manual = windows_of(json)
  expect(definition.min <= definition.max)
  -- An increase may go one of the short ways (write.lua).
  definition.is_plain = operators.incr and not definition.kinds
  -- Milliseconds. Seasons of windows that were taken away are kept, too.
  definition.keep = (definition.has_seasons and whole_member(json.keep_days, 400, 1, 3650) or 400) * 86400000
  -- Microseconds.
  definition.grace = definition.has_seasons and whole_member(json.grace_seconds, 0, 0, 86400) * 1000000 or 0
  -- Microseconds in which one token comes back, rounded up.
  local interval = whole_member(limit and limit.interval_seconds, 60, 1, 366 * 86400) * 1000000
  definition.token_time = math.ceil(interval / definition.capacity)
  -- Nil: there are none.
  definition.checks = plausibility.of_definition(json.rules, definition.capacity * definition.token_time)
  return definition
end

-- The definition, or false if the text is none.
function definition_of(text)
  local known = definitions[text]
  if known ~= nil then
    return known
  end
  local is_definition, definition = pcall(parsed_definition, text)
  if definitions_kept >= DEFINITIONS_KEPT then
    definitions, definitions_kept = {}, 0
  end
  definitions_kept = definitions_kept + 1
  definitions[text] = is_definition and definition
  return definitions[text]
end

end
