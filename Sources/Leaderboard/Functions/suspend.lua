-- Suspension. KEYS, with board and at, and seasons, and ARGV as in operation.lua. Both return done, or unchanged if there was nothing to
-- do, or season_is.

do

-- leaderboard_suspend: the user's updates are refused from now on, and the user leaves the board; the score is kept.
-- Who is on the board although suspended (another service wrote them there) is taken off again, and the score that was
-- kept first stays: what is written during a suspension does not count.
local function suspend(keys, args)
  local op = begin_operation(keys, args)
  if not op or op.user == '*' then
    return wrong_arguments('leaderboard_suspend')
  end
  local answer = begin_in_seasons(op, keys)
  if answer then
    return answer
  end
  if op.is_suspended and not op.on_board then
    return { 'unchanged' }
  end
  record(op, 'suspend', 0, op.kept_back or op.on_board)
  redis.call('SADD', op.suspended, op.user)
  if op.on_board then
    take_away(op.moves, op.user, op.on_board)
    if not op.kept_back then
      redis.call('ZADD', op.withheld, op.on_board, op.user)
    end
  end
  for _, window in ipairs(op.windows) do
    local score, kept_back = held_in_season(op, window)
    if score then
      take_away(window.moves, op.user, score)
    end
    if score and not kept_back then
      redis.call('ZADD', window.withheld, score, op.user)
      keep_season(op.moves.definition, window)
    end
  end
  segments.follow(op.moves, op.user)
  tell(op, nil)
  return { 'done' }
end

-- leaderboard_reinstate: the user's updates count again, and the score that was kept is back on the board, in its place of before. So
-- is that of the seasons that take updates; one that is final stays without the user.
local function reinstate(keys, args)
  local op = begin_operation(keys, args)
  if not op or op.user == '*' then
    return wrong_arguments('leaderboard_reinstate')
  end
  local answer = begin_in_seasons(op, keys)
  if answer then
    return answer
  end
  if not op.is_suspended and not op.kept_back then
    return { 'unchanged' }
  end
  local score = op.kept_back or op.on_board
  record(op, 'reinstate', 0, score)
  redis.call('SREM', op.suspended, op.user)
  if op.kept_back then
    redis.call('ZREM', op.withheld, op.user)
    put_back(op.moves, op.user, op.kept_back)
  end
  for _, window in ipairs(op.windows) do
    local on_board, kept_back = held_in_season(op, window)
    redis.call('ZREM', window.withheld, op.user)
    if kept_back and not on_board then
      put_back(window.moves, op.user, kept_back)
      keep_season(op.moves.definition, window)
    end
  end
  segments.follow(op.moves, op.user)
  tell(op, score, op.moves.stamps)
  return { 'done' }
end

register_operation('leaderboard_suspend', suspend)
register_operation('leaderboard_reinstate', reinstate)

end
