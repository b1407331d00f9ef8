import Board
import RedisClient

// Numbers of a reply, held to what they can be where they come in: behind this, arithmetic on them is free. Redis' integers
// have 64 bits, and it may be another server that answers, or another writer who made the key.
extension RESPValue {
    /// A score or an increase; nil also for what can be none (see ``ScoreRange``).
    var score: Int? { integer.flatMap(ScoreRange.checked) }

    /// A number of things or a place among them (a seq, a rank), or a time: 0 to 2^53 - 1; nil also for what is none.
    var count: Int? { integer.flatMap { (0...ScoreRange.limit).contains($0) ? $0 : nil } }
}
