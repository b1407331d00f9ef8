import Board
package import NIOCore
import RedisClient

extension ScoreStore {
    /// Users that one atomic step puts right.
    static let repairBatch = 500
    /// How often the audit may have grown by more than a step reads.
    private static let maximumCatchUps = 100

    /// Makes the scores and suspensions that a verification found wrong what the audit says. The service may run meanwhile: what
    /// happens in the meantime is added. Viewers are told once, at the end.
    ///
    /// Users of whom the audit knows nothing keep the score they have.
    /// - Parameter report: of a verification that has just ended.
    /// - Returns: how many users were put right.
    /// - Throws: ``ScoreStoreError/unsoundAudit(of:)`` before anything is changed, where the audit adds up to what no score
    ///   can be; for what is added meanwhile, after the steps before.
    package func rebuild(
        _ report: AuditReport,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Int {
        try report.checkSums()
        var since = ChangesSince(report.seen)
        var rest = report.differences[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.repairBatch)
            let isLast = batch.count == rest.count
            var words = [since.seen.description, isLast ? String(report.differences.count) : "0"]
            for difference in batch {
                words.append(contentsOf: [difference.user.rawValue, try since.text(of: difference)])
            }
            let call = calls.operation("rebuild", user: nil, by: act, words)
            if try await isDone(call, &since, on: eventLoop) { rest = rest.dropFirst(batch.count) }
        }
        return report.differences.count
    }

    /// Of users whose score or suspension is another than the audit says, because a part of it is lost: both stay as they are, and
    /// entries tell of them. Who has no score gets none here, and nobody's suspension ends.
    /// - Returns: how many users they are, at most.
    func recover(
        _ report: AuditReport,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Int {
        try report.checkSums()
        let kept =
            report.differences.filter { $0.board != nil && $0.hasWrongScore || $0.isSuspended && $0.hasWrongSuspension }
            + report.withoutHistory.map(AuditReport.Difference.init(withoutHistory:))
        var since = ChangesSince(report.seen)
        var rest = kept[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.repairBatch)
            var words = [since.seen.description]
            for difference in batch {
                let isUntold = difference.isSuspended && difference.hasWrongSuspension
                let sum = try since.sum(of: difference.user, atEnd: difference.auditAtEnd.sum)
                words.append(contentsOf: [difference.user.rawValue, isUntold ? "\(sum) suspend" : sum])
            }
            let call = calls.operation("recover", user: nil, by: act, words)
            guard try await isDone(call, &since, on: eventLoop) else { continue }
            rest = rest.dropFirst(batch.count)
            if !rest.isEmpty { try await readOn(&since, on: eventLoop) }
        }
        return kept.count
    }

    /// False: it is to be asked again, with what has happened meanwhile.
    func isDone(
        _ call: RedisCommand,
        _ since: inout ChangesSince,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        let reply = try await operate(call, on: eventLoop)
        if reply.first?.text == "done" { return true }
        guard since.reads < Self.maximumCatchUps else { throw .unavailable("the audit grows faster than it is read") }
        try await readOn(&since, on: eventLoop)
        since.reads += 1
        return false
    }

    func readOn(_ since: inout ChangesSince, on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        var page: [AuditEntry]
        repeat {
            page = try await auditPage(after: since.seen, on: eventLoop)
            try since.read(page)
        } while page.count == Self.auditPageSize
    }
}

extension AuditReport.Difference {
    /// Of a user whom the audit does not know.
    fileprivate init(withoutHistory user: UserID) {
        let nothing = AuditReport.Word(sum: nil, hasScore: false, isSuspended: nil)
        self.init(user: user, board: nil, isSuspended: false, isHidden: false, audit: nothing, auditAtEnd: nothing)
    }
}

extension AuditReport {
    fileprivate func checkSums() throws(ScoreStoreError) {
        for difference in differences {
            if let sum = difference.auditAtEnd.sum, sum.score == nil { throw .unsoundAudit(of: difference.user) }
        }
    }
}
