-- The readers. They write nothing (FCALL_RO, a replica will do), and what one call returns belongs together.
--
-- A board that has neither been begun nor updated has no epoch yet: its position is epoch 0, seq 0, which is as stable as
-- any other. Whoever follows the board sees the epoch come. The same holds where nobody can count on from what `seq` holds, or
-- the epoch is none.

-- Of what the keys hold.
local function position_of(seq_text, epoch)
  local seq = count_of(seq_text)
  if seq and epoch and is_epoch(epoch) then
    return epoch, seq
  end
  return '0', 0
end

local function position(seq_key, epoch_key)
  local kept = redis.call('MGET', seq_key, epoch_key)
  return position_of(kept[1], kept[2])
end

-- Members of the sorted set that are passed over for one page, at most. Beyond it the page is not known: to show it empty
-- would say that nobody is there.
local PASSED_OVER = 1000

-- leaderboard_standings: a page of the board, best first; of equal scores the user that sorts last comes first.
-- What another writer put there and is no user id (it may have any length) is not shown: the page is filled up with the
-- rows that follow. Until leaderboard_set_aside has taken such a member off the board, it has a place there by which offsets
-- and ranks go.
-- KEYS  1 scores  2 seq  3 epoch
-- ARGV  1 offset  2 limit
-- Returns epoch, seq, number of users on the board, then user, score for each row. Of the number, those that were passed over
-- are taken off. The error FOREIGN: there are too many of them.
local function standings(keys, args)
  local offset, limit = whole_number(args[1]), whole_number(args[2])
  if #keys ~= 3 or not offset or offset < 0 or not limit or limit < 0 then
    return redis.error_reply('BADARG leaderboard_standings: a key or an argument is missing or wrong')
  end
  local epoch, seq = position(keys[2], keys[3])
  local reply = { epoch, seq, redis.call('ZCARD', keys[1]) }
  local first, missing, passed_over = offset, limit, 0
  while missing > 0 do
    if passed_over >= PASSED_OVER then
      return redis.error_reply('FOREIGN leaderboard_standings: too many members of the board are no user ids')
    end
    local rows = redis.call('ZRANGE', keys[1], integer_text(first), integer_text(first + missing - 1), 'REV', 'WITHSCORES')
    local foreign = 0
    for index = 1, #rows, 2 do
      if is_user(rows[index]) then
        reply[#reply + 1] = rows[index]
        reply[#reply + 1] = shown_score(tonumber(rows[index + 1]))
      else
        foreign = foreign + 1
      end
    end
    first, passed_over = first + missing, passed_over + foreign
    -- As many are missing still as were no users; nothing is behind the end of the board.
    missing = #rows == 2 * missing and foreign or 0
  end
  reply[3] = reply[3] - passed_over
  return reply
end

-- leaderboard_standing: where one user stands.
-- KEYS  1 scores  2 seq  3 epoch
-- ARGV  1 user
-- Returns epoch, seq, number of users on the board, and, if the user is on it, score and rank (1 is best).
local function standing(keys, args)
  if #keys ~= 3 or #args ~= 1 then
    return redis.error_reply('BADARG leaderboard_standing: a key or an argument is missing or wrong')
  end
  local epoch, seq = position(keys[2], keys[3])
  local reply = { epoch, seq, redis.call('ZCARD', keys[1]) }
  local score = redis.call('ZSCORE', keys[1], args[1])
  if score then
    reply[4] = shown_score(tonumber(score))
    reply[5] = redis.call('ZREVRANK', keys[1], args[1]) + 1
  end
  return reply
end

-- leaderboard_writable: leaderboard_revision for who wants to know whether an update would be taken. It writes nothing, but as
-- it might, Redis refuses it where it refuses an update: MISCONF, OOM, NOREPLICAS, READONLY, the ACL.
-- KEYS  1 scores
local function writable()
  return REVISION
end

-- leaderboard_revision: which edition of this library Redis holds. REVISION is put at the head by the service.
local function revision()
  return REVISION
end

redis.register_function{ function_name = 'leaderboard_standings', callback = standings, flags = { 'no-writes' } }
redis.register_function{ function_name = 'leaderboard_standing', callback = standing, flags = { 'no-writes' } }
redis.register_function('leaderboard_writable', writable)
redis.register_function{ function_name = 'leaderboard_revision', callback = revision, flags = { 'no-writes' } }
