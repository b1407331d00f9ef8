-- The epoch of a board: within one, a seq stands for one change, for ever. So who has seen the changes up to a seq can be
-- told those that follow.
--
-- A board that comes back without its last changes (an older snapshot, a loss of power, a replica that was behind and is the
-- primary now) gives their seqs out again, and nothing in it tells that it does. But it does not come back to this
-- library: a start, a full resync and a move to another server each load it anew. So `life` names one library in the
-- memory of one server, an epoch begins with the life that it was made in, and the first change that a life makes on a
-- board of another one begins a new epoch. Where nothing was lost, that costs each viewer one snapshot; it costs no call
-- to Redis, and nothing has to be kept of any board.
--
-- Until that first change the board is at an earlier seq of the old epoch, which never goes on: who was told later ones
-- is ahead of it, and that is seen.

-- Digits, so that an epoch is what it always was to those who read one: up to 20 digits.
local LIFE_DIGITS = 13
-- Made of the clock by the first change, and unique enough: microseconds within 115 days.
local life = nil
-- Made in this life, on all boards.
local epochs = 0
-- The epoch that was last found to be of this life. Many changes in a row are of one board.
local last_epoch = nil

-- Another writer may have put any bytes there; they would be in every reply and event.
local function is_epoch(text)
  return #text <= 20 and string.find(text, '^%d+$') ~= nil
end

-- For a board that has none, or that may have been rewound.
local function new_epoch(epoch_key, clock)
  life = life or string.format('%013d', clock[1] % 10000000 * 1000000 + clock[2])
  epochs = epochs + 1
  last_epoch = life .. integer_text(epochs)
  redis.call('SET', epoch_key, last_epoch)
  return last_epoch
end

-- The epoch of a board's next change. Every function that moves a board's seq asks here.
--   last_seq, epoch  as the board's keys have them; false or nil: there is none that can be one
local function epoch_of_change(epoch_key, last_seq, epoch, clock)
  if not last_seq or not epoch then
    -- The board's first change, or somebody removed a key.
    return new_epoch(epoch_key, clock)
  end
  if epoch ~= last_epoch then
    if #epoch <= LIFE_DIGITS or not is_epoch(epoch) or string.sub(epoch, 1, LIFE_DIGITS) ~= life then
      return new_epoch(epoch_key, clock)
    end
    last_epoch = epoch
  end
  return epoch
end
