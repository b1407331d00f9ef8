-- What an update does to a score. On a board where the greatest is best:
--
--   incr, decr  the value is added, or taken away: 0 to increase_max
--   set         the value is the score
--   best        the value is the score if it is better; the first one always is
-- A change that would pass a bound of the definition is refused, or ends at the bound (clamp). Where a bound came after a score
-- that is beyond it, an increase never lowers that score, nor a decrease raises it, and back towards the bound it may go.

local function held(definition, value)
  return math.max(definition.min, math.min(definition.max, value))
end

local function sum_of(definition, old, change)
  local total, min, max = (old or 0) + change, definition.min, definition.max
  if total >= min and total <= max then
    return total
  end
  local is_above = total > max
  if old and math.abs(old) <= SCORE_LIMIT and math.abs(total) <= SCORE_LIMIT and (is_above and change <= 0
    or not is_above and change >= 0) then
    return total
  elseif not definition.clamps then
    return nil
  elseif is_above then
    return old and math.max(old, max) or max
  end
  return old and math.min(old, min) or min
end

-- The score that comes of `old` (false: none), or nil if a bound refuses it.
local function result_of(definition, operator, old, value)
  if operator == 'incr' then
    return sum_of(definition, old, value)
  elseif operator == 'decr' then
    return sum_of(definition, old, 0 - value)
  end
  local score = held(definition, value)
  if operator == 'best' and old then
    local compared = definition.clamps and score or value
    if definition.ascends and compared >= old or not definition.ascends and compared <= old then
      return old
    end
  end
  if score ~= value and not definition.clamps then
    return nil
  end
  return score
end

-- Whether an update may say this at all.
local function takes_value(definition, operator, value)
  return operator == 'set' or operator == 'best' or value >= 0 and value <= definition.increase_max
end

-- The score that comes of `total` (false: none) by an update as the audit tells it, where some before it are taken back, and
-- whether it does no more than its entry says it did: then it is added, or taken away, and no bound holds it. What it came to
-- then, the bounds of then allowed. (RevertedUpdate of the service says the same.)
local function replayed(definition, total, fields)
  local score, operator = whole_number(fields.score or ''), fields.op
  if operator == 'set' then
    return score or total, false
  elseif operator == 'best' then
    if fields.increase == '0' then
      -- It was better in a window only: the score is another update's.
      score = held(definition, whole_number(fields.value or '') or score or 0)
    end
    local is_better = score and (not total or definition.ascends and score < total or not definition.ascends and score > total)
    return is_better and score or total, false
  end
  local increase, value = whole_number(fields.increase or '') or 0, whole_number(fields.value or '')
  local change = value and (operator == 'decr' and 0 - value or value) or increase
  local sum = (total or 0) + change
  local result = math.max(math.min(definition.min, score or definition.min), sum)
  result = math.min(math.max(definition.max, score or definition.max), result)
  return result, result == sum and change == increase
end
