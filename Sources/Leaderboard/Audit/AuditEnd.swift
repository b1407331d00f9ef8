import Board
import Text
import NIOCore
import RedisClient

/// Where a board says that its audit ends, at one moment.
struct AuditEnd: Sendable, Equatable {
    /// Nil: there is no chain.
    let chain: AuditChain.Link?
    /// How many changes the board counts; nil: it does not.
    let seq: Int?
    /// Nil: no id ran ahead.
    let ahead: IDsAhead?

    init?(reply: RESPValue) {
        guard let fields = reply.array, fields.count == 3 else { return nil }
        chain = fields[0].text.flatMap(AuditChain.Link.init)
        seq = fields[1].count
        ahead = fields[2].text.flatMap(IDsAhead.init)
    }
}

/// How far ids of the audit ran ahead of Redis' clock (`Functions/audit.lua`). The entries up to a time are those up to the id of that
/// time, and perhaps some behind it; but none further behind than this.
struct IDsAhead: Sendable, Equatable {
    /// Milliseconds, at most; from ``ScoreRange/limit`` on, nobody knows how many.
    let lead: Int
    /// The last id that ran ahead.
    let last: AuditID

    /// As the board's key has it: `lead id`. Nil for anything else.
    init?(_ text: String) {
        let (digits, id) = text.cut(at: " ")
        guard let lead = Int(digits), lead >= 0, let last = id.flatMap({ AuditID($0) }) else { return nil }
        self.lead = lead
        self.last = last
    }

    /// The last id that an entry may have which is not later than `end`, the last id of a time.
    func last(notLaterThan end: AuditID) -> AuditID {
        guard last > end else { return end }
        guard lead < ScoreRange.limit, UInt64(lead) <= UInt64.max - end.milliseconds else { return last }
        return min(last, AuditID(milliseconds: end.milliseconds + UInt64(lead), number: .max))
    }
}

extension ScoreStore {
    func auditEnd(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> AuditEnd {
        let call = RedisCommand("FCALL_RO", "leaderboard_audit_end", "3", keys.audit, keys.chain, keys.seq)
        guard let end = AuditEnd(reply: try await read(call, on: eventLoop)) else {
            throw .unavailable("unexpected reply")
        }
        return end
    }
}
