-- Numbers that cross the border of Lua. A Lua number is a double, exact up to 2^53 - 1, but its implicit text has only
-- 14 digits: every number that becomes text here goes through integer_text, never through .. or tostring.

-- Largest score, and with its sign changed the smallest: what a double, and every JSON reader, holds exactly.
local SCORE_LIMIT = 9007199254740991

local function integer_text(number)
  return string.format('%.0f', number)
end

-- The text as a whole number within the limit, or nil. Only digits with an optional minus: no 0x10, no 1e3, no spaces.
local function whole_number(text)
  local number = text and string.find(text, '^-?%d+$') and tonumber(text)
  if number and number >= -SCORE_LIMIT and number <= SCORE_LIMIT then
    return number
  end
  return nil
end

-- What the board shows for a score in Redis. Ours are whole and within the limit; another service may have written
-- anything that a sorted set takes (1.5, inf), which is shown rounded down and held to the limit.
local function shown_score(text)
  local score = math.floor(tonumber(text))
  return math.max(-SCORE_LIMIT, math.min(SCORE_LIMIT, score)) + 0
end
