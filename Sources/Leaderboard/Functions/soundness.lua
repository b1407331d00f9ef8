-- leaderboard_soundness: which keys of a board hold something else than what belongs there.
-- KEYS  1 scores  2 audit  3 suspended  4 seq  5 epoch  6 chain: with one of these, no update is taken
--       7 withheld  8 reverted  9 erasing: with one of these, operations are refused
--       10 foreign: with it, members that are no user ids stay on the board
-- Returns the list of their names, in this order; the audit's also where it takes no entry, as the last one has the last id that
-- there is. It writes nothing.

do

local function soundness(keys)
  if #keys ~= 10 then
    return redis.error_reply('BADARG leaderboard_soundness: a key is missing')
  end
  local reads = { { 'ZCARD' }, { 'XREVRANGE', '+', '-', 'COUNT', '1' }, { 'SISMEMBER', '*' }, { 'GET' }, { 'GET' }, { 'GET' },
    { 'ZCARD' }, { 'ZCARD' }, { 'SISMEMBER', '*' }, { 'ZCARD' } }
  local wrong = {}
  for index, read in ipairs(reads) do
    local answer = redis.pcall(read[1], keys[index], unpack(read, 2))
    if type(answer) == 'table' and answer.err then
      if not string.find(answer.err, 'WRONGTYPE', 1, true) then
        return answer
      end
      wrong[#wrong + 1] = keys[index]
    elseif type(answer) == 'table' and answer[1] and answer[1][1] == LAST_ID then
      wrong[#wrong + 1] = keys[index]
    end
  end
  return wrong
end

redis.register_function{ function_name = 'leaderboard_soundness', callback = soundness, flags = { 'no-writes' } }

end
