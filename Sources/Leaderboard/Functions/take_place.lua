-- leaderboard_take_place: puts the name of a definition into the index of all, if there is room for one more. However many ask at
-- once, on however many instances, there are never more than there may be.
-- KEYS  1 boards   hash: name -> what lists show of it
-- ARGV  1 name  2 entry
--       3 maximum  names that there may be
-- Returns there (it was in it before) | taken | full

do

local function take_place(keys, args)
  local name, entry, maximum = args[1], args[2], whole_number(args[3] or '')
  if #keys ~= 1 or #args ~= 3 or not maximum then
    return wrong_arguments('leaderboard_take_place')
  end
  if redis.call('HGET', keys[1], name) then
    return { 'there' }
  elseif redis.call('HLEN', keys[1]) >= maximum then
    return { 'full' }
  end
  redis.call('HSET', keys[1], name, entry)
  return { 'taken' }
end

register_operation('leaderboard_take_place', take_place)

end
