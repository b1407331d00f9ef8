-- leaderboard_soundness: which keys of a board hold something else than what belongs there, so that no update is taken.
-- KEYS  1 scores  2 audit  3 suspended  4 seq  5 epoch  6 chain
-- Returns the list of their names, in this order; it writes nothing
local function soundness(keys)
  if #keys ~= 6 then
    return redis.error_reply('BADARG leaderboard_soundness: a key is missing')
  end
  local reads = { { 'ZCARD' }, { 'XLEN' }, { 'SISMEMBER', '*' }, { 'GET' }, { 'GET' }, { 'GET' } }
  local wrong = {}
  for index, read in ipairs(reads) do
    local answer = redis.pcall(read[1], keys[index], unpack(read, 2))
    if type(answer) == 'table' and answer.err then
      if not string.find(answer.err, 'WRONGTYPE', 1, true) then
        return answer
      end
      wrong[#wrong + 1] = keys[index]
    end
  end
  return wrong
end

redis.register_function{ function_name = 'leaderboard_soundness', callback = soundness, flags = { 'no-writes' } }
