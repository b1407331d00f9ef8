-- Numbers that cross the border of Lua. A Lua number is a double, exact up to 2^53 - 1, but the text that Lua makes of
-- it by itself has only 14 digits, and the text that Redis makes of an argument of redis.call may be 1e+15. So every
-- number that becomes text goes through integer_text. Numbers in a reply are safe: Redis sends them as integers.

-- Largest score, and with its sign changed the smallest: what a double, and every JSON reader, holds exactly.
local SCORE_LIMIT = 9007199254740991

-- Kept at their first use: a name of Lua's that is looked up goes through two tables and a function's, and while a library loads
-- there are none.
local format, to_number, floor, find_text

-- Whole numbers only: %d cuts a fraction off. (It costs half of what %.0f does.)
local function integer_text(number)
  format = format or string.format
  return format('%d', number)
end

-- The text as a whole number within the limit, or nil. Only as we would write it: no 0x10, 1e3, 007, -0 or spaces.
local function whole_number(text)
  find_text = find_text or string.find
  if text and (text == '0' or find_text(text, '^%-?[1-9]%d*$')) then
    local number = text + 0
    return number >= -SCORE_LIMIT and number <= SCORE_LIMIT and number or nil
  end
  return nil
end

-- The count that was written last, and its text: many changes in a row are of one board.
local last_count, last_count_text = nil, nil

-- What a key that counts a board's changes holds, if one can count on from it: a whole number from 0, with one behind it that is
-- exact, too, as we write it. Otherwise nil, as if there were no key: it is another writer's, and the board begins a new epoch.
local function count_of(text)
  if text and text == last_count_text then
    return last_count
  end
  local count = text and whole_number(text)
  return count and count >= 0 and count < SCORE_LIMIT and count or nil
end

-- What the board shows for a score in Redis. Ours are whole and within the limit; another service may have written
-- anything that a sorted set takes (1.5, inf), which is shown rounded down and held to the limit. (+ 0: no -0.)
local function shown_score(score)
  floor = floor or math.floor
  score = floor(score) + 0
  return score > SCORE_LIMIT and SCORE_LIMIT or score < -SCORE_LIMIT and -SCORE_LIMIT or score
end
