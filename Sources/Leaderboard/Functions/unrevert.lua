-- leaderboard_give_back: updates of one user that were taken back count again. The score becomes what the user's audit comes to with
-- them, and the place among equals is the one that the user would have, had they not been taken back; so in each season that they counted
-- in. Who had left the board is on it again.
-- KEYS  those of leaderboard_take_back
-- ARGV  1 to 7 as in operation.lua, then
--       8 seen  9 tally  as of leaderboard_take_back
--       10 rest     what the user's audit comes to with these updates; empty: to no score
--       11 adds     1: all that the user's updates did is add and take away, and no bound held any of it (leaderboard_take_back)
--       12 windows  what comes of the seasons of KEYS, of each one text with `;` between: `-`, none of these updates was in it; what comes
--                   of it with them, and a space and the seq of the change that reached it (0: nobody knows); empty: no score; or, where
--                   the audit does not reach back to its beginning, `more` and what they added there. Behind `|` the seasons that are
--                   final, as begin_in_seasons takes them, with texts of theirs behind those of the others
--       13 reached  seq of the change by which the user would have the score; 0: nobody knows, and the user comes to it now
--       14 others   what the caller was asked for (`beside`): of each `<place> <user> <seq>`, with `;` between; 0: nobody knows
--       15 …        the names of the updates, at most 500, all of which are taken back, as of `seen`
--
-- On a board with stamps, somebody who has none (ranking.lua) may have come to the score while it was free. Then that one gets
-- a stamp, of the change by which they came, or they would be ahead of the user.
--
-- Returns one of
--   done count rise score final   how many updates, by how much the score rose (below 0: it fell), what it is now; empty: there is none;
--                           and which final seasons were changed (with_final), if any
--   beside place user       find by which change this user came to the score that they have on the board (place 0), or in the season of this
--                           place (1: the first), and call again with it
--   behind                  read on, and call again
--   season_is told          other seasons are reached (operation.lua): find what comes of those, and call again

do

local parts_of, counted_in = reverting.parts_of, reverting.counted_in

-- What the windows come to (`rest`, a number, and by which change, `reached`), or get (`more`). Returns whether that is sound.
local function begin_rests(op, text)
  local parts = parts_of(text)
  for _, window in ipairs(op.windows) do
    local part = parts[window.place]
    local rest, reached = string.match(part or '', '^(%-?%d+) (%d+)$')
    local more = whole_number(string.match(part or '', '^more (.*)$') or '')
    rest, reached = whole_number(rest or ''), whole_number(reached or '')
    if not (rest and reached) and not more and part ~= '-' and part ~= '' then
      return false
    elseif part == '' then
      window.rest, window.reached = false, 0
    else
      window.rest, window.reached, window.more = rest, reached, more
    end
  end
  return true
end

-- The text of ARGV 14, by place and user; nil where it is none.
local function others_of(text)
  local others = { users = {} }
  for part in string.gmatch(text, '[^;]+') do
    local place, user, seq = string.match(part, '^(%d+) (%S+) (%d+)$')
    if not place or not is_user(user) or not whole_number(seq) then
      return nil
    end
    others[place .. ' ' .. user], others.users[user] = tonumber(seq), true
  end
  return others
end

-- What an update since then makes of the seasons.
local function follow_in_windows(op, fields)
  local definition, operator = op.moves.definition, fields.op or 'incr'
  local value = whole_number(fields.value or fields.increase or '') or 0
  for _, window in ipairs(op.windows) do
    if window.rest ~= nil and OPERATORS[operator] and counted_in(window, fields) then
      local rest = result_of(definition, operator, window.rest, value) or window.rest
      if rest ~= window.rest then
        window.rest, window.reached = rest, whole_number(fields.seq or '') or 0
      end
    end
  end
end

-- Brings `asked` to now. False where the caller has to read on.
local function follow(op, seen, asked)
  local entries = entries_since(op, seen)
  for _, fields in ipairs(entries or {}) do
    local action, user = fields.action, fields.user
    if action == 'ties' or action == 'restore' or fields.released and user == op.user then
      return false
    elseif user == op.user and not action then
      local rest, is_plain = replayed(op.moves.definition, asked.rest, fields)
      if asked.adds and not is_plain then
        return false
      elseif rest ~= asked.rest then
        asked.rest, asked.reached = rest, whole_number(fields.seq or '') or 0
      end
      asked.tally = said_score(fields) or asked.tally + (whole_number(fields.increase or '') or 0)
      follow_in_windows(op, fields)
    elseif (user == op.user or asked.others.users[user]) and action ~= 'suspend' and action ~= 'reinstate' and action ~= 'erased'
      and not LEAVES_PLACES[action] then
      return false
    end
  end
  return entries ~= nil
end

-- Somebody else who has this score, or will return to it, and no stamp.
local function find_unstamped(place, user, text)
  local moves, definition = place.moves, place.moves.definition
  local row = definition.is_inverted and redis.call('ZRANGE', moves.scores, text, text, 'BYSCORE', 'REV', 'LIMIT', '0', '1')
    or redis.call('ZRANGE', moves.scores, text, text, 'BYSCORE', 'LIMIT', '0', '1')
  if row[1] and string.sub(row[1], 1, STAMP_BYTES) == stamped_member(definition, '', false) then
    return string.sub(row[1], STAMP_BYTES + 1)
  end
  for _, other in ipairs(redis.call('ZRANGE', place.withheld, text, text, 'BYSCORE', 'LIMIT', '0', '100')) do
    if other ~= user and not redis.call('HGET', moves.at, other) then
      return other
    end
  end
end

-- What the user has at a place, `place.score` (a number, or false), becomes `place.total`. Returns `beside` where it has to be known more of
-- somebody there.
local function prepare(op, place, others)
  local moves, total = place.moves, place.total
  place.is_kept = not place.on_board and (place.kept_back or op.is_suspended)
  local stamp = moves.stamps and moves.stamps[op.user]
  place.keeps = moves.stamps and total and place.reached and place.reached > 0 and (total ~= place.score
    or place.may_be_earlier and stamp and stamp ~= stamp_of(moves.definition, place.reached))
  if not place.keeps then
    return nil
  end
  refuse_half_a_move(moves)
  local other = find_unstamped(place, op.user, integer_text(total))
  if not other or not is_user(other) then
    return nil
  end
  local seq = others[place.index .. ' ' .. other]
  if not seq then
    return { 'beside', place.index, other }
  elseif seq > place.reached then
    place.other, place.other_seq = other, seq
  end
end

-- Those at which something changes, the board first; or nil, and `beside`.
local function places_of(op, asked)
  local score = tonumber(op.kept_back or op.on_board or nil) or false
  local board = { index = '0', moves = op.moves, withheld = op.withheld, on_board = op.on_board and not op.kept_back,
    kept_back = op.kept_back, score = score, total = asked.rest, reached = asked.reached }
  if asked.adds and score then
    board.total = score - reverting.held_towards(math.floor(score - asked.rest), asked.tally - asked.rest)
    if board.total ~= asked.rest then
      board.reached = 0
    end
  end
  local places = { board }
  for _, window in ipairs(op.windows) do
    local shown, kept_back = held_in_season(op, window)
    local held_score = tonumber(shown or kept_back or nil) or false
    local total = window.more and (held_score or 0) + window.more or window.rest
    if total then
      places[#places + 1] = { index = integer_text(window.place), moves = window.moves, withheld = window.withheld, on_board = shown,
        kept_back = kept_back, score = held_score, total = total, reached = window.reached, window = window }
    end
  end
  for _, place in ipairs(places) do
    local beside = prepare(op, place, asked.others)
    if beside then
      return nil, beside
    end
  end
  return places
end

local function bring(op, place)
  local moves, total, score = place.moves, place.total, place.score
  if not total or total == score and not place.keeps then
    return
  end
  if place.other then
    place_at(moves, place.other, find_moving(moves, place.other), place.other_seq)
  end
  if place.keeps then
    place_at(moves, op.user, not place.is_kept and integer_text(total), place.reached)
    if place.is_kept then
      redis.call('ZADD', place.withheld, integer_text(total), op.user)
    end
  elseif place.is_kept then
    move_withheld(moves, place.withheld, op.user, score, total, tonumber(op.seq_text))
  else
    move(moves, op.user, score, total, tonumber(op.seq_text))
    write_moves(moves)
  end
end

local function record_return(op, board, asked, names, windows)
  local told = with_final({ 'returns', table.concat(names, ' ') }, windows)
  if board.keeps then
    push(told, 'reached', integer_text(board.reached))
  end
  if not board.score then
    push(told, 'absent', '1')
  end
  if asked.adds and board.score then
    record(op, 'revert', math.floor(board.total - board.score), board.total, told)
  else
    record_difference(op, op.user, 'revert', board.total, asked.tally, told)
  end
  redis.call('ZREM', op.reverted, unpack(names))
end

-- The user is at each of these places, the board first, and the segments follow.
function reverting.bring_all(op, places)
  for _, place in ipairs(places) do
    bring(op, place)
    if place.window then
      keep_season(op.moves.definition, place.window)
    end
  end
  if places[1].other then
    segments.follow(op.moves, places[1].other)
  end
  segments.follow(op.moves, op.user)
end

local function give_back(keys, args, pace)
  local op = begin_operation(keys, args)
  local asked = { tally = whole_number(args[9] or ''), rest = args[10] == '' and '' or whole_number(args[10] or ''),
    adds = args[11] == '1', reached = whole_number(args[13] or ''), others = others_of(args[14] or '') }
  local names = reverting.names_of_updates(args, 15, 1)
  if not op or op.user == '*' or not asked.tally or not asked.rest or args[11] ~= '0' and args[11] ~= '1'
    or asked.adds and asked.rest == '' or not asked.reached or asked.reached < 0 or not asked.others or not names
    or not string.find(args[8], '^%d+%-%d+$') then
    return wrong_arguments('leaderboard_give_back')
  end
  asked.rest = asked.rest ~= '' and asked.rest
  local rests, past = string.match(args[12] or '', '^([^|]*)|?(.*)$')
  local answer = begin_in_seasons(op, keys, string.find(args[12] or '', '|', 1, true) and past or nil)
  if answer then
    return answer
  end
  redis.call('ZCARD', op.reverted)
  local taking = pace and plausibility.begin_taking_back(op.moves.definition, op.clock[1] * 1000000 + op.clock[2],
    redis.pcall('GET', pace.key), pace.gains, pace.largest)
  if not begin_rests(op, rests) or pace and not taking then
    return wrong_arguments('leaderboard_give_back')
  elseif not redis.acl_check_cmd('ZREM', op.reverted, '1') then
    error({ err = 'NOPERM the user may not call zrem' })
  elseif not follow(op, args[8], asked) or math.abs(asked.tally) > SCORE_LIMIT then
    return { 'behind' }
  end
  local places, beside = places_of(op, asked)
  if not places then
    return beside
  end
  local board = places[1]
  local score, total = board.score, board.total
  local windows = {}
  for index = 2, #places do
    push(windows, places[index].window)
  end
  record_return(op, board, asked, names, windows)
  reverting.bring_all(op, places)
  if taking then
    plausibility.take_back(taking, pace.key, 1)
  end
  local final, shown = with_final({}, windows)[2], total and not board.is_kept and total or nil
  -- Viewers of a season that is over are told of no score: they look anew.
  tell(op, final and (shown or 0) or shown, op.moves.stamps or final)
  local rise = (total and shown_score(total) or 0) - (score and shown_score(score) or 0)
  return { 'done', #names, shown_score(rise), total and shown_score(total) or '', final }
end

register_operation('leaderboard_give_back', function(keys, args)
  return give_back(keys, args)
end)

reverting.begin_rests, reverting.others_of, reverting.follow, reverting.prepare = begin_rests, others_of, follow, prepare

-- leaderboard_give_back_by_rules: the same on a board with rules of plausibility, to which these points are gained again.
-- KEYS  as above, then what the rules know of the user (`pace`, rules.lua)
-- ARGV  as above, then what each of the updates had gained, and the most that one of those has that count then
register_operation('leaderboard_give_back_by_rules', function(keys, args)
  local pace = reverting.pace_of(keys, args)
  return pace and give_back(keys, args, pace) or wrong_arguments('leaderboard_give_back_by_rules')
end)

end
