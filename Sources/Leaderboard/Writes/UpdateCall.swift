import Board
import Text
import RedisClient

/// One update as `Functions/write.lua` is told of it.
struct UpdateCall {
    let update: BoardUpdate
    let origin: UpdateOrigin
    let idempotencyKey: IdempotencyKey?
    let grant: ScoreGrant?
    let withRank: Bool

    /// Its own words of KEYS. (Of the board, not of its keys: to hand over twenty names costs 1,200 instructions.)
    func appendKeys(of board: StoredBoard, to keys: inout RedisCommand) {
        keys.append(board.keys.limitPrefix, update.user.rawValue)
        if let idempotencyKey { keys.append(board.keys.idem(update.user, idempotencyKey)) }
        if let grant { keys.append(board.keys.grant(grant)) }
    }

    /// Its own words of ARGV.
    func appendWords(to words: inout RedisCommand) {
        words.append(update.user.rawValue)
        words.append(update.operation.rawValue)
        words.append(update.value)
        words.append(flags)
        words.append(origin.ip)
        words.append(origin.requestID)
        if let trace = origin.trace { words.append(trace) }
        if let grant { words.append(max(1, Int(clamping: grant.lifetime / .milliseconds(1)))) }
    }

    private var flags: Int {
        (withRank ? 1 : 0) + (idempotencyKey == nil ? 0 : 2) + (grant == nil ? 0 : 4) + (origin.trace == nil ? 0 : 16)
    }

    /// No fewer than its words have on the wire. A `:` of the user id has three in one of the keys.
    func maximumBytes(of board: StoredBoard) -> Int {
        let user = update.user.rawValue.utf8.count
        let own =
            5 * user + (idempotencyKey?.rawValue.utf8.count ?? 0) + (grant?.id.utf8.count ?? 0)
            + origin.ip.utf8.count + origin.requestID.utf8.count + (origin.trace?.utf8.count ?? 0)
        return own + 3 * board.keys.limitPrefix.utf8.count + 256
    }
}
