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

    /// As the hash `holding` has it.
    var stored: String { "\(actor) \(time) \(reason)" }
}

extension ScoreStore {
    private static let holdsOfPage = "1000"
    private static let mark = "hold "

    /// What is none of ours is left out.
    func onHold(
        of keys: BoardKeys,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [String: HeldByHand] {
        var onHold: [String: HeldByHand] = [:]
        var cursor = "0"
        repeat {
            let call = RedisCommand("HSCAN", keys.holding, cursor, "COUNT", Self.holdsOfPage)
            let page = try ScanPage(reply: try await read(call, on: eventLoop))
            for index in stride(from: 0, to: page.words.count - 1, by: 2) {
                guard let field = page.words[index].text, field.hasPrefix(Self.mark),
                    let hand = page.words[index + 1].text.flatMap(HeldByHand.init(stored:)),
                    let kept = HeldByHand(actor: hand.actor, time: hand.time, reason: hand.reason)
                else { continue }
                let user = String(field.dropFirst(Self.mark.count))
                if (try? UserID(user)) != nil { onHold[user] = kept }
            }
            cursor = page.next
        } while cursor != "0"
        return onHold
    }

    /// So many updates wait for review; none where another writer has put something else there.
    func waiting(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Int {
        do { return try await read(RedisCommand("XLEN", keys.held), on: eventLoop).count ?? 0 } catch .unsoundBoard {
            return 0
        }
    }
}
