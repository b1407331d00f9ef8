package import NIOCore
import RedisClient

extension ScoreStore {
    /// Scores that one atomic step puts right.
    private static let rebuildBatch = 500

    /// Makes the scores that a verification found wrong what the audit adds up to. The service may run meanwhile: what
    /// users gain in the meantime is added. Viewers are told once, at the end.
    ///
    /// Users of whom the audit knows nothing keep the score they have. A board that lost its audit, all of which came from a
    /// backup, goes on where that ended, with the backup's suspensions: the next entries follow those of the backup.
    /// - Parameter report: of a verification that has just ended.
    /// - Returns: how many scores were put right.
    /// - Throws: ``ScoreStoreError/unsoundAudit(of:)`` before anything is changed, where the audit adds up to what no score
    ///   can be; for what is added meanwhile, after the steps before.
    package func rebuild(
        _ report: AuditReport,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Int {
        for difference in report.differences where difference.auditAtEnd.score == nil {
            throw .unsoundAudit(of: difference.user)
        }
        if let continuation = report.continuation {
            try await continueAudit(continuation, on: eventLoop)
        }
        var seen = report.seen
        var gained: [String: PointsSum] = [:]
        var rest = report.differences[...]
        // The audit that goes on says so, even if no score is wrong.
        var isUntold = report.continuation != nil
        var catchUps = 0
        while !rest.isEmpty || isUntold {
            let batch = rest.prefix(Self.rebuildBatch)
            let isLast = batch.count == rest.count
            var words = [seen.description, isLast ? String(report.differences.count) : "0"]
            for difference in batch {
                let sum = difference.auditAtEnd + gained[difference.user.rawValue, default: 0]
                guard let score = sum.score else { throw .unsoundAudit(of: difference.user) }
                words.append(difference.user.rawValue)
                words.append(String(score))
            }
            let reply = try await operate(calls.operation("rebuild", user: nil, by: act, words), on: eventLoop)
            if reply[0].text == "done" {
                rest = rest.dropFirst(batch.count)
                isUntold = false
                continue
            }
            catchUps += 1
            guard catchUps < 100 else { throw .unavailable("the audit grows faster than it is read") }
            var page: [AuditEntry]
            repeat {
                page = try await auditPage(after: seen, on: eventLoop)
                for entry in page where entry.action != .erased {
                    // He may be one of those whose scores would be put right.
                    if entry.action == .erase { throw .unavailable("a user was erased meanwhile: rebuild again") }
                    gained[entry.user, default: 0] += entry.increase
                }
                seen = page.last?.id ?? seen
            } while page.count == Self.auditPageSize
        }
        return report.differences.count
    }

    private func continueAudit(
        _ continuation: AuditContinuation,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) {
        let reply = try await operate(calls.continueAudit(continuation), on: eventLoop)
        guard reply[0].text == "done" else { throw .unavailable("the board changed meanwhile: rebuild again") }
    }
}
