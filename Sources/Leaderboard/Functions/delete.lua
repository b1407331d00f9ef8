-- leaderboard_delete: takes a board away, at once: its definition, and all that is kept of it if that is asked for. What is kept of
-- single users' updates is for the caller to look for (leaderboard_keys); until that is gone as well, a mark stands where the
-- definition was, with which no update is taken.
-- KEYS  1 board, then every other key of the board that has a name of its own
-- ARGV  1 expected  version that holds, as far as the caller knows; empty: whichever
--       2 channel   where the event is published: {"reset":true,"board":"0",…}
--       3 data      1: what is kept goes as well; 0: a board of which there is anything stays
-- Returns done | conflict version (the one that holds) | no_board | not_empty

do

local DELETING = '{"deleting":true}'

local function delete(keys, args)
  local board, expected, channel, data = keys[1], unpack(args)
  if #keys < 2 or #args ~= 3 or data ~= '0' and data ~= '1' then
    return redis.error_reply('BADARG leaderboard_delete: a key or an argument is missing or wrong')
  end
  local held = redis.call('GET', board)
  if not held then
    return { 'no_board' }
  end
  -- What was begun is ended.
  data = held == DELETING and '1' or data
  local definition = definition_of(held)
  local version = definition and definition.version or ''
  if expected ~= '' and expected ~= version then
    return { 'conflict', version }
  end
  if data == '0' and redis.call('EXISTS', unpack(keys, 2)) > 0 then
    return { 'not_empty' }
  end
  has_written = true
  if data == '0' then
    redis.call('DEL', board)
  else
    redis.call('SET', board, DELETING)
    redis.call('UNLINK', unpack(keys, 2))
    noted[channel] = nil
  end
  publish(channel, '"reset":true,"board":"0"', '0', '0', integer_text(milliseconds(redis.call('TIME'))))
  return { 'done' }
end

register_operation('leaderboard_delete', delete)

end
