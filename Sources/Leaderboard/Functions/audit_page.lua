-- leaderboard_audit_page: entries of an audit as XRANGE (or XREVRANGE) gives them, in a reply that stays small whatever another
-- writer put there: of ours none is near the bounds.
-- KEYS  1 audit
-- ARGV  1 start  2 end, as the command takes them  3 at most so many entries, 1 to 1000  4 1: newest first
-- Returns the list of entries: id, and the list of names and values. A long value is cut to VALUE_BYTES, further names are left
-- out beyond FIELDS; and once the values come to REPLY_BYTES, each is cut to SHORT_BYTES, and FEW names stay.

do

local VALUE_BYTES, FIELDS, REPLY_BYTES, SHORT_BYTES, FEW = 8192, 100, 4194304, 64, 16

local function audit_page(keys, args)
  local count = whole_number(args[3])
  if #keys ~= 1 or not count or count < 1 or count > 1000 or not args[4] then
    return redis.error_reply('BADARG leaderboard_audit_page: a key or an argument is missing or wrong')
  end
  local command = args[4] == '1' and 'XREVRANGE' or 'XRANGE'
  local page = redis.call(command, keys[1], args[1], args[2], 'COUNT', args[3])
  local bytes = 0
  for index = 1, #page do
    local words = page[index][2]
    local is_full = bytes > REPLY_BYTES
    local longest, most = is_full and SHORT_BYTES or VALUE_BYTES, 2 * (is_full and FEW or FIELDS)
    for place = #words, most + 1, -1 do
      words[place] = nil
    end
    for place = 1, #words do
      if #words[place] > longest then
        words[place] = string.sub(words[place], 1, longest)
      end
      bytes = bytes + #words[place]
    end
  end
  return page
end

redis.register_function{ function_name = 'leaderboard_audit_page', callback = audit_page, flags = { 'no-writes' } }

end
