-- The review queue of a board: updates that a rule of plausibility with `hold` keeps back (rules.lua, write.lua) until an operator says that
-- they count, or do not. What waits has changed nobody's score. It is not part of a backup, and a restore leaves it as it is.
--
--   held     stream: of each that waits, its fields, below. The entry's id is the id under which it waits
--   holding  hash: user -> how many of the user's wait; and `hold <user>` of who is on hold: `<operator> <milliseconds> <reason>`
-- At most 10,000 wait, and 100 of one user's: what comes then is refused.
--
-- Fields: user op value seq (of the change that it is: when among others it was made; of what waits since before edition 19, that of the last
-- change before it) time (milliseconds since 1970) had (the score of then; empty: none) score (what it would have come to) rules (what it met: `points_limit held;least_time flagged`) ip request [trace]
-- [actor: the service that reports it] [hand, the operator who has put the user on hold, why] [seasons: of its time, `weekly 2026-W48 from until;…`] [segments, those that it names,
-- segments_before: of these kinds, those of then] [idem: of its idempotency key what its name has behind the user's] [meta, what the user says of itself, meta_before: what it said then; empty: nothing]

do

local ERASED_AT_ONCE = 500

-- What the key of its retries holds (write.lua). `retries`: that key, or nil. Then `asked`, where it says that this update waits; or `counted`, the
-- seq of the change, where it says that the update has counted: to functions of before edition 20, a key of one that is held was a free one.
local function said_to_retries(retries, id, fields)
  local text = retries and redis.pcall('GET', retries)
  if type(text) ~= 'string' then
    return {}
  end
  local asked, held_id, time = string.match(text, '^(%S+)! (%d+%-%d+) (%d+)$')
  if asked then
    return { key = retries, asked = held_id == id and asked or nil, time = time }
  end
  local value, seq = string.match(text, '^(%l*%-?%d+)@?[%w%-_./]*=? %S+ (%d+) %d+ %d+ ?')
  return { key = retries, counted = value == (fields.op == 'incr' and '' or fields.op) .. fields.value and seq or nil }
end

-- What a retry is told from now on; the key goes when it would have gone. By pcall: what is said here, is done.
local function tell_retries(said, text)
  if said.asked then
    redis.pcall('SET', said.key, text, 'XX', 'KEEPTTL')
  end
end

-- The update that waits; nil: there is none of this id.
local function find_held(held, id)
  local entry = redis.call('XRANGE', held, id, id)[1]
  return entry and fields_of(entry)
end

local function refuse_missing_queue_rights(queue)
  if not (redis.acl_check_cmd('XDEL', queue.held, '0-1') and redis.acl_check_cmd('HSET', queue.holding, '*', '1')
    and redis.acl_check_cmd('HDEL', queue.holding, '*')) then
    error({ err = 'NOPERM the user may not call xdel, hset or hdel' })
  end
  redis.call('HLEN', queue.holding)
end

-- It waits no longer.
local function take_out(queue, id, user)
  redis.call('XDEL', queue.held, id)
  local count = whole_number(redis.call('HGET', queue.holding, user) or '') or 0
  if count > 1 then
    redis.call('HSET', queue.holding, user, integer_text(count - 1))
  else
    redis.call('HDEL', queue.holding, user)
  end
end

-- Names of the rules that it met, as an entry of the audit flags them.
local function rules_of(fields)
  local names, is_named = {}, {}
  for name in string.gmatch(fields.rules or '', '([%l_]+) %l+') do
    names[#names + 1] = not is_named[name] and name or nil
    is_named[name] = true
  end
  return table.concat(names, ' ')
end

-- What an entry of the audit tells of the update; `word`: what its id is called there.
local function told_of(fields, word, id)
  local told = { 'op', fields.op, 'value', fields.value, word, id, 'made', fields.seq, 'made_at', fields.time }
  local rules = rules_of(fields)
  if rules ~= '' then
    push(told, 'flag', rules)
  end
  if fields.actor then
    push(told, 'reporter', fields.actor)
  end
  return told
end

-- leaderboard_reject: an update that waits is dropped. The audit tells that it was, and nobody's place is another one.
-- KEYS, with board and at, and ARGV 1 to 7 as in operation.lua
-- KEYS  12 held  13 holding  14 idem  of its entry, if that names one
-- ARGV  8 id  under which it waits
-- Returns done, or gone: it does not wait, or not any more
local function reject(keys, args)
  local op, id, retries = begin_operation(keys, args), args[8], keys[14]
  if not op or op.user == '*' or #keys ~= 13 and #keys ~= 14 or #args ~= 8 or not string.find(id, '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_reject')
  end
  local queue = { held = keys[12], holding = keys[13] }
  local fields = find_held(queue.held, id)
  if not fields or fields.user ~= op.user then
    return { 'gone' }
  end
  refuse_missing_queue_rights(queue)
  local said = said_to_retries(retries, id, fields)
  record(op, 'reject', 0, op.kept_back or op.on_board, told_of(fields, 'held', id))
  take_out(queue, id, op.user)
  if said.asked then
    tell_retries(said, said.asked .. '!rejected ' .. id .. ' ' .. said.time)
  end
  tell(op, op.on_board and not op.kept_back and op.on_board or nil)
  return { 'done' }
end

register_operation('leaderboard_reject', reject)

-- leaderboard_release: an update that waits counts, as if it had when it was made: the score becomes what the user's audit comes to with it
-- there, and the place among equals that which the user would have; so in each season of its time that is kept. The audit has it as an
-- update of now, with `released`, `made` (its seq), the operator and the reason. Rules of plausibility neither judge nor count it.
-- KEYS  those of leaderboard_give_back (unrevert.lua), then held holding meta, then idem, if its entry names one
-- ARGV  1 to 14 as of leaderboard_give_back, of this one update; then
--       15 id  under which it waits
--       16 idem  1: the last of KEYS is idem; left out: it is not told
-- Returns one of
--   done score rise final   what the user has now, by how much that rose (below 0: it fell), and which final seasons were changed (with_final)
--   gone                    it does not wait, or not any more
--   counted score           a retry of it has counted, by functions of before edition 20: it leaves the queue, and counts no second time. The
--                           audit has it as rejected, with `counted`, the seq of that change
--   suspended               as an update: it goes on waiting. Of a hidden user (aside.lua), it counts in what is kept of them
--   score_limit [window]    a bound of the board refuses it: it goes on waiting
--   beside place user | behind | season_is told    as of leaderboard_give_back; the user itself may be who is beside

-- What comes of a place by adding to what is there, without what the audit says; nil: a bound refuses it.
local function sum_at(op, place, fields)
  return result_of(op.moves.definition, fields.op, place.score, tonumber(fields.value))
end

-- Whether a bound refuses what comes of a place. One that holds scores has done so.
local function is_beyond(definition, place)
  local total = place.total
  return not total or not definition.clamps and total ~= place.score and (total > definition.max or total < definition.min)
end

-- The places at which it counts, the board first; or nil, and the answer.
local function places_of_release(op, asked, fields)
  local score = tonumber(op.kept_back or op.on_board or nil) or false
  local board = { index = '0', moves = op.moves, withheld = op.withheld, on_board = op.on_board and not op.kept_back,
    kept_back = op.kept_back, score = score, total = asked.rest, reached = asked.reached, may_be_earlier = true }
  if asked.adds and score then
    board.total = sum_at(op, board, fields)
    if board.total ~= asked.rest then
      board.reached = 0
    end
  end
  if is_beyond(op.moves.definition, board) then
    return nil, { 'score_limit' }
  end
  local places = { board }
  for _, window in ipairs(op.windows) do
    local shown, kept_back = held_in_season(op, window)
    local place = { index = integer_text(window.place), moves = window.moves, withheld = window.withheld, on_board = shown,
      kept_back = kept_back, score = tonumber(shown or kept_back or nil) or false, reached = window.reached, window = window,
      may_be_earlier = true }
    place.total = window.rest
    if window.more then
      place.total = sum_at(op, place, fields)
    end
    if window.rest ~= nil or window.more then
      if is_beyond(op.moves.definition, place) then
        return nil, { 'score_limit', window.season.name }
      end
      places[#places + 1] = place
    end
  end
  for _, place in ipairs(places) do
    -- No later than now, whatever a restore has made of the count since.
    place.reached = place.reached and math.min(place.reached, op.seq)
    local beside = reverting.prepare(op, place, asked.others)
    if beside then
      return nil, beside
    end
  end
  return places
end

-- The change by which the score was reached is told where the place is that of another one than this.
local function record_release(op, places, asked, fields, id, segments_text, is_hidden)
  local board, told, names = places[1], told_of(fields, 'released', id), {}
  local rise = board.total - asked.tally
  if asked.adds and board.score or fields.op == 'set' or fields.op == 'best' then
    rise = board.total - (board.score or 0)
  end
  for index = 2, #places do
    names[#names + 1] = places[index].window.season.words
  end
  if op.moves.definition.has_seasons then
    push(told, 'season', table.concat(names, ';'))
  end
  if board.keeps then
    push(told, 'reached', integer_text(board.reached))
  end
  if is_hidden then
    push(told, 'hidden', '1')
  end
  if segments_text then
    push(told, 'segments', segments_text)
  end
  op.ip, op.request = fields.ip or '', fields.request or ''
  record(op, nil, math.floor(rise), board.total, told)
end

-- Of a hidden user, nobody but they is told more than that there was a change.
function aside.tell(op)
  if noted[op.channel] ~= op.audit_max then
    note_kept(op.audit, op.audit_max, op.seq, op.channel)
  end
  publish(op.channel, '"user_id":"' .. op.user .. '","unseen":true', op.seq_text, op.epoch, op.time_text)
end

-- It has counted: what waits is taken out, and nobody's place is another one.
local function take_out_counted(op, queue, id, fields, seq)
  local told = told_of(fields, 'held', id)
  push(told, 'counted', seq)
  record(op, 'reject', 0, op.kept_back or op.on_board, told)
  take_out(queue, id, op.user)
  aside.tell(op)
  return { 'counted', shown_score(tonumber(op.kept_back or op.on_board or 0)) }
end

-- To a retry, it counted as any update: with the rank that it has come to.
local function tell_released(said, op, places)
  if not said.asked then
    return
  end
  local board, definition, is_other, told = places[1], op.moves.definition, false, {}
  for index, place in ipairs(places) do
    is_other = is_other or place.total ~= place.score
    if index > 1 then
      told[index - 1] = place.window.season.words .. ' ' .. integer_text(shown_score(place.total))
    end
  end
  local is_told, rank = pcall(board.is_kept and aside.rank or rank_of, definition, op.scores, op.moves.at,
    op.moves.stamps and member_of(op.moves, op.user) or op.user, score_argument(board.total))
  local words = { is_other and said.asked or said.asked .. '=', integer_text(shown_score(board.total)), op.seq_text, op.time_text,
    integer_text(is_told and rank or 0), #told > 0 and table.concat(told, ';') or nil }
  tell_retries(said, table.concat(words, ' '))
end

local function release(keys, args)
  local retries = args[16] == '1' and table.remove(keys) or nil
  local meta, queue = table.remove(keys), { holding = table.remove(keys), held = table.remove(keys) }
  if not queue.held then
    return wrong_arguments('leaderboard_release')
  end
  local op, id = begin_operation(keys, args), args[15]
  local asked = { tally = whole_number(args[9] or ''), rest = whole_number(args[10] or ''), adds = args[11] == '1',
    reached = whole_number(args[13] or ''), others = reverting.others_of(args[14] or '') }
  if not op or op.user == '*' or #args ~= 15 and not retries or #args > 16 or not asked.tally or not asked.rest or args[11] ~= '0' and args[11] ~= '1'
    or not asked.reached or asked.reached < 0 or not asked.others or not string.find(args[8], '^%d+%-%d+$')
    or not string.find(id, '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_release')
  end
  local fields = find_held(queue.held, id)
  if not fields or fields.user ~= op.user or not OPERATORS[fields.op] or not whole_number(fields.value or '')
    or not whole_number(fields.seq or '') then
    return { 'gone' }
  end
  local is_hidden = op.is_suspended and aside.is_hidden(op.suspended, op.user)
  if op.is_suspended and not is_hidden then
    return { 'suspended' }
  end
  refuse_missing_queue_rights(queue)
  local told_to_retries = said_to_retries(retries, id, fields)
  if told_to_retries.counted then
    return take_out_counted(op, queue, id, fields, told_to_retries.counted)
  end
  local rests, past = string.match(args[12] or '', '^([^|]*)|?(.*)$')
  local answer = begin_in_seasons(op, keys, string.find(args[12] or '', '|', 1, true) and past or nil)
  if answer then
    return answer
  end
  local said = fields.meta and metadata.kept(meta, op.user)
  if type(said) == 'table' then
    return said
  elseif not reverting.begin_rests(op, rests) then
    return wrong_arguments('leaderboard_release')
  elseif not reverting.follow(op, args[8], asked) or not asked.rest or math.abs(asked.tally) > SCORE_LIMIT then
    return { 'behind' }
  end
  local places, refusal = places_of_release(op, asked, fields)
  if not places then
    return refusal
  elseif math.abs(places[1].total - asked.tally) > SCORE_LIMIT then
    return { 'score_limit' }
  end
  local board, windows = places[1], {}
  for index = 2, #places do
    windows[index - 1] = places[index].window
  end
  local values, segments_text = segments.after_hold(op.user, fields)
  record_release(op, places, asked, fields, id, segments_text, is_hidden)
  take_out(queue, id, op.user)
  reverting.bring_all(op, places)
  if values then
    segments.move_to(op.moves, op.user, values)
  end
  -- What the user has said since, stays.
  local says_other = fields.meta and (said or '') == fields.meta_before and metadata.is_sound(fields.meta)
    and metadata.is_other(fields.meta, said)
  if says_other then
    metadata.keep(meta, op.user, fields.meta, said)
    op.increase_text = op.increase_text .. ',"meta":true'
  end
  tell_released(told_to_retries, op, places)
  local final, shown = with_final({}, windows)[2], not board.is_kept and board.total or nil
  if is_hidden then
    aside.tell(op)
    return { 'done', shown_score(board.total), shown_score(board.total - (board.score or 0)), final or '' }
  end
  -- Viewers of a season that is over are told of no score: they look anew.
  tell(op, final and (shown or 0) or shown, op.moves.stamps or #windows > 0)
  return { 'done', shown_score(board.total), shown_score(board.total - (board.score or 0)), final or '' }
end

register_operation('leaderboard_release', release)

-- leaderboard_hold: all updates of the user wait from now on, on a board with the rule `by_hand` (rules.lua); or are judged as anybody's.
-- KEYS, with board and at, and ARGV 1 to 7 as in operation.lua
-- KEYS  12 holding
-- ARGV  8 1: on hold from now on; 0: no more
-- Returns done; unchanged: it was so before; or no_rule: the board does not have that rule
local function hold(keys, args)
  local op, is_wanted, holding = begin_operation(keys, args), args[8] == '1', keys[12]
  if not op or op.user == '*' or #keys ~= 12 or #args ~= 8 or not is_wanted and args[8] ~= '0' then
    return wrong_arguments('leaderboard_hold')
  end
  local mark, checks = plausibility.hold_mark(op.user), op.moves.definition.checks
  if is_wanted and not (checks and checks.is_by_hand) then
    return { 'no_rule' }
  elseif (redis.call('HGET', holding, mark) and true) == is_wanted then
    return { 'unchanged' }
  elseif not (redis.acl_check_cmd('HSET', holding, '*', '1') and redis.acl_check_cmd('HDEL', holding, '*')) then
    error({ err = 'NOPERM the user may not call hset or hdel' })
  end
  record(op, is_wanted and 'hold' or 'unhold', 0, op.kept_back or op.on_board)
  if is_wanted then
    redis.call('HSET', holding, mark, op.actor .. ' ' .. op.time_text .. ' ' .. op.reason)
  else
    redis.call('HDEL', holding, mark)
  end
  aside.tell(op)
  return { 'done' }
end

register_operation('leaderboard_hold', hold)

-- leaderboard_erase_held: nothing that waits is of this user any more; may be repeated. Who is on hold stays so, as a suspension stays: else
-- an erasure would be a way out. Of why, nothing is left.
-- KEYS  1 held  2 holding
-- ARGV  1 user
-- Returns how many it was
local function erase_held(keys, args)
  if #keys ~= 2 or #args ~= 1 or not is_user(args[1]) then
    return wrong_arguments('leaderboard_erase_held')
  end
  local user, count, start = args[1], 0, '-'
  while start do
    local page = redis.call('XRANGE', keys[1], start, '+', 'COUNT', integer_text(ERASED_AT_ONCE))
    for _, entry in ipairs(page) do
      if fields_of(entry).user == user then
        redis.call('XDEL', keys[1], entry[1])
        count = count + 1
      end
      start = '(' .. entry[1]
    end
    if #page < ERASED_AT_ONCE then
      start = nil
    end
  end
  redis.call('HDEL', keys[2], user)
  local mark = plausibility.hold_mark(user)
  local hand = string.match(redis.call('HGET', keys[2], mark) or '', '^%S+ %d+ ')
  if hand then
    redis.call('HSET', keys[2], mark, hand .. plausibility.erased_reason)
  end
  return count
end

register_operation('leaderboard_erase_held', erase_held)

end
