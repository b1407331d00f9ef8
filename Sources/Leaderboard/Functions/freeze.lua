-- leaderboard_freeze: nobody but operators and each user, of their own place, is shown the board from now on, or it is shown again, as
-- the new definition says. Updates go on. The readers judge it by the definition (page.lua), so it holds for every instance at once. What
-- the board and the running seasons of its windows were when it was frozen stays in a key: their first rows, for who may see no others.
-- KEYS  as in operation.lua, with board and at, then
--       12 frozen  string: what is shown, a part for the board and one for each window, each a line and one for each of its rows:
--            epoch seq users [covered]               how many of the first places are not shown yet; left out: nobody uncovers them
--            @window season from until seq users     of a window
--            user score rank                         of a row, best first
--       13 seasons, and behind it of each running season scores and at: of a board with windows that end, of who knows them
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 held        what `board` has, as far as the caller knows; empty: it is not there
--       9 given       definition that holds then
--       10 definition what it is to have: the one that holds, with `frozen` or without, and the next version
--       11 seasons  12 from  13 until  as leaderboard_roll has them (roll.lua), then of each season `window season from until`; left
--                     out with KEYS 13
-- Returns done | unchanged: it is so already | changed: the definition is another one | season_over now stored | season_is stored now

do

local FROZEN_ROWS = 100

-- The first rows of the board, or of a season that is told as `@window season from until`: `head` and the rows, as lines.
local function picture(op, season, scores, at)
  local read = { definition = op.moves.definition, scores = scores, at = at,
    reply = { op.epoch or '0', op.last_seq or 0, redis.call('ZCARD', scores) } }
  local rows = append_rows(read, 0, FROZEN_ROWS)
  if rows.err then
    error(rows)
  end
  local part = { head = (season or rows[1]) .. ' ' .. integer_text(rows[2]), total = rows[3] }
  for index = 4, #rows - 2, 3 do
    part[#part + 1] = rows[index] .. ' ' .. integer_text(rows[index + 1]) .. ' ' .. integer_text(rows[index + 2])
  end
  return part
end

-- What the key has: the board's part first. A line of a part has other numbers of words than one of a row.
local function parts_of(kept)
  local parts = {}
  for line in string.gmatch(kept or '', '[^\n]+') do
    local head, total = string.match(line, '^(@%S+ %S+ %d+ %d+ %d+) (%d+)$')
    local covered
    if not head and #parts == 0 then
      head, total, covered = string.match(line, '^(%w+ %d+) (%d+) ?(%d*)$')
    end
    if head then
      parts[#parts + 1] = { head = head, total = whole_number(total) or 0, covered = whole_number(covered or '') }
    elseif #parts > 0 then
      local part = parts[#parts]
      part[#part + 1] = line
    end
  end
  return parts
end

local function text_of(parts)
  local lines = {}
  for _, part in ipairs(parts) do
    lines[#lines + 1] = part.head .. ' ' .. integer_text(part.total)
      .. (part.covered and ' ' .. integer_text(part.covered) or '')
    for _, row in ipairs(part) do
      lines[#lines + 1] = row
    end
  end
  return table.concat(lines, '\n')
end

-- Of the running seasons, which Redis' clock judges; nil, and the answer, where they are others.
local function window_parts(op, keys, args, definition)
  local parts, from, ends = {}, whole_number(args[12] or ''), whole_number(args[13] or '')
  local seasons, now = seasons_of(args[11] or ''), op.clock[1] * 1000000 + op.clock[2]
  if not seasons or not from or not ends or #keys ~= 13 + 2 * (#args - 13) then
    error({ err = 'BADARG leaderboard_freeze: these are no seasons of this board' })
  end
  local answer = judge_seasons(definition.version, redis.call('GET', keys[13]), args[11], from, ends, now)
  if answer then
    return nil, answer
  end
  for index = 14, #args do
    if not string.find(args[index], '^[%w%-_.]+ [%w%-_.]+ %d+ %d+$') then
      error({ err = 'BADARG leaderboard_freeze: a season is missing or wrong' })
    end
    local key = 2 * index - 14
    parts[#parts + 1] = picture(op, '@' .. args[index], keys[key], keys[key + 1])
  end
  return parts
end

local function freeze(keys, args)
  local text, definition = args[10], definition_of(args[10] or '')
  local op = #keys >= 12 and definition and begin_operation(keys, args)
  if not op or op.user ~= '*' then
    return wrong_arguments('leaderboard_freeze')
  end
  local held = redis.call('GET', keys[10])
  local old = definition_of(held or args[9])
  if (held or '') ~= args[8] or not old then
    return { 'changed' }
  elseif not old.frozen == not definition.frozen then
    return { 'unchanged' }
  elseif not (redis.acl_check_cmd('SET', keys[10], '{}') and redis.acl_check_cmd('UNLINK', keys[12])) then
    error({ err = 'NOPERM the user may not change the definition' })
  end
  local parts, answer = {}, nil
  if definition.frozen and keys[13] then
    parts, answer = window_parts(op, keys, args, old)
    if answer then
      return answer
    end
  end
  if definition.frozen then
    table.insert(parts, 1, picture(op, nil, op.scores, op.moves.at))
  end
  record(op, definition.frozen and 'freeze' or 'reveal', 0, nil)
  if definition.frozen then
    redis.call('SET', keys[12], text_of(parts))
  else
    redis.call('UNLINK', keys[12])
  end
  define_anew(op, keys[10], text)
  tell(op, nil)
  return { 'done' }
end

register_operation('leaderboard_freeze', freeze)

-- How many of the covered rows are of users who are not suspended by now, and so have places that are covered; and how many rows are to
-- stay covered so that `wanted` of them do.
local function covered_places(op, part, wanted)
  local users = {}
  for index = 1, math.min(part.covered, #part) do
    users[index] = string.match(part[index], '^%S+')
  end
  local marks, count, rows = #users > 0 and redis.call('SMISMEMBER', op.suspended, unpack(users)) or {}, 0, 0
  for index = 1, #users do
    count = count + (marks[index] == 0 and 1 or 0)
    rows = count <= wanted and index or rows
  end
  return count, rows
end

-- leaderboard_uncover: a frozen board is revealed place by place, from the last of its first rows up. The first call takes these rows
-- anew, as they are at that moment: they are shown from then on, but for those that are covered, whatever becomes of the scores. Places
-- are those of the users who are not suspended: the others are not shown, covered or not.
-- KEYS  as in operation.lua, with board and at, then 12 frozen
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 covered  so many of the first places stay covered, 1 to 100; more than there are rows: all of them
-- Returns done covered | unchanged covered: so many are covered already, or fewer | nobody: no place is covered, nor can be | shown: it is
-- not frozen
local function uncover(keys, args)
  local op, covered = #keys == 12 and begin_operation(keys, args), whole_number(args[8] or '')
  if not op or op.user ~= '*' or #args ~= 8 or not covered or covered < 1 or covered > FROZEN_ROWS then
    return wrong_arguments('leaderboard_uncover')
  elseif not op.moves.definition.frozen then
    return { 'shown' }
  elseif not redis.acl_check_cmd('SET', keys[12], '') then
    error({ err = 'NOPERM the user may not call set' })
  end
  local parts = parts_of(redis.call('GET', keys[12]))
  local board = parts[1]
  if board and board.covered then
    local places, rows = covered_places(op, board, covered)
    if covered >= places then
      return places > 0 and { 'unchanged', places } or { 'nobody' }
    end
    board.covered = rows
  else
    local taken = picture(op, nil, op.scores, op.moves.at)
    -- Where nothing is kept, there is no part of a window either.
    parts[1], board = taken, taken
    if #board == 0 then
      return { 'nobody' }
    end
    covered = math.min(covered, #board)
    board.covered = covered
  end
  record(op, 'reveal', 0, nil, { 'covered', integer_text(covered) })
  redis.call('SET', keys[12], text_of(parts))
  tell(op, nil)
  return { 'done', covered }
end

register_operation('leaderboard_uncover', uncover)

-- leaderboard_erase_frozen: who is erased leaves the rows that are shown of a frozen board; the others keep their ranks.
-- KEYS  1 frozen
-- ARGV  1 user
-- Returns 1, or 0 if the user is in none of them
redis.register_function('leaderboard_erase_frozen', function(keys, args)
  if #keys ~= 1 or #args ~= 1 or not is_user(args[1]) then
    return wrong_arguments('leaderboard_erase_frozen')
  end
  local parts, found = parts_of(redis.call('GET', keys[1])), 0
  for _, part in ipairs(parts) do
    for place = #part, 1, -1 do
      if string.sub(part[place], 1, #args[1] + 1) == args[1] .. ' ' then
        table.remove(part, place)
        found = 1
        -- So many users the rows are of, as far as they are kept.
        part.total = math.max(0, part.total - 1)
        if part.covered and place <= part.covered then
          part.covered = part.covered - 1
        end
      end
    end
  end
  if found == 1 then
    redis.call('SET', keys[1], text_of(parts))
  end
  return found
end)

end
