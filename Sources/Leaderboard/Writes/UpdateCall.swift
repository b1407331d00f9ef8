import Board
import Text
import RedisClient

/// One update as `Functions/write.lua` is told of it. A class, for it is handed on from the request to the group that it goes with,
/// and kept until its outcome is known: a structure would have its eight parts counted each time.
package final class UpdateCall: Sendable {
    package let update: BoardUpdate
    package let origin: UpdateOrigin
    package let idempotencyKey: IdempotencyKey?
    let grant: ScoreGrant?
    package let withRank: Bool
    /// Nil: it is the user's own.
    package let hand: OtherHand?
    /// It names a season that does not run: only what it did before is told.
    let isReplayOnly: Bool

    package init(
        update: BoardUpdate,
        origin: UpdateOrigin,
        idempotencyKey: IdempotencyKey?,
        grant: ScoreGrant? = nil,
        withRank: Bool,
        hand: OtherHand? = nil,
        isReplayOnly: Bool = false
    ) {
        self.update = update
        self.origin = origin
        self.idempotencyKey = idempotencyKey
        self.grant = grant
        self.withRank = withRank
        self.hand = hand
        self.isReplayOnly = isReplayOnly
    }

    /// The same, of which only what it did before is told.
    var replay: UpdateCall { with(grant, isReplayOnly: true) }

    /// The same, which uses up the grant.
    package func with(_ grant: ScoreGrant) -> UpdateCall { with(grant, isReplayOnly: isReplayOnly) }

    private func with(_ grant: ScoreGrant?, isReplayOnly: Bool) -> UpdateCall {
        UpdateCall(
            update: update,
            origin: origin,
            idempotencyKey: idempotencyKey,
            grant: grant,
            withRank: withRank,
            hand: hand,
            isReplayOnly: isReplayOnly
        )
    }

    /// Its own words of KEYS. (By the head, not by the board's keys: to hand over twenty names costs 1,200 instructions.)
    func appendKeys(by head: WriteHead, to keys: inout RedisCommand) {
        switch hand {
        case .service(let service, _): keys.append(head.board.reports(of: service))
        case .stream: keys.append(head.board.intakeLimit)
        case .operator, nil: keys.append(head.board.limitPrefix, update.user.rawValue)
        }
        if let idempotencyKey { keys.append(head.board.idem(update.user, idempotencyKey, by: hand?.actor)) }
        if update.metadata != nil { keys.append(head.board.meta) }
        if let grant { keys.append(head.board.grant(grant)) }
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
        if let metadata = update.metadata { words.append(metadata.json) }
        if let grant { words.append(max(1, Int(clamping: grant.lifetime / .milliseconds(1)))) }
        if keepsMore { words.append(keptText) }
        switch hand {
        case .service(let service, let limit), .stream(let service, let limit):
            words.append(service.rawValue)
            words.append(limit.updates)
            words.append(limit.tokenTime)
        case .operator(let actor, let reason):
            words.append(actor.rawValue)
            words.append(reason.text)
        case nil: break
        }
    }

    private var flags: Int {
        (withRank ? 1 : 0) + (idempotencyKey == nil ? 0 : 2) + (grant == nil ? 0 : 4) + (origin.trace == nil ? 0 : 16)
            + (update.metadata == nil ? 0 : 8) + (isReplayOnly ? 32 : 0) + (keepsMore ? 64 : 0) + handFlag
    }

    private var handFlag: Int {
        switch hand {
        case .service, .stream: 128
        case .operator: 256
        case nil: 0
        }
    }

    /// No fewer than its words have on the wire. A `:` of the user id has three in one of the keys.
    func maximumBytes(by head: WriteHead) -> Int {
        let user = update.user.rawValue.utf8.count
        let own =
            5 * user + (idempotencyKey?.rawValue.utf8.count ?? 0) + (grant?.id.utf8.count ?? 0)
            + origin.ip.utf8.count + origin.requestID.utf8.count + (origin.trace?.utf8.count ?? 0)
        let metadata = update.metadata.map { $0.json.utf8.count + head.board.meta.utf8.count + 32 } ?? 0
        let segments = update.segments?.text.utf8.count ?? 0
        let rules = head.rules?.bytes(of: self) ?? 0
        let kept = keepsMore ? Self.maximumKeptBytes : 0
        return own + kept + metadata + segments + rules + handBytes + 3 * head.board.limitPrefix.utf8.count + 256
    }

    private var handBytes: Int {
        switch hand {
        case .service(let service, _), .stream(let service, _): 3 * service.rawValue.utf8.count + 64
        case .operator(let actor, let reason): 2 * actor.rawValue.utf8.count + reason.text.utf8.count + 32
        case nil: 0
        }
    }
}
