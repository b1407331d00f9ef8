package import NIOCore
import RedisClient

/// What an erasure did.
package struct Erased: Sendable, Equatable {
    package let user: UserID
    /// Stands in the audit where the name was. It is random: nothing leads from it to the name.
    package let pseudonym: String
    /// Entries of the audit that named the user.
    package var auditEntries = 0
    /// Outcomes that were stored for idempotency keys.
    package var idempotencyKeys = 0
}

extension ScoreStore {
    /// Entries that one step reads, and at worst replaces: a few milliseconds of Redis.
    static let erasePageSize = 500

    /// Takes the user off the board and out of the audit, which reads all of it, a page at a time. A suspension stays.
    /// May be repeated: if it was interrupted, the next one does the rest.
    package func erase(
        _ user: UserID,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Erased {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        var result = Erased(user: user, pseudonym: "erased-" + digits)
        let reply = try await operate(calls.operation("erase", user: user, by: act, result.pseudonym), on: eventLoop)
        guard reply.count == 2, let end = reply[1].text.flatMap(AuditID.init) else {
            throw .outcomeUnknown("unexpected reply")
        }
        var seen = AuditID.zero
        while seen < end {
            let call = calls.eraseAudit(of: user, as: result.pseudonym, after: seen, upto: end)
            let page = try await operate(call, on: eventLoop)
            guard page.count == 3, let count = page[1].integer else { throw .outcomeUnknown("unexpected reply") }
            result.auditEntries += count
            guard let last = page[2].text.flatMap(AuditID.init) else { break }
            seen = last
        }
        try await forEachKey(beginningWith: keys.idemPrefix(user), on: eventLoop) { (names) throws(ScoreStoreError) in
            var command = RedisCommand("UNLINK")
            for name in names { command.append(name) }
            result.idempotencyKeys += try await self.read(command, on: eventLoop).integer ?? 0
        }
        return result
    }
}
