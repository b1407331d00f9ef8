import Board
import NIOCore
import RedisClient

// Who is on hold, as it is kept with a backup.
extension HeldByHand {
    /// Nil: not as an operator's act says it.
    init?(actor: String, time: Int, reason: String) {
        guard (try? UserID(actor)) != nil, reason.isEmpty || (try? AuditReason(reason)) != nil else { return nil }
        self.init(stored: "\(actor) \(time) \(reason)")
    }

    /// Of an entry that puts a user on hold. Nil: it is another one.
    init?(_ entry: AuditEntry) {
        guard entry.action == .hold, let actor = entry["actor"], let time = Int(exactly: entry.time) else { return nil }
        self.init(actor: actor, time: time, reason: entry["reason"] ?? "")
    }

    /// What stands in the place of the reason where the user was erased, as `Functions/rules.lua` has it.
    static let erasedReason = "The user was erased since, and with them the reason."

    /// Of a user who was erased since.
    var withoutReason: HeldByHand { HeldByHand(stored: "\(actor) \(time) \(Self.erasedReason)") ?? self }

    /// As the hash `holding` has it.
    var stored: String { "\(actor) \(time) \(reason)" }
}

extension ScoreStore {
    private static let mark = "hold "

    /// What is said of each user on hold, as it is stored.
    func forEachHold(
        of keys: BoardKeys,
        on eventLoop: any EventLoop,
        _ body: (_ user: String, HeldByHand) -> Void
    ) async throws(ScoreStoreError) {
        try await forEachField(of: keys.holding, matching: Self.mark + "*", on: eventLoop) { field, stored in
            if let hand = HeldByHand(stored: stored) { body(String(field.dropFirst(Self.mark.count)), hand) }
        }
    }

    /// What is none of ours is left out.
    func onHold(
        of keys: BoardKeys,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [String: HeldByHand] {
        var onHold: [String: HeldByHand] = [:]
        try await forEachHold(of: keys, on: eventLoop) { user, hand in
            guard let kept = HeldByHand(actor: hand.actor, time: hand.time, reason: hand.reason) else { return }
            if (try? UserID(user)) != nil { onHold[user] = kept }
        }
        return onHold
    }

    /// So many updates wait for review; none where another writer has put something else there.
    func waiting(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Int {
        do { return try await read(RedisCommand("XLEN", keys.held), on: eventLoop).count ?? 0 } catch .unsoundBoard {
            return 0
        }
    }
}
