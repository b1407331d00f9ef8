-- Suspension. KEYS, with board and at, and seasons, and ARGV as in operation.lua, then
--   8 past  final seasons in which it is asked for, too (begin_in_seasons), at most 50; left out: by an edition that reaches none
--   9 kind  `hidden`: who is suspended is hidden from then on; of leaderboard_reinstate, who is suspended stays so. Left out: suspended,
--          and either is back
-- Both return done and the final seasons that were changed (`weekly 2026-W48;…`, of who names some), or unchanged if there was nothing
-- to do, or season_is. Who is in more seasons than one call takes is asked for again, with the others.

do

-- Of a frozen board, and where a final season was changed, viewers look anew at what is shown.
local function tell_of_user(op, shown, final)
  local is_anew = op.moves.definition.frozen or final
  tell(op, is_anew and (shown or 0) or shown, is_anew or op.moves.stamps)
end

-- leaderboard_suspend: the user's updates are refused from now on, and the user leaves the board; the score is kept. Who is hidden leaves it
-- the same way, and goes on scoring (aside.lua). Who is the one becomes the other.
-- Who is on the board although suspended (another service wrote them there) is taken off again, and the score that was
-- kept first stays: what is written during a suspension does not count.
local function suspend(keys, args)
  local op = begin_operation(keys, args)
  if not op or op.user == '*' then
    return wrong_arguments('leaderboard_suspend')
  end
  local answer = begin_in_seasons(op, keys, args[8])
  if answer then
    return answer
  end
  local shown = {}
  for _, window in ipairs(op.windows) do
    window.score, window.kept_back = held_in_season(op, window)
    shown[#shown + 1] = window.score and window or nil
  end
  local is_hidden = args[9] == 'hidden'
  if op.is_suspended and is_hidden == aside.is_hidden(op.suspended, op.user) and not op.on_board and #shown == 0 then
    return { 'unchanged' }
  end
  local fields = with_final({}, shown)
  local final = fields[2]
  if is_hidden then
    push(fields, 'kind', 'hidden')
  end
  if op.is_suspended then
    push(fields, 'already', '1')
  end
  record(op, 'suspend', 0, op.kept_back or op.on_board, fields)
  aside.note(op.suspended, op.user, is_hidden)
  if op.on_board then
    take_away(op.moves, op.user, op.on_board)
    if not op.kept_back then
      redis.call('ZADD', op.withheld, op.on_board, op.user)
    end
  end
  for _, window in ipairs(shown) do
    take_away(window.moves, op.user, window.score)
    if not window.kept_back then
      redis.call('ZADD', window.withheld, window.score, op.user)
    end
    keep_season(op.moves.definition, window)
  end
  segments.follow(op.moves, op.user)
  if op.is_suspended and not op.on_board and #shown == 0 then
    -- The user has become the other of both: nothing that is shown is other than it was.
    aside.tell(op)
  else
    tell_of_user(op, nil, final)
  end
  return { 'done', args[8] and (final or '') or nil }
end

-- leaderboard_reinstate: the user's updates count again, and the score that was kept is back on the board, in its place of before; so
-- are those of its seasons.
local function reinstate(keys, args)
  local op = begin_operation(keys, args)
  if not op or op.user == '*' then
    return wrong_arguments('leaderboard_reinstate')
  end
  local answer = begin_in_seasons(op, keys, args[8])
  if answer then
    return answer
  end
  if args[9] == 'hidden' and op.is_suspended and not aside.is_hidden(op.suspended, op.user) then
    return { 'unchanged' }
  end
  local kept = {}
  for _, window in ipairs(op.windows) do
    window.score, window.kept_back = held_in_season(op, window)
    kept[#kept + 1] = window.kept_back and window or nil
  end
  if not op.is_suspended and not op.kept_back and (not args[8] or #kept == 0) then
    return { 'unchanged' }
  end
  local score, fields = op.kept_back or op.on_board, with_final({}, kept)
  record(op, 'reinstate', 0, score, fields)
  aside.forget(op.suspended, op.user)
  if op.kept_back then
    redis.call('ZREM', op.withheld, op.user)
    put_back(op.moves, op.user, op.kept_back)
  end
  for _, window in ipairs(kept) do
    redis.call('ZREM', window.withheld, op.user)
    if not window.score then
      put_back(window.moves, op.user, window.kept_back)
      keep_season(op.moves.definition, window)
    end
  end
  segments.follow(op.moves, op.user)
  tell_of_user(op, score, fields[2])
  return { 'done', args[8] and (fields[2] or '') or nil }
end

register_operation('leaderboard_suspend', suspend)
register_operation('leaderboard_reinstate', reinstate)

end
