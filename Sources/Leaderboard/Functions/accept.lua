-- leaderboard_accept: an operator closes an audit that does not hold together. What is lost stays lost; an entry says who accepted it, why
-- and where, and from it on the chain goes on: who verifies finds no fault at these places, as long as nothing else changes there.
-- KEYS  as in operation.lua, with board and at
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 seen    id of the last audit entry that the caller has read
--       9 chain   empty, or what stands there where the chain's key says otherwise: hash and id with a line break between
--      10 places  of each place the id at which it shows and a digest of what stands there, by spaces; at most 4096 bytes
-- Returns done, or behind: the key does not tell the audit's end, and there are entries since `seen`: read on and call again

do

local function accept(keys, args)
  local op = begin_operation(keys, args)
  if not op or op.user ~= '*' or not is_plain(args[10], 4096) or not string.find(args[8], '^%d+%-%d+$')
    or args[9] ~= '' and not string.find(args[9], '^%C*\n%d+%-%d+$') then
    return wrong_arguments('leaderboard_accept')
  end
  if args[9] ~= '' then
    local last = redis.call('XREVRANGE', op.audit, '+', '-', 'COUNT', 1)[1]
    if (last and last[1] or '0-0') ~= args[8] then
      return { 'behind' }
    end
    op.chain = args[9]
  end
  op.seq = math.max(op.seq - 1, last_audited_seq(op.audit)) + 1
  if op.seq - 1 ~= op.last_seq then
    op.epoch = false
  end
  record(op, 'accept', 0, nil, { 'places', args[10] })
  note_as_is(op.audit, op.audit_max, op.seq, op.channel)
  tell(op, nil)
  return { 'done' }
end

register_operation('leaderboard_accept', accept)

end
