-- leaderboard_operate_profile: an operator's change of what a user says of itself (metadata.lua). The audit tells that there was one, by
-- whom and why, and not what was said: that goes with the user.
-- KEYS, with board and at, and ARGV 1 to 7 as in operation.lua
-- KEYS  12 meta
-- ARGV  8 metadata  what is said from now on, and the user may change it; `{}`: nothing; `!`: nothing, and the user says nothing until
--                   an operator allows it; `+`: who was held may say something again
--       9 allows    0: who is held stays held, and nothing is said; 1, or left out (an edition before 15): what is said ends that, too
-- Returns done, or unchanged if it was so before, or held: the user is, and stays so

do

local ALLOWED = '+'

local function operate_profile(keys, args)
  local op = begin_operation(keys, args)
  local text = args[8]
  if not op or op.user == '*' or #keys ~= 12 or #args < 8 or #args > 9 or text ~= metadata.held and text ~= ALLOWED and not metadata.is_sound(text) then
    return wrong_arguments('leaderboard_operate_profile')
  end
  local meta = keys[12]
  local held = metadata.kept(meta, op.user)
  if type(held) == 'table' then
    return held
  elseif held == text or text == ALLOWED and held ~= metadata.held or text == '{}' and (not held or held == metadata.held) then
    return { 'unchanged' }
  elseif held == metadata.held and args[9] == '0' and text ~= ALLOWED then
    return { 'held' }
  end
  local shown = op.on_board
  record(op, text == metadata.held and 'blank' or 'profile', 0, op.kept_back or shown)
  if text == ALLOWED or text == '{}' then
    redis.call('HDEL', meta, op.user)
  else
    redis.call('HSET', meta, op.user, text)
  end
  -- The last that the event says of the score.
  op.increase_text = op.increase_text .. ',"meta":true'
  tell(op, shown)
  return { 'done' }
end

register_operation('leaderboard_operate_profile', operate_profile)

end
