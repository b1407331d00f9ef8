-- What operators' commands read page by page, in replies that stay small whatever another writer put there. They write nothing.

do

-- Bytes of a user id, at most; and of a member that is none, those that are told.
local LONGEST_NAME, TOLD = 128, 64

-- leaderboard_members: some members of a set or a sorted set, as SSCAN and ZSCAN go through it (one may come twice).
-- KEYS  1 the set
-- ARGV  1 SSCAN or ZSCAN  2 cursor, 0 at first  3 count, as the command takes it  4 hidden: of `suspended`, those who are (aside.lua);
--       left out: all
-- Returns the next cursor (0: that was all), and the list of the users; with ZSCAN, behind each the score that the board shows.
-- Members of a set that are no user ids are left out. Those of a sorted set are among the users, for somebody must find
-- them: cut to TOLD bytes if they are long, with their length behind.
local function members(keys, args)
  local command, cursor, count, kind = unpack(args)
  if #keys ~= 1 or command ~= 'SSCAN' and command ~= 'ZSCAN' or not cursor or not whole_number(count or '') then
    return wrong_arguments('leaderboard_members')
  end
  local page, found = redis.call(command, keys[1], cursor, 'COUNT', count), {}
  for index = 1, #page[2], command == 'ZSCAN' and 2 or 1 do
    local name = page[2][index]
    if command == 'SSCAN' and kind == 'hidden' then
      name = string.match(name, '^hidden (.*)$')
      found[#found + 1] = name and is_user(name) and name or nil
    elseif command == 'SSCAN' then
      found[#found + 1] = is_user(name) and name or nil
    else
      if #name > LONGEST_NAME then
        name = string.sub(name, 1, TOLD) .. '... (' .. #name .. ' bytes)'
      end
      found[#found + 1] = name
      found[#found + 1] = shown_score(tonumber(page[2][index + 1]))
    end
  end
  return { page[1], found }
end

-- leaderboard_rows: the same of a board with stamps (ranking.lua), of one moment.
-- KEYS  1 scores, or withheld  2 at
-- ARGV  1 definition  2 cursor, 0 at first  3 count, as ZSCAN takes it  4 withheld: 1 if that is KEYS 1, whose members have no stamps
-- Returns the next cursor (0: that was all), and the list of the users, behind each the score, and the seq of the change by which
-- the user reached it (0: before all who came to it later). A member that stands for no user, or for one whose stamp `at` does not
-- confirm, is told as leaderboard_members does, and the seq is -1.
local function rows(keys, args)
  local text, cursor, count, withheld = unpack(args)
  local definition = definition_of(text or '')
  if #keys ~= 2 or not cursor or not whole_number(count or '') or not definition or not definition.is_stamped then
    return wrong_arguments('leaderboard_rows')
  end
  local page, found = redis.call('ZSCAN', keys[1], cursor, 'COUNT', count), {}
  for index = 1, #page[2], 2 do
    local member, stamp = page[2][index], false
    local user = withheld ~= '1' and user_of(definition, member) or withheld == '1' and is_user(member) and member
    if user then
      stamp = redis.call('HGET', keys[2], user)
      user = (withheld == '1' or stamped_member(definition, user, stamp) == member) and user
    end
    push(found, user or #member > LONGEST_NAME and string.sub(member, 1, TOLD) .. '... (' .. #member .. ' bytes)' or member,
      shown_score(tonumber(page[2][index + 1])))
    found[#found + 1] = user and seq_of(definition, stamp) or -1
  end
  return { page[1], found }
end

-- leaderboard_keys: some keys of this server, as SCAN goes through them.
-- KEYS  1 a key of the board, which leads the call to its server
-- ARGV  1 prefix of the names, without anything special in a pattern  2 longest: bytes of a name; longer ones are left out
--       3 cursor, 0 at first  4 count, as SCAN takes it
-- Returns the next cursor (0: that was all), and the list of names
local function names_of_keys(keys, args)
  local prefix, longest, cursor, count = unpack(args)
  if #keys ~= 1 or not cursor or not whole_number(longest) or not whole_number(count or '') then
    return wrong_arguments('leaderboard_keys')
  end
  local page, found = redis.call('SCAN', cursor, 'MATCH', prefix .. '*', 'COUNT', count), {}
  for _, name in ipairs(page[2]) do
    if #name <= tonumber(longest) then
      found[#found + 1] = name
    end
  end
  return { page[1], found }
end

-- leaderboard_audit_end: where the audit ends, of one moment.
-- KEYS  1 audit  2 chain  3 seq
-- Returns what the board's chain and its count of changes are, and how far ids ran ahead (audit.lua): '' for what is not there,
-- or is none of ours
local function audit_end(keys)
  if #keys ~= 3 then
    return wrong_arguments('leaderboard_audit_end')
  end
  local kept = redis.call('MGET', keys[2], keys[3], ahead_key(keys[1]))
  for index = 1, 3 do
    kept[index] = kept[index] and #kept[index] <= 128 and kept[index] or ''
  end
  return kept
end

redis.register_function{ function_name = 'leaderboard_members', callback = members, flags = { 'no-writes' } }
redis.register_function{ function_name = 'leaderboard_rows', callback = rows, flags = { 'no-writes' } }
redis.register_function{ function_name = 'leaderboard_keys', callback = names_of_keys, flags = { 'no-writes' } }
redis.register_function{ function_name = 'leaderboard_audit_end', callback = audit_end, flags = { 'no-writes' } }

end
