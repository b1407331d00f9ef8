-- leaderboard_write: a group of updates of one board, in one atomic call. Their outcomes are as if they had been called one after
-- the other, all at one time of Redis' clock; one by itself is a group of one. What the updates share is asked once: an update
-- in a group of 64 costs Redis about half.
-- Checks first, writes last, as leaderboard_update (update.lua), and all that stands there holds here.
--
-- KEYS  1 suspended  2 withheld (sorted set of the suspended users' scores)  3 audit  4 board (definition.lua)
--       5 seasons    which seasons hold (windows.lua)
--       6 seq  7 epoch  8 chain  9 scores  10 at (ranking.lua), then, of a board with further windows, of the running season of each
--       scores at withheld, and then `ended`; then of each update
--       limit [idem] [meta] [grant]
-- ARGV  1 audit_max  2 idem_lifetime  3 channel
--       4 definition what holds where the key `board` is not there; empty: then there is no such board
--       5 version    of the definition by which the caller goes
--       6 seasons    the seasons of the windows, as the caller sees them (windows.lua); empty: the board has no further windows
--       7 from  8 until  the latest beginning and the earliest end of these, in microseconds; 0  9 windows  how many there are; 1
--                    Of updates that count late, seasons that are over: `late version …`, and until when
--       10 wants     sum of: 1 a definition that holds for want of a key is stored by the first change (of a template)
--                    2 an outcome `applied` may be told in one text (below)
--       then of each update, 1 to 64 of them
--       user operator value flags ip request [trace] [metadata] [grant_lifetime] [season] [actor capacity token_time | actor reason]
--         operator   incr decr set best; empty: the board's
--         value      whole number within the limit; what it does: operators.lua
--         flags      sum of: 1 tell the rank  2 idem  4 grant  8 metadata  16 trace  32 only if it was made before: of an update
--                    that names a season that is over; 64 what else it says, which is a part of what was asked with its key:
--                    the season that it names, or a point and a hash of that, its segments and its metadata
--                    128 a service, the actor, reports it: `limit` is the service's bucket, of this capacity and token time (in
--                    microseconds), and the rank is told only where it is asked for. 256 an operator, the actor, adjusts the score:
--                    there is no bucket, and of the definition only the bounds of a score hold
--         metadata   what the user says of itself from now on, if the update counts, and no operator holds it (metadata.lua)
-- Returns the list of the outcomes, of each update one of
--   applied | unchanged            score seq time full_in rank    as leaderboard_update says. Unchanged: nothing is better, or
--                                  other, than it was. A token is taken, the idempotency key holds the outcome; there is no
--                                  change of the board: seq is that of its last one
--                                  Where the caller wants it, of one whose rank is not told, in one text: `score seq time full_in`
--   applied_same                   the same five: an increase of 0 of who is on the board. Applied, and nothing is other
--   replayed | replayed_unchanged  the same five, of the first outcome; full_in is of now
--   suspended | key_reused | grant_used | rate_limited full_in
--   score_limit full_in [window]   which of the further windows it would be in; left out: the board itself
--   bad_op     the board does not take the operator
--   bad_value  an increase or a decrease below 0, or above the board's bound
--   season_ended  of flag 32: its key holds no outcome
--   implausible, held, held_before, rejected_before, held_full, and an eighth text behind what counts: rules.lua
-- Where the rank is told and there are further windows, a seventh text behind it tells the scores there:
-- `daily 2026-11-28 120;weekly 2026-W48 300`. What one window's bounds refuse, is refused.
--   or, in its place, the error for which this one was not written
-- or one answer for the group, of which nothing was written:
--   no_board | bad_definition | board_changed version (the board's) | an error
--   season_over now stored  the caller's seasons do not run: find those of this time, and call again
--   season_is stored now    others hold, which are running: take these, and call again
--
-- Who is hidden has the outcomes of anybody (aside.lua): suspended is who is not.
--
-- An event tells all changes of a group; one by itself is told as leaderboard_update does. Where there are further windows, each
-- has `windows`, the scores there. The first change of a season begins with a change of its own, which the audit and viewers are told.

do

local UPDATES, SHARED_KEYS, SHARED_WORDS = 64, 10, 10

-- Most updates add a few points: what such a text says is known beforehand. To read it takes 2,800 of 109,000 instructions of an
-- update in a group of 21.
local small_numbers = {}
for number = 0, 999 do
  small_numbers[number .. ''] = number
end

-- What an update's flags say, by their text.
local flags_by_text = {}

local function flags_of(text)
  local flags = flags_by_text[text]
  local sum = not flags and whole_number(text)
  if sum and sum >= 0 and sum < 512 then
    local function has(bit)
      return math.floor(sum / bit) % 2 == 1
    end
    flags = { has_idem = has(2), has_grant = has(4), has_trace = has(16), tells_rank = has(1) or has(2) and not has(128),
      is_only_replayed = has(32), has_season = has(64), is_reported = has(128), is_adjusted = has(256),
      is_plain = sum == 0 or sum == 128 or sum == 130 }
    flags.keys = 1 + (flags.has_idem and 1 or 0) + (flags.has_grant and 1 or 0)
    flags.grant_word = 6 + (flags.has_trace and 1 or 0) + (flags.has_grant and 1 or 0)
    if has(8) then
      flags.keys, flags.grant_word = flags.keys + 1, flags.grant_word + 1
      -- Where they stand among the update's own.
      flags.meta_key, flags.meta_word = flags.has_idem and 3 or 2, flags.has_trace and 8 or 7
    end
    flags.season_word = flags.grant_word + (flags.has_season and 1 or 0)
    flags.words = flags.season_word + (flags.is_reported and 3 or 0) + (flags.is_adjusted and 2 or 0)
    -- Where it stands, of an update that is not its user's own.
    flags.actor_word = flags.words > flags.season_word and flags.season_word + 1 or nil
    flags_by_text[text] = flags
  end
  return flags
end

local is_lifetime, are_sound

do

-- Of a bucket, and of an act: who is not the user, and what belongs to that.
local function is_actor_sound(flags, args, word)
  local from = word + flags.actor_word
  local capacity, token_time = whole_number(args[from + 1] or ''), whole_number(args[from + 2] or '')
  return args[from] and is_user(args[from]) and flags.is_reported ~= flags.is_adjusted
    and (flags.is_adjusted or capacity and capacity >= 1 and capacity <= 1000000000 and token_time and token_time >= 1
      and capacity * token_time <= SCORE_LIMIT)
    and (not flags.is_adjusted or args[from + 1] and args[from + 1] ~= '')
end

function is_lifetime(text)
  local lifetime = whole_number(text)
  return lifetime and lifetime >= 1
end

-- What an update with a trace, metadata or a grant says of it.
function are_sound(flags, args, word)
  local trace = flags.has_trace and args[word + 7]
  return (not flags.has_trace or trace and #trace == 32 and string.find(trace, '^[0-9a-f]+$'))
    and (not flags.meta_word or metadata.is_sound(args[word + flags.meta_word]))
    and (not flags.has_grant or is_lifetime(args[word + flags.grant_word]))
    and (not flags.has_season or string.find(args[word + flags.season_word], '^[%w%-_./]+$')
      and #args[word + flags.season_word] <= 65)
    and (not flags.actor_word or is_actor_sound(flags, args, word))
end

end

-- The group that is being written. Each call sets all of it: with tables of the call's own, and all this handed from function to
-- function, one update by itself cost Redis 1.29 times the instructions of leaderboard_update.
local keys, args, kept
local users, values, flags_of_updates, count = {}, {}, {}, 0
local definition, moves, now, time, time_text, entry_id
local audit, audit_max, scores, at, epoch_key
local last_seq, seq, seq_text, epoch, chain, clock
-- Those that end, nil if there are none; and where in KEYS the updates' own begin.
local windows, own_keys
-- How many entries the audit has of it, and whether the board has scores of it.
local appended, is_placed
-- Of updates that go the short way: of one by itself KEYS, seq and chain; of a group, in how long the bucket is full that one of them left,
-- and the end of what is told of it; and what the caller wants, one of those that there are. And who is in the group.
-- Of a group on a stamped board where everybody has a stamp and nobody moves twice, their stamps, nil of another; everybody's member; and
-- what those of the short way leave and have now, as in moves.lua.
local plain = { in_group = {}, members = {}, removals = {}, stamped = {}, removed = 0, all_wants = { ['0'] = {}, ['1'] = { stores = true }, ['2'] = { texts = true }, ['3'] = { stores = true, texts = true } } }
-- Of a group, what the user of each has, with what the updates before have made of that.
local had
-- Of buckets, idempotency keys and grants, what the updates before have made of them; nil where there is only one, and of buckets where no
-- two go by one: no user has several updates, and no service reports.
local full_ats, answered, used
-- The buckets of services, which a group writes once.
local reported
-- Of a board with rules of plausibility, those that flag the update whose turn it is, and all that it meets; else nil. And whether any was held.
local checks, flagged, met, has_held
-- What a group of bare users adds to `scores`, and what the events say.
local adds, add_count, events, event_count = {}, 0, {}, 0
-- As in numbers.lua.
local call, try, sha1hex, list, kind
-- The update whose turn it is: where its own begin among KEYS and ARGV; and whether it is a hidden user's (aside.lua).
local key, word, flags, is_aside

-- How many of KEYS are none of an update's; nil where what says it is wrong.
local function shared_keys()
  if args[6] == '' then
    return args[7] == '0' and args[8] == '0' and args[9] == '1' and SHARED_KEYS or nil
  end
  local number = whole_number(args[9] or '')
  return number and number >= 1 and number <= 5 and SHARED_KEYS + 3 * (number - 1) + 1 or nil
end

-- Takes the updates; false where a key or an argument is missing or wrong.
local function begin_group()
  local next_key, next_word, last_word = shared_keys(), SHARED_WORDS, #args
  if not next_key then
    return false
  end
  local in_group, shares_buckets = plain.in_group, false
  for index = 1, count do
    in_group[users[index]] = nil
  end
  own_keys, count = next_key, 0
  while next_word < last_word do
    local user, flags_text, value_text = args[next_word + 1], args[next_word + 4], args[next_word + 3]
    local flags = flags_by_text[flags_text] or flags_of(flags_text)
    local value = small_numbers[value_text] or whole_number(value_text)
    if not flags or not value or not is_user(user) or count == UPDATES
      or flags.words > 6 and not are_sound(flags, args, next_word) then
      return false
    end
    count = count + 1
    users[count], values[count], flags_of_updates[count] = user, value, flags
    shares_buckets = shares_buckets or in_group[user] or flags.is_reported
    in_group[user] = true
    next_key, next_word = next_key + flags.keys, next_word + flags.words
  end
  full_ats = count > 1 and shares_buckets and {} or nil
  local max = whole_number(args[1])
  return count > 0 and next_key == #keys and next_word == last_word and max and max >= 1 and is_lifetime(args[2])
end

-- The score of the group's only user, or by their turns those of all; false for who is not on the board.
local function scores_of_group(withheld)
  local members = users
  if count == 1 then
    local score = moves and find_moving(moves, users[1]) or not moves and call('ZSCORE', scores, users[1])
    if moves and moves.stamps and not moves.stamps[users[1]] then
      know_withheld(moves, withheld)
    end
    return score and to_number(score)
  end
  if moves and moves.stamps then
    members = plain.members
    local stamps, all_have = call('HMGET', at, unpack(users, 1, count)), true
    local none = stamped_member(definition, '', false)
    for index = 1, count do
      local stamp = stamps[index]
      members[index] = (stamp or none) .. users[index]
      all_have = all_have and stamp
    end
    if all_have and not full_ats then
      plain.stamps = stamps
    else
      for index = 1, count do
        moves.stamps[users[index]] = stamps[index]
      end
    end
    if not all_have then
      know_withheld(moves, withheld)
    end
  end
  had = call('ZMSCORE', scores, unpack(members, 1, count))
  for index = 1, count do
    local score = had[index]
    had[index] = score and score + 0
  end
end

-- What the update has made of its user's score, for those of the user's that are behind it.
local function note_score(index, user, total)
  for later = full_ats and index + 1 or count + 1, count do
    if users[later] == user then
      had[later] = total
    end
  end
end

-- (Blocks within: there is no room for many more locals.)
local stored_outcome

do

-- Whether a text tells scores in windows, as windows_told has it.
local function are_windows(told)
  for part in string.gmatch(told .. ';', '(.-);') do
    local score = string.match(part, '^[%w%-_.]+ [%w%-_.]+ (%S+)$')
    if not score or not whole_number(score) then
      return false
    end
  end
  return true
end

-- The outcome that a key holds: what was asked (with `@` and what else was said, if anything was), `=` if nothing changed, score, seq, time, rank. Nil for what can be none. Of an
-- increase that counted it has the form of leaderboard_update, and either knows the other's. Of one that is held: what was asked, `!`,
-- the id under which it waits, time; of one that was rejected, `!rejected`. (Released, it has counted: held.lua.)
function stored_outcome(text)
  local operator, value, season, same, score, place, then_, rank, told =
    string.match(text or '', '^(%l*)(%-?%d+)(@?[%w%-_./]*)(=?) (%S+) (%S+) (%S+) (%S+) ?([%w%-_. ;]*)$')
  if not rank and text then
    local held_asked, word, id, held_at = string.match(text, '^(%S+)!(%l*) (%d+%-%d+) (%d+)$')
    return whole_number(held_at or '') and (word == '' or word == 'rejected')
      and { word == '' and 'held' or word, id, whole_number(held_at), 0, asked = held_asked } or nil
  elseif not rank or not whole_number(value) or operator ~= '' and not OPERATORS[operator]
    or season ~= '' and string.byte(season) ~= 64 or told ~= '' and not are_windows(told) then
    return nil
  end
  score, place, then_, rank = whole_number(score), whole_number(place), whole_number(then_), whole_number(rank)
  if not score or not place or place < (same == '' and 1 or 0) or not then_ or then_ < 0 or not rank or rank < 0 then
    return nil
  end
  return { same == '' and 'applied' or 'unchanged', score, place, then_, 0, rank, told ~= '' and told or nil,
    asked = operator .. value .. season }
end

end

local function replay_of(first, full_in)
  if first[1] == 'held' then
    return { 'held_before', first[2], first[3], full_in }
  elseif first[1] == 'rejected' then
    return { 'rejected_before', full_in }
  end
  return { first[1] == 'applied' and 'replayed' or 'replayed_unchanged', first[2], first[3], first[4], full_in, first[6],
    first[7] }
end

-- Whether a grant counted; or the error for which nobody can tell.
local function is_used(grant, text)
  if text or used and used[grant] then
    return true
  end
  local found = try('GET', grant)
  return type(found) == 'table' and found
end

-- What all entries of the audit have in common. (In a table, for there is no room for many more locals.)
local audit_entry = {}

-- The trace of the update whose turn it is, and who reports or adjusts it.
function audit_entry.push_caller(fields)
  if flags.has_trace then
    push(fields, 'trace', args[word + 7])
  end
  if flags.actor_word then
    push(fields, 'actor', args[word + flags.actor_word])
  end
end

-- Returns the error for which it was not appended.
function audit_entry.append(fields)
  local is_done, result = pcall(append, audit, audit_max, chain, fields, time_text)
  if not is_done then
    return error_of(result)
  end
  chain, appended = result, appended + 1
end

-- Appends the entry of a change, as the first that is written of it. Returns the error for which it was not.
local function append_change(user, operator, increase_text, score_text, change_seq_text)
  local ip, request, trace = args[word + 5], args[word + 6], flags.has_trace and args[word + 7]
  if operator == 'incr' and not trace and not flags.is_adjusted and increase_text == args[word + 3] and not segments.moves
    and not flagged and not is_aside and not (windows and windows.late) then
    -- What `append` of audit.lua does, written out, as in update.lua.
    local service = flags.actor_word and args[word + flags.actor_word]
    local hash = sha1hex((chain or '0\n0-0') .. '\nuser\n' .. user .. '\nincrease\n' .. increase_text
      .. '\nscore\n' .. score_text .. '\nseq\n' .. change_seq_text .. '\nip\n' .. ip .. '\nrequest\n' .. request
      .. (service and '\nactor\n' .. service or ''))
    local id
    if service then
      id = try('XADD', audit, 'MAXLEN', '~', audit_max, entry_id, 'user', user, 'increase', increase_text, 'score',
        score_text, 'seq', change_seq_text, 'ip', ip, 'request', request, 'actor', service, 'hash', hash)
    else
      id = try('XADD', audit, 'MAXLEN', '~', audit_max, entry_id, 'user', user, 'increase', increase_text, 'score',
        score_text, 'seq', change_seq_text, 'ip', ip, 'request', request, 'hash', hash)
    end
    if kind(id) == 'string' then
      chain, has_written, appended = hash .. '\n' .. id, true, appended + 1
      return nil
    end
  end
  local fields = { 'user', user, 'increase', increase_text, 'score', score_text, 'seq', change_seq_text, 'ip', ip,
    'request', request }
  -- What was asked for, where that is not what was added.
  if operator ~= 'incr' or increase_text ~= args[word + 3] then
    push(fields, 'op', operator)
    push(fields, 'value', args[word + 3])
  end
  audit_entry.push_caller(fields)
  if flags.is_adjusted then
    push(fields, 'reason', args[word + flags.words])
  end
  if windows and windows.late then
    push(fields, 'season', windows.late)
  end
  if segments.moves then
    push(fields, 'segments', segments.moves)
  end
  if flagged then
    push(fields, 'flag', flagged)
  end
  if is_aside then
    push(fields, 'hidden', '1')
  end
  return audit_entry.append(fields)
end

-- The first change of a season begins with one of its own. What is written of it beside the entry, end_windows does. Returns the
-- error for which there is none.
local function roll_over()
  local roll_text = integer_text(seq + 1)
  local failure = audit_entry.append(season_fields(roll_text, windows.text))
  if failure then
    return failure
  end
  windows.rolled = seq + 1
  epoch = epoch_of_change(epoch_key, last_seq, epoch, clock)
  seq, seq_text = seq + 1, roll_text
end

-- The user's new place; of a group that is told to Redis by write_places.
local function place(user, old, total)
  if moves then
    move(moves, user, old, total, seq)
  elseif count == 1 then
    call('ZADD', scores, score_argument(total), user)
    is_placed = true
  else
    adds[add_count + 1], adds[add_count + 2], add_count = score_argument(total), user, add_count + 2
  end
end

-- The same of a hidden user, whose score is kept: at once.
function aside.place_in_group(user, old, total)
  aside.place(moves, keys[2], user, old, total, seq)
  is_placed = true
  if windows then
    aside.place_in_windows(windows, user, seq)
  end
  if segments.group then
    segments.note(user, false)
  end
end

-- Those of the short way, on a stamped board.
function plain.write_places()
  refuse_half_a_move(moves)
  if plain.removed > 0 then
    call('ZREM', scores, unpack(plain.removals, 1, plain.removed))
    moves.is_told = true
  end
  call('ZADD', scores, unpack(adds, 1, add_count))
  moves.is_told = true
  call('HSET', at, unpack(plain.stamped, 1, add_count))
  add_count, plain.removed = 0, 0
end

local function write_places()
  if moves then
    if add_count > 0 then
      plain.write_places()
    end
    write_moves(moves)
  elseif add_count > 0 then
    call('ZADD', scores, unpack(adds, 1, add_count))
    is_placed, add_count = true, 0
  end
end

local change

do

local function note_event(user, score_text, increase_text, says_other)
  event_count = event_count + 1
  if is_aside then
    events[event_count] = '"user_id":"' .. user .. '","unseen":true'
    return
  end
  events[event_count] = '"user_id":"' .. user .. '","score":' .. score_text .. ',"score_increase":' .. increase_text
    .. (windows and windows_event(windows, to_number(increase_text)) or '') .. (says_other and ',"meta":true' or '')
end

-- A change with all that belongs to it but for the user's bucket and place. Returns the error for which there is none.
function change(user, operator, value, old, total, score, score_text, says_other)
  if windows and windows.stores == 'roll' and not windows.rolled then
    local failure = roll_over()
    if failure then
      return failure
    end
  end
  local increase_text = operator == 'incr' and total == (old or 0) + value and args[word + 3]
    or integer_text(shown_score(score - shown_score(old or 0)))
  local change_seq_text = integer_text(seq + 1)
  local failure = append_change(user, operator, increase_text, score_text, change_seq_text)
  if failure then
    return failure
  end
  if not seq_text then
    epoch = epoch_of_change(epoch_key, last_seq, epoch, clock)
  end
  seq, seq_text = seq + 1, change_seq_text
  note_event(user, score_text, increase_text, says_other)
end

end

-- The update takes its token. A bucket that is full again in fewer microseconds than the call has updates is full before the next call can
-- ask for it: that is not kept.
local function keep_token(full_in)
  if flags.is_reported and count > 1 then
    reported[keys[key + 1]] = true
  elseif flags.is_adjusted then
    return
  elseif checks and checks.bucket and not flags.is_reported then
    plausibility.keep_bucket(segments.turn, full_in)
  elseif full_in > count then
    keep_bucket(keys[key + 1], now, full_in)
  end
  if full_ats and not flags.is_adjusted then
    full_ats[keys[key + 1]] = now + full_in
  end
end

-- The outcome of one update that nothing stands in the way of, and what it writes.
-- `is_other`: in a window, there is another score than before, or the user is in another segment.
-- `said`: what is kept of the user's metadata, of an update that has some.
local function carry_out(user, operator, value, old, total, full_in, asked, is_other, said)
  -- An increase of 0 is told and in the audit, as leaderboard_update does, though nothing is other than it was.
  local score, is_same = shown_score(total), total == old and not is_other
  local is_change = not is_same or operator == 'incr' and value == 0
  local score_text = integer_text(score)
  local says_other = flags.meta_word and metadata.is_other(args[word + flags.meta_word], said)
  if is_change then
    local failure = change(user, operator, value, old, total, score, score_text, says_other)
    if failure then
      return failure
    end
  end
  has_written = true
  keep_token(full_in)
  if flags.meta_word then
    metadata.keep(keys[key + flags.meta_key], user, args[word + flags.meta_word], said)
    if says_other and not is_change then
      metadata.tell(args[3], user)
    end
  end
  if is_change and is_aside then
    aside.place_in_group(user, old, total)
  elseif is_change then
    place(user, old, total)
    if windows then
      place_in_windows(windows, user, seq)
    end
    if segments.group then
      segments.note(user, total)
    end
  end
  note_score(segments.turn, user, total)
  if checks and not flags.is_adjusted then
    plausibility.count(segments.turn, user, old, args[word + 5], is_aside)
  end
  local rank = 0
  if flags.tells_rank then
    write_places()
    -- All is written: where only the right to ask is missing, the change counts all the same, and its outcome is kept.
    local is_told, found = pcall(is_aside and aside.rank or rank_of, definition, scores, at, moves and member_of(moves, user) or user, score_argument(total))
    rank = is_told and found or 0
  end
  local name = is_change and (is_same and 'applied_same' or 'applied') or 'unchanged'
  local is_text = name == 'applied' and plain.wants.texts and not (flags.tells_rank or met)
  local reply = (asked or not is_text)
    and { name, score, seq, time, full_in, rank, windows and flags.tells_rank and windows_told(windows) or nil }
  if asked then
    local outcome = { is_same and asked .. '=' or asked, score_text, integer_text(seq), time_text, integer_text(rank),
      reply[7] }
    call('SET', keys[key + 2], table.concat(outcome, ' '), 'PX', args[2])
    if count > 1 then
      reply.asked = asked
      answered[keys[key + 2]] = reply
    end
  end
  if flags.has_grant and is_change then
    call('SET', keys[key + flags.keys], seq_text, 'PX', args[word + flags.grant_word])
    if count > 1 then
      used[keys[key + flags.keys]] = true
    end
  end
  if met then
    reply[7], reply[8] = reply[7] or '', met
  end
  return is_text and score_text .. ' ' .. seq_text .. ' ' .. time_text .. ' ' .. integer_text(full_in) or reply
end

local hold

do

-- The entry that tells that an update waits, which changes no score. Returns the error for which there is none.
local function append_held(user, operator, old, seq_of_hold)
  local fields = { 'user', user, 'increase', '0', 'score', old and integer_text(shown_score(old)) or '', 'seq', seq_of_hold,
    'action', 'held', 'ip', args[word + 5], 'request', args[word + 6], 'op', operator, 'value', args[word + 3], 'rules', met }
  audit_entry.push_caller(fields)
  return audit_entry.append(fields)
end

-- An update that a rule holds: it waits for an operator's word with all that is known of it, and nothing of the board is other than it was,
-- but that its season begins with it, if nothing has been counted in that. It is a change of the board's, with an entry of the audit and an
-- event that tells its place alone: so it has a seq by which it stands among equals, if it is released.
function hold(user, operator, old, total, full_in, asked)
  local waiting = plausibility.waiting(user)
  if kind(waiting) == 'table' then
    return waiting
  elseif not waiting then
    has_written = true
    keep_token(full_in)
    return { 'held_full', full_in, met }
  end
  local begins = windows and windows.stores == 'roll' and not windows.rolled
  local seq_of_hold = integer_text(seq + (begins and 2 or 1))
  local fields = { 'user', user, 'op', operator, 'value', args[word + 3], 'seq', seq_of_hold, 'time', time_text,
    'had', old and integer_text(shown_score(old)) or '', 'score', integer_text(shown_score(total)), 'rules', met,
    'ip', args[word + 5], 'request', args[word + 6] }
  audit_entry.push_caller(fields)
  if windows then
    push(fields, 'seasons', SEASONS.text(windows))
  end
  if asked then
    push(fields, 'idem', plausibility.idem_of(keys[key + 2]))
  end
  if segments.group then
    segments.tell_named(fields, user)
  end
  if flags.meta_word then
    push(fields, 'meta', args[word + flags.meta_word])
    push(fields, 'meta_before', metadata.kept(keys[key + flags.meta_key], user) or '')
  end
  local failure = begins and roll_over() or append_held(user, operator, old, seq_of_hold)
  if failure then
    return failure
  end
  if not seq_text then
    epoch = epoch_of_change(epoch_key, last_seq, epoch, clock)
  end
  seq, seq_text = seq + 1, seq_of_hold
  local id = plausibility.hold(user, waiting, fields)
  if kind(id) ~= 'string' then
    return id
  end
  has_written, has_held = true, true
  event_count = event_count + 1
  events[event_count] = '"user_id":"' .. user .. '","unseen":true'
  keep_token(full_in)
  local reply = { 'held', id, time, full_in, met }
  if asked then
    -- (The entry names this key: what becomes of the update, a retry is told.)
    call('SET', keys[key + 2], asked .. '! ' .. id .. ' ' .. time_text, 'PX', args[2])
    if count > 1 then
      reply.asked = asked
      answered[keys[key + 2]] = reply
    end
  end
  if flags.has_grant then
    call('SET', keys[key + flags.keys], integer_text(seq), 'PX', args[word + flags.grant_word])
    if count > 1 then
      used[keys[key + flags.keys]] = true
    end
  end
  return reply
end

end

-- The outcome of one update. What its keys hold stands in `kept` from `held` on.
local function outcome_of_update(user, value, old)
  local limit, operator, held = keys[key + 1], args[word + 2], key - own_keys + 5
  if operator == '' then
    operator = definition.operator
  end
  local token_time, asked = definition.token_time, nil
  local taken, full_in = true, 0
  if flags.is_reported then
    token_time = to_number(args[word + flags.words])
    taken, full_in = take_from(limit, full_ats and full_ats[limit] or kept[held], now, to_number(args[word + flags.words - 1]),
      token_time)
  elseif flags.is_adjusted then
    token_time = 0
  else
    local full_at = full_ats and full_ats[limit] or kept[held]
    taken, full_in = take_from(limit, full_at, now, definition.capacity, token_time)
    if checks and checks.bucket then
      taken, full_in = plausibility.take(segments.turn, full_at, definition.capacity, token_time)
    end
  end
  if flags.has_idem then
    asked = operator == 'incr' and args[word + 3] or operator .. args[word + 3]
    if flags.has_season then
      asked = asked .. '@' .. args[word + flags.season_word]
    end
    local first = answered and answered[keys[key + 2]] or stored_outcome(kept[held + 1])
    if first then
      return first.asked == asked and replay_of(first, taken and full_in - token_time or full_in) or { 'key_reused' }
    end
  end
  if flags.is_only_replayed then
    return { 'season_ended' }
  elseif not definition.operators[operator] and not flags.is_adjusted then
    return { 'bad_op' }
  elseif (value < 0 or value > definition.increase_max and not flags.is_adjusted) and not takes_value(definition, operator, value) then
    return { 'bad_value' }
  end
  local spent = flags.has_grant and is_used(keys[key + flags.keys], kept[held + flags.keys - 1])
  if spent then
    return type(spent) == 'table' and spent or { 'grant_used' }
  elseif not taken then
    return { 'rate_limited', full_in }
  end
  local total = operator == 'incr' and (old or 0) + value
  if not total or total > definition.max or total < definition.min then
    total = result_of(definition, operator, old, value)
  end
  local may, is_other = total ~= nil, false
  if windows and may then
    may, is_other = result_in_windows(windows, definition, operator, value)
  end
  if not may then
    return { 'score_limit', full_in - token_time, is_other or nil }
  end
  local said = flags.meta_word and metadata.kept(keys[key + flags.meta_key], user)
  if type(said) == 'table' then
    return said
  end
  flagged, met = nil, nil
  if checks and not flags.is_adjusted then
    local refused, holds
    refused, flagged, met, holds = plausibility.judge(segments.turn, user, old, total, args[word + 5], flags.is_reported, is_aside)
    if refused then
      has_written = true
      keep_token(full_in)
      return { 'implausible', full_in, refused, met }
    elseif holds then
      return hold(user, operator, old, total, full_in, asked)
    end
  end
  if segments.group then
    is_other = segments.begin_move(user) or is_other
  end
  return carry_out(user, operator, value, old, total, full_in, asked, is_other, said)
end

-- The board's count, and the end of its chain. Where the right for MSET is missing, all else is written.
local function write_count(keys, seq_text, chain)
  if try('MSET', keys[6], seq_text, keys[8], chain).err then
    call('SET', keys[6], seq_text)
    call('SET', keys[8], chain)
  end
end

-- What of the windows is written once for all changes. Returns the seq behind which these begin.
local function end_windows(channel, before)
  write_windows(windows, definition)
  if windows.stores then
    store_seasons(keys[5], windows.ended, windows.stored, windows.text, now)
  end
  if windows.rolled then
    publish(channel, '"reset":true,"seasons":"' .. windows.text .. '"', integer_text(windows.rolled), epoch, time_text)
  end
  return windows.rolled or before
end

-- What is written once for all changes.
local function end_group(channel, before)
  write_places()
  write_count(keys, seq_text, chain)
  if segments.group then
    segments.write_group(moves)
  end
  local behind = windows and end_windows(channel, before) or before
  last_count, last_count_text = seq < SCORE_LIMIT and seq or nil, seq_text
  if noted[channel] ~= audit_max or before == 0 then
    note_kept(audit, audit_max, seq, channel)
  end
  local head, tail = '{', windows and windows.late and ',"of":"' .. windows.late .. '"' or ''
  if event_count > 1 then
    head, tail = '{"from":' .. integer_text(behind + 1) .. ',"updates":[{', '}]' .. tail
  end
  -- An update counts whether its event is heard or not: that is all that PUBLISH promises. Where the right for it is missing, and the
  -- caller does not know it yet (NeededRights), who shows the board sees within a second that something was missed.
  -- (Lua hashes each byte of each text: the long one is made once, of pieces that have its ends.)
  events[1] = head .. events[1]
  events[event_count] = events[event_count] .. tail .. event_end(seq_text, epoch, time_text)
  announce(channel, table.concat(events, '},{', 1, event_count))
end

-- After an error behind the first write: Redis withholds a right. Takes the entries back if the board has no score of them, and else
-- counts and chains them: an entry that tells of more than the scores is found by a verification. Returns whether they are gone.
local function take_back_group()
  local keys, seq_text, chain, ids = plain.keys or keys, plain.keys and plain.seq_text or integer_text(seq),
    plain.keys and plain.chain or chain, {}
  local audit = keys[3]
  is_placed = is_placed or moves and moves.is_told
  if not is_placed and appended > 0 then
    for index, entry in ipairs(redis.call('XREVRANGE', audit, '+', '-', 'COUNT', integer_text(appended))) do
      ids[index] = entry[1]
    end
  end
  if #ids == appended and (appended == 0 or try('XDEL', audit, unpack(ids)) == appended) then
    return true
  end
  if try('MSET', keys[6], seq_text, keys[8], chain).err then
    try('SET', keys[6], seq_text)
    try('SET', keys[8], chain)
  end
  return false
end

-- An increase that counts and is all that is asked, on a board without segments, by its user, or reported by a service, with or without a key of
-- idempotency: nearly every update of a group. What
-- outcome_of_update and what it calls do, written out for it: with this an update in a group of 21 runs 330 of Lua's instructions, not
-- 594. The audit is trimmed with the first entry of a group, which saves 2,500 of the processor's for each of the others.
-- Nil, and nothing is written, wherever anything is not as it mostly is: then it goes that way.
local function plain_outcome(index, user, value, old)
  local args, word, definition, flags, full_at = args, word, definition, flags, kept[key - own_keys + 5]
  local limit, increase_text, idem, service = keys[key + 1], args[word + 3], false, false
  local capacity, token_time = definition.capacity, definition.token_time
  if flags.keys > 1 then
    idem = keys[key + 2]
  end
  if flags.words > 6 then
    service, capacity, token_time = args[word + 7], to_number(args[word + 8]), to_number(args[word + 9])
  end
  if full_ats then
    full_at = full_ats[limit] or full_at
  end
  local is_taken, full_in = true, token_time
  if checks and checks.bucket and not service then
    is_taken, full_in = plausibility.take(index, full_at, capacity, token_time)
  elseif full_at then
    is_taken, full_in = take(full_at, now, capacity, token_time)
  end
  local total = (old or 0) + value
  if not is_taken or args[word + 2] ~= 'incr' or value < 1 or value > definition.increase_max or total > definition.max
    or total < definition.min or total % 1 ~= 0 or idem and (answered[idem] or kept[key - own_keys + 6]) or service and checks
    or windows and (windows.stores == 'roll' and not windows.rolled or not result_in_windows(windows, definition, 'incr', value)) then
    return nil
  end
  local ip, request, score_text, change_seq_text = args[word + 5], args[word + 6], format('%d', total), format('%d', seq + 1)
  if checks and not plausibility.passes(index, user, old, total, value, ip) then
    return nil
  end
  local hash = sha1hex((chain or '0\n0-0') .. '\nuser\n' .. user .. '\nincrease\n' .. increase_text
    .. '\nscore\n' .. score_text .. '\nseq\n' .. change_seq_text .. '\nip\n' .. ip .. '\nrequest\n' .. request
    .. (service and '\nactor\n' .. service or ''))
  local id
  if service and appended > 0 then
    id = try('XADD', audit, entry_id, 'user', user, 'increase', increase_text, 'score', score_text, 'seq', change_seq_text, 'ip', ip,
      'request', request, 'actor', service, 'hash', hash)
  elseif service then
    id = try('XADD', audit, 'MAXLEN', '~', audit_max, entry_id, 'user', user, 'increase', increase_text, 'score', score_text,
      'seq', change_seq_text, 'ip', ip, 'request', request, 'actor', service, 'hash', hash)
  elseif appended > 0 then
    id = try('XADD', audit, entry_id, 'user', user, 'increase', increase_text, 'score', score_text, 'seq', change_seq_text, 'ip', ip,
      'request', request, 'hash', hash)
  else
    id = try('XADD', audit, 'MAXLEN', '~', audit_max, entry_id, 'user', user, 'increase', increase_text,
      'score', score_text, 'seq', change_seq_text, 'ip', ip, 'request', request, 'hash', hash)
  end
  if id.err then
    return nil
  end
  chain, has_written, appended = hash .. '\n' .. id, true, appended + 1
  if not seq_text then
    epoch = epoch_of_change(epoch_key, last_seq, epoch, clock)
  end
  seq, seq_text = seq + 1, change_seq_text
  if full_in ~= plain.full_in then
    plain.full_in, plain.ending = full_in, ' ' .. time_text .. ' ' .. format('%d', full_in)
  end
  if service then
    reported[limit] = true
  elseif full_in > count and not (checks and checks.bucket) then
    keep_bucket(limit, now, full_in)
  end
  if full_ats then
    full_ats[limit] = now + full_in
    note_score(index, user, total)
  end
  if idem then
    call('SET', idem, increase_text .. ' ' .. score_text .. ' ' .. change_seq_text .. ' ' .. time_text .. ' 0', 'PX', args[2])
    answered[idem] = { 'applied', total, seq, time, full_in, 0, asked = increase_text }
  end
  if checks then
    plausibility.count(index, user, old, ip, false, checks.bucket and full_in)
  end
  if plain.stamps then
    -- As move_stamped (moves.lua).
    local stamp, stamped, removed = stamp_of(definition, seq), plain.stamped, plain.removed
    if old then
      plain.removals[removed + 1], plain.removed = plain.members[index], removed + 1
    end
    stamped[add_count + 1], stamped[add_count + 2] = user, stamp
    adds[add_count + 1], adds[add_count + 2], add_count = score_text, stamp .. user, add_count + 2
  elseif moves then
    move(moves, user, old, total, seq, score_text)
  else
    adds[add_count + 1], adds[add_count + 2], add_count = score_text, user, add_count + 2
  end
  event_count = event_count + 1
  events[event_count] = '"user_id":"' .. user .. '","score":' .. score_text .. ',"score_increase":' .. increase_text
  if windows then
    events[event_count] = events[event_count] .. windows_event(windows, value)
    place_in_windows(windows, user, seq)
  end
  return plain.wants.texts and score_text .. ' ' .. change_seq_text .. plain.ending or { 'applied', total, seq, time, full_in, 0 }
end

-- Of one whose user is suspended, or hidden.
function aside.outcome(index, user)
  if not aside.is_hidden(keys[1], user) then
    return { 'suspended' }
  end
  if windows then
    aside.begin_in_windows(windows, user)
  end
  segments.turn, is_aside = index, true
  local reply = outcome_of_update(user, values[index], aside.kept(keys[2], user))
  is_aside = false
  return reply
end

-- Of the updates as they stand in KEYS and ARGV, one after the other.
local function outcomes_of_group(are_suspended, old)
  local replies, is_plain = {}, count > 1 and definition.is_plain and not (windows and windows.late)
  key, word = own_keys, SHARED_WORDS
  for index = 1, count do
    local user, reply = users[index], nil
    flags = flags_of_updates[index]
    if count > 1 then
      old = had[index]
    end
    if windows then
      windows.turn = index
    end
    if are_suspended[index] == 1 then
      if plain.stamps then
        moves.stamps[user] = plain.stamps[index]
      end
      reply = aside.outcome(index, user)
    elseif is_plain and flags.is_plain then
      reply = plain_outcome(index, user, values[index], old)
    end
    if not reply then
      segments.turn = index
      if plain.stamps then
        moves.stamps[user] = plain.stamps[index]
      end
      reply = outcome_of_update(user, values[index], old)
    end
    replies[index] = reply
    if not has_written and reply.err then
      return reply
    end
    key, word = key + flags.keys, word + flags.words
  end
  for limit in pairs(reported or {}) do
    local full_in = full_ats[limit] - now
    if full_in > count then
      keep_bucket(limit, now, full_in)
    end
  end
  return replies
end

-- Texts that begin_group has found to be sound.
local sound_max, sound_lifetime

-- One increase by itself, with neither rank, key, grant nor trace, on a board without segments: nearly every call. Here the
-- way of update.lua and of this file is written out once more, for the instructions that Lua takes are what such a call costs more
-- than leaderboard_update: 1.25 times its instructions without this. Nil, and nothing is written, wherever anything is not as it
-- mostly is: then all of it goes the way of a group.
-- With windows, all that holds of those that have begun, and that the user is in.
local function write_plain(keys, args)
  local own, seasons, totals, moves_in_seasons, is_judged = #keys, nil, nil, nil, plausibility.is_told(keys)
  local user, increase_text, limit = args[11], args[13], keys[own]
  local increase, max = small_numbers[increase_text] or whole_number(increase_text), args[1]
  if args[14] ~= '0' or args[12] ~= 'incr' or max ~= sound_max or args[2] ~= sound_lifetime or not increase
    or own == 11 and (args[6] ~= '' or args[7] ~= '0' or args[8] ~= '0' or args[9] ~= '1') or not is_user(user) then
    return nil
  elseif own > 11 then
    seasons = seasons_of(args[6])
    if not seasons or own ~= 12 + 3 * #seasons or seasons.count ~= to_number(args[9]) or not to_number(args[8]) then
      return nil
    end
  end
  if call('SISMEMBER', keys[1], user) ~= 0 then
    return nil
  end
  local held, seq_held, epoch, chain, full_at, stored, pace = list(is_judged
    and call('MGET', keys[4], keys[6], keys[7], keys[8], limit, keys[5], plausibility.pace_key()) or seasons
    and call('MGET', keys[4], keys[6], keys[7], keys[8], limit, keys[5]) or call('MGET', keys[4], keys[6], keys[7], keys[8], limit))
  local definition, count = definitions[held or args[4]], count_of(seq_held)
  if not definition or definition.version ~= args[5] or not definition.is_plain
    or not definition.checks == is_judged or not definition.has_seasons ~= not seasons or seasons and stored ~= args[6] or increase < 1 or increase > definition.increase_max or not (count and count > 0 and epoch and chain)
    or count + 1 >= SCORE_LIMIT or not held and plain.wants.stores then
    return nil
  end
  local clock = call('TIME')
  local now = clock[1] * 1000000 + clock[2]
  local taken, full_in, bucket = nil, nil, is_judged and definition.checks.bucket
  if is_judged then
    plausibility.begin_single(definition, now, user, keys[9], pace)
  end
  if bucket then
    taken, full_in = plausibility.take(1, full_at, definition.capacity, definition.token_time)
  else
    taken, full_in = take(full_at, now, definition.capacity, definition.token_time)
  end
  local scores = keys[9]
  local old, total
  moves = nil
  if definition.is_stamped then
    moves = plainly.right
    moves.is_told = false
    old, total = plainly.find(6, definition, scores, keys[10], keys[2], user, increase)
  elseif definition.is_dense then
    moves = begin_moves(definition, scores, keys[10], true)
    old = find_moving(moves, user)
  else
    old = call('ZSCORE', scores, user)
  end
  total = total or (old or 0) + increase
  if not taken or total > definition.max or total < definition.min or seasons and now >= to_number(args[8]) then
    return nil
  elseif seasons then
    totals, moves_in_seasons = plainly.find_in_windows(seasons, keys, definition, user, increase)
    if not totals then
      return nil
    end
  end
  if is_judged then
    old = old and old + 0
    if not plausibility.passes(1, user, old, total, increase, args[15]) then
      return nil
    end
  end
  local time, score, seq = now / 1000, floor(total) + 0, count + 1
  local score_text, seq_text, time_text, ip, request =
    format('%d', score), format('%d', seq), format('%d', time), args[15], args[16]

  local hash = sha1hex(chain .. '\nuser\n' .. user .. '\nincrease\n' .. increase_text .. '\nscore\n' .. score_text
    .. '\nseq\n' .. seq_text .. '\nip\n' .. ip .. '\nrequest\n' .. request)
  local id = try('XADD', keys[3], 'MAXLEN', '~', max, time_text .. '-*', 'user', user, 'increase', increase_text,
    'score', score_text, 'seq', seq_text, 'ip', ip, 'request', request, 'hash', hash)
  if kind(id) ~= 'string' then
    return nil
  end
  plain.keys, plain.seq_text, plain.chain = keys, seq_text, hash .. '\n' .. id
  has_written, appended, is_placed = true, 1, false
  epoch = epoch_of_change(keys[7], count, epoch, clock)
  if full_in > 1 and not bucket then
    keep_bucket(limit, now, full_in)
  end
  if definition.is_stamped then
    plainly.place(6, definition, scores, keys[10], user, seq)
  elseif moves then
    move(moves, user, old and old + 0, score, seq, score_text)
    write_moves(moves)
  elseif score == total then
    call('ZADD', scores, score_text, user)
  else
    call('ZADD', scores, score_argument(total), user)
  end
  is_placed = true
  if totals then
    plainly.place_in_windows(totals, moves_in_seasons, keys, definition, user, seq)
  end
  write_count(keys, seq_text, plain.chain)
  if is_judged then
    plausibility.count(1, user, old, ip, false, bucket and full_in)
    plausibility.end_group()
  end
  last_count, last_count_text = seq, seq_text
  local channel = args[3]
  if noted[channel] ~= max then
    note_kept(keys[3], max, seq, channel)
  end
  publish_score(channel, user, score_text, totals and increase_text .. ',"windows":[' .. table.concat(totals, ',') .. ']'
    or increase_text, seq_text, epoch, time_text)
  return { plain.wants.texts and score_text .. ' ' .. seq_text .. ' ' .. time_text .. ' ' .. integer_text(full_in)
    or { 'applied', score, seq, time, full_in, 0 } }
end

-- What of a group's state an earlier call left.
local function forget_group()
  answered, used, reported, add_count, event_count = nil, nil, nil, 0, 0
  plain.stamps, plain.removed = nil, 0
  plain.keys, plain.full_in, appended, is_placed, is_aside, has_held = nil, nil, 0, false, false, false
  if count > 1 then
    answered, used, reported = {}, {}, {}
  end
end

-- The answer for the whole group, if its seasons do not hold. `stored`: which do, or false.
local function begin_group_in_windows(stored)
  windows = nil
  if args[6] == '' then
    return definition.has_seasons and redis.error_reply('BADARG leaderboard_write: the board has windows that end') or nil
  end
  local answer
  windows, answer = begin_windows(definition, keys, SHARED_KEYS + 1, users, count, stored, now, args[6], args[7], args[8], args[9], full_ats ~= nil)
  return answer
end

local function write(given_keys, given_args)
  plain.wants = plain.all_wants[given_args[10]] or plain.all_wants['0']
  local reply = sound_max and #given_keys >= 11 and #given_args == 16 and write_plain(given_keys, given_args)
  if reply then
    return reply
  end
  keys, args = given_keys, given_args
  if not begin_group() then
    return redis.error_reply('BADARG leaderboard_write: a key or an argument is missing or wrong')
  end
  local board, seq_key, chain_key, given = keys[4], keys[6], keys[8], args[4]
  sound_max, sound_lifetime = args[1], args[2]
  if not call then
    call, try, sha1hex, list, kind, floor, format, to_number = redis.call, redis.pcall, redis.sha1hex, unpack, type,
      math.floor, string.format, tonumber
  end
  audit, epoch_key, scores, at, audit_max = keys[3], keys[7], keys[9], keys[10], args[1]
  local are_suspended = count == 1 and { call('SISMEMBER', keys[1], users[1]) }
    or call('SMISMEMBER', keys[1], list(users, 1, count))
  local seasons = false
  if args[6] == '' then
    kept = call('MGET', board, seq_key, epoch_key, chain_key, list(keys, own_keys + 1))
  else
    kept = call('MGET', keys[5], board, seq_key, epoch_key, chain_key, list(keys, own_keys + 1))
    seasons = table.remove(kept, 1)
  end
  local text = kept[1]
  definition = definition_of(text or given)
  if not definition then
    return { not text and given == '' and 'no_board' or 'bad_definition' }
  elseif definition.version ~= args[5] then
    return { 'board_changed', definition.version }
  end
  clock = call('TIME')
  now = clock[1] * 1000000 + clock[2]
  -- Of the time, its milliseconds: integer_text cuts, and so does Redis in a reply.
  time = now / 1000
  time_text = integer_text(time)
  entry_id = time_text .. '-*'
  forget_group()
  local answer = begin_group_in_windows(seasons)
  if answer then
    return answer
  end
  segments.begin_group(definition, users, count)
  checks = definition.checks
  if checks or plausibility.is_told(keys) then
    plausibility.begin_group(keys, definition, now, users, count, scores, write_places)
  end
  moves = not definition.is_bare and begin_moves(definition, scores, at, count == 1, not full_ats)
  local old = scores_of_group(keys[2])
  last_seq, epoch, chain = count_of(kept[2]), kept[3], kept[4]
  if not (last_seq and epoch and chain) then
    refuse_other_types(seq_key, epoch_key, chain_key)
  end
  local stores = not text and plain.wants.stores
  if stores then
    refuse_other_types(board)
  end
  if last_seq and last_seq + count + (windows and 1 or 0) > SCORE_LIMIT then
    last_seq = nil
  end
  local before = last_seq or first_seq(definition, audit, scores, at, keys[2], clock)
  seq, seq_text = before, nil
  local replies = outcomes_of_group(are_suspended, old)
  if seq_text then
    end_group(args[3], before)
  end
  if stores and (seq_text or has_held) then
    call('SET', board, given)
  end
  if checks and not replies.err then
    plausibility.end_group()
  end
  return replies
end

register_operation('leaderboard_write', write, take_back_group)

register_operation('leaderboard_write_by_rules', function(keys, args)
  if not plausibility.tell(keys, args) then
    return redis.error_reply('BADARG leaderboard_write_by_rules: a key or an argument is missing or wrong')
  end
  return write(keys, args)
end, take_back_group)

end
