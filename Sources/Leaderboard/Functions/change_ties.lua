-- leaderboard_change_ties: a board that has users goes on with other ties. The users are loaded beside the board in the layout that
-- the new ties need (leaderboard_restore_scores), as of one entry of the audit, while updates go on. Here those who changed since
-- are put right there, and the loaded keys take the places of the board's, with the definition: so nothing is lost, and no update is
-- refused. Who was interrupted before has changed nothing, and loads anew.
-- KEYS  as in operation.lua, with board and at, then
--       12 scores  13 at  that were loaded  14 lease (loading.lua)
-- ARGV  1 * and 2 to 7 as in operation.lua, then
--       8 seen        id of the last audit entry that the loaded keys know
--       9 reached     the last change by which somebody reached a score there; the board counts on behind it
--       10 held       what `board` has, as far as the caller knows; empty: it is not there
--       11 definition what it is to have: without windows that end, whose seasons would keep the old layout, and without segments
--       12 token
--       13 there      how many of the keys 12 and 13 the caller has found
-- Returns done
--       | taken    the caller has the lease no more
--       | behind   since `seen` there are more than 500 entries: put them right there, and call again
--       | changed  the definition is another one, or more has changed than the audit tells by user: load anew

do

-- What entries tell of by user. An entry without an action is an update.
local BY_USER = { suspend = true, reinstate = true, revert = true, recover = true, adopt = true }

-- By user, the seq of the last of these entries that gave the user another score; false: none did. Nil where they tell of more.
local function arrivals_since(loaded, entries)
  local arrivals, is_known = {}, {}
  for _, entry in ipairs(entries) do
    local fields = fields_of(entry)
    local user, action = fields.user, fields.action
    if action and not BY_USER[action] and action ~= 'accept' and not LEAVES_PLACES[action] then
      return nil
    elseif user and is_user(user) and not LEAVES_PLACES[action] then
      if is_known[user] == nil then
        is_known[user] = action or find_moving(loaded, user)
      end
      local is_arrival = not action and not is_known[user] or (not action or action == 'revert')
        and (fields.increase ~= '0' or fields.released and fields.reached)
      arrivals[user] = is_arrival and whole_number(fields.reached or fields.seq or '') or arrivals[user] or false
      is_known[user] = fields.score ~= ''
    end
  end
  return arrivals
end

-- The user as the board has it now.
local function load_anew(op, loaded, user, arrival)
  local score, reached = find_moving(op.moves, user), arrival
  if op.moves.stamps then
    reached = seq_of(op.moves.definition, op.moves.stamps[user])
  elseif not reached and loaded.stamps then
    find_moving(loaded, user)
    reached = seq_of(loaded.definition, loaded.stamps[user])
  end
  place_at(loaded, user, score and integer_text(shown_score(tonumber(score))), math.max(reached or 0, 0))
end

local function change_ties(keys, args)
  local op, reached, text = begin_operation(keys, args), whole_number(args[9] or ''), args[11]
  local definition = definition_of(text or '')
  if not op or #keys ~= 14 or op.user ~= '*' or not string.find(args[8] or '', '^%d+%-%d+$') or not reached or reached < 0
    or not definition or definition.has_seasons or definition.kinds or not whole_number(args[13] or '') then
    return wrong_arguments('leaderboard_change_ties')
  end
  if not loading.is_held(keys[14], args[12]) then
    return { 'taken' }
  elseif not loading.are_there(tonumber(args[13]), keys[12], keys[13]) or not holds(keys[10], args[10])
    or definition.order ~= op.moves.definition.order or definition.frozen ~= op.moves.definition.frozen then
    return { 'changed' }
  end
  refuse_missing_rights_to_replace(keys[12], op.scores, keys[10])
  local entries = redis.call('XRANGE', op.audit, '(' .. args[8], '+', 'COUNT', READ_AT_ONCE + 1)
  if #entries > READ_AT_ONCE then
    return { 'behind' }
  end
  local loaded = begin_moves(definition, keys[12], keys[13], true)
  local arrivals = arrivals_since(loaded, entries)
  if not arrivals then
    return { 'changed' }
  end
  for user, arrival in pairs(arrivals) do
    load_anew(op, loaded, user, arrival)
  end
  if redis.call('ZCARD', op.scores) ~= redis.call('ZCARD', keys[12]) then
    return { 'changed' }
  end
  -- Who comes now comes after all who have a stamp.
  if op.seq <= reached then
    op.seq, op.epoch = reached + 1, false
  end
  record(op, 'ties', 0, nil, { 'ties', definition.ties })
  loading.put_in_place(keys[12], op.scores)
  loading.put_in_place(keys[13], keys[11])
  define_anew(op, keys[10], text)
  tell(op, nil)
  return { 'done' }
end

register_operation('leaderboard_change_ties', change_ties)

end
