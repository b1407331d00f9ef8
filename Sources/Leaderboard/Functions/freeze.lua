-- leaderboard_freeze: nobody but operators and each user, of their own place, is shown the board from now on, or it is shown again, as
-- the new definition says. Updates go on. The readers judge it by the definition (page.lua), so it holds for every instance at once. What
-- the board was when it was frozen stays in a key: its first rows, for who may see no others.
-- KEYS  as in operation.lua, with board and at, then
--       12 frozen  string: epoch, seq and number of users, and in a line for each row user, score and rank
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 held        what `board` has, as far as the caller knows; empty: it is not there
--       9 given       definition that holds then
--       10 definition what it is to have: the one that holds, with `frozen` or without, and the next version
-- Returns done | unchanged: it is so already | changed: the definition is another one

do

local FROZEN_ROWS = 100

local function first_rows(op)
  local read = { definition = op.moves.definition, scores = op.scores, at = op.moves.at,
    reply = { op.epoch or '0', op.last_seq or 0, redis.call('ZCARD', op.scores) } }
  local rows = append_rows(read, 0, FROZEN_ROWS)
  if rows.err then
    error(rows)
  end
  local lines = { rows[1] .. ' ' .. integer_text(rows[2]) .. ' ' .. integer_text(rows[3]) }
  for index = 4, #rows - 2, 3 do
    lines[#lines + 1] = rows[index] .. ' ' .. integer_text(rows[index + 1]) .. ' ' .. integer_text(rows[index + 2])
  end
  return table.concat(lines, '\n')
end

local function freeze(keys, args)
  local text, definition = args[10], definition_of(args[10] or '')
  local op = #keys == 12 and definition and begin_operation(keys, args)
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
  local rows = definition.frozen and first_rows(op)
  record(op, definition.frozen and 'freeze' or 'reveal', 0, nil)
  if rows then
    redis.call('SET', keys[12], rows)
  else
    redis.call('UNLINK', keys[12])
  end
  define_anew(op, keys[10], text)
  tell(op, nil)
  return { 'done' }
end

register_operation('leaderboard_freeze', freeze)

-- leaderboard_erase_frozen: who is erased leaves the rows that are shown of a frozen board; the others keep their ranks.
-- KEYS  1 frozen
-- ARGV  1 user
-- Returns 1, or 0 if the user is in none of them
redis.register_function('leaderboard_erase_frozen', function(keys, args)
  if #keys ~= 1 or #args ~= 1 or not is_user(args[1]) then
    return wrong_arguments('leaderboard_erase_frozen')
  end
  local kept, lines, found = redis.call('GET', keys[1]) or '', {}, 0
  for line in string.gmatch(kept, '[^\n]+') do
    if #lines > 0 and string.sub(line, 1, #args[1] + 1) == args[1] .. ' ' then
      found = 1
    else
      lines[#lines + 1] = line
    end
  end
  if found == 1 then
    -- So many users the rows are of, as far as they are kept.
    local place, total = string.match(lines[1], '^(.*) (%d+)$')
    if place and tonumber(total) > 0 then
      lines[1] = place .. ' ' .. integer_text(tonumber(total) - 1)
    end
    redis.call('SET', keys[1], table.concat(lines, '\n'))
  end
  return found
end)

end
