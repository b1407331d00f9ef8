import Board
package import NIOCore
import RedisClient

/// What a repair did.
package struct RepairSummary: Sendable, Equatable {
    /// Of the audit, that came back from a backup.
    package var entries = 0
    /// Scores that were kept, and recorded, because changes are lost that told of them.
    package var recovered = 0
    /// Users whose scores and suspensions were put right.
    package var users = 0
    /// What was put right in segments: records, places and totals.
    package var inSegments = 0

    package init(entries: Int = 0, recovered: Int = 0, users: Int = 0, inSegments: Int = 0) {
        self.entries = entries
        self.recovered = recovered
        self.users = users
        self.inSegments = inSegments
    }
}

extension ScoreStore {
    /// Brings back what the board lost of its audit, then puts right what is not what the audit says.
    /// - Parameters:
    ///   - report: of a verification that has just ended.
    ///   - older: the backup that it was made with.
    package func repair(
        _ report: AuditReport,
        with older: BackupAudit?,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws -> RepairSummary {
        var (report, summary) = (report, RepairSummary())
        if let missing = report.missing {
            // Some of the entries that come back may be of users who were erased since: an end in between leaves them among those whose
            // erasure has begun.
            let erased = report.erasedNames.filter { name, _ in missing.entries.contains { $0.names(name) } }
            let noted = try await noteErasing(erased.keys, on: eventLoop)
            summary.entries = try await returnAudit(missing, by: act, on: eventLoop)
            try await eraseAgain(erased, on: eventLoop)
            try await forgetErasing(noted, on: eventLoop)
            if report.hasLostChanges, !report.isBegunAnew {
                summary.recovered = try await recover(report, by: act, on: eventLoop)
            }
            report = try await AuditVerification(self, older: older, on: eventLoop).run()
        }
        let hadWrongRows = !report.hasSoundRows
        if hadWrongRows {
            try await putRowsRight(report, on: eventLoop)
            report = try await AuditVerification(self, older: older, on: eventLoop).run()
        }
        if !report.differences.isEmpty { summary.users = try await rebuild(report, by: act, on: eventLoop) }
        if hadWrongRows {
            // Who is suspended, and lost the place among those whose rows were wrong, could not be held against them before.
            let rest = try await AuditVerification(self, older: older, on: eventLoop).run()
            if !rest.differences.isEmpty { summary.users += try await rebuild(rest, by: act, on: eventLoop) }
        }
        for season in report.seasons where !season.strays.isEmpty {
            _ = try await setAsideAll(of: keys.season(of: season.season), on: eventLoop)
        }
        if !report.hasSoundSeasons { summary.users += try await rebuildSeasons(by: act, on: eventLoop) }
        if !report.hasSoundSegments {
            let backup = older?.segments ?? BackupSegments()
            summary.inSegments = try await rebuildSegments(backup, by: act, on: eventLoop)
        }
        if !report.continued.isEmpty {
            // Their own entries begin at 0, and only the backup knows of before: an entry tells it.
            let alone = try await AuditVerification(self, on: eventLoop).run()
            _ = try await recover(alone.concerning(report.continued), by: act, on: eventLoop)
        }
        return summary
    }

    /// What stands for nobody is taken off the board, and what is counted is what is there. Users keep their scores.
    package func putRowsRight(_ report: AuditReport, on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        if !report.strays.isEmpty { _ = try await setAsideAll(on: eventLoop) }
        if !report.wrongScores.isEmpty { try await rightScores(report.wrongScores, on: eventLoop) }
    }

    private func eraseAgain(
        _ erased: [String: String],
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) {
        let end = try await lastAuditID(on: eventLoop)
        for (name, pseudonym) in erased {
            guard let user = try? UserID(name) else { continue }
            _ = try await eraseAudit(of: user, as: pseudonym, upto: end, on: eventLoop)
        }
    }

    /// - Returns: those of them who were not among those whose erasure has begun.
    private func noteErasing(
        _ users: some Sequence<String>,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [String] {
        var noted: [String] = []
        for user in users {
            let call = RedisCommand("SADD", keys.erasing, user)
            if try await writeRepeatably(call, on: eventLoop).count == 1 { noted.append(user) }
        }
        return noted
    }

    private func forgetErasing(_ users: [String], on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        for user in users {
            _ = try await writeRepeatably(RedisCommand("SREM", keys.erasing, user), on: eventLoop)
        }
    }

    /// Brings back what the board lost of its audit and a backup has. It is loaded beside the board, with the entries that the board
    /// has, and takes the audit's place at once; which updates were taken back is known again. The service may run meanwhile.
    ///
    /// Scores and suspensions stay as they are: verify again, then they can be put right.
    private func returnAudit(
        _ missing: MissingAudit,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws -> Int {
        try await loading(on: eventLoop) { lease in
            try await returnAudit(missing, holding: lease, by: act, on: eventLoop)
        }
    }

    private func returnAudit(
        _ missing: MissingAudit,
        holding lease: LoadingLease,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws -> Int {
        var loader = BackupLoader(store: self, lease: lease, reverted: keys.reverted, eventLoop: eventLoop)
        var merge = AuditMerge(missing.entries, without: missing.inserted)
        var seen = AuditID.zero
        while true {
            if missing.first != nil {
                var page: [AuditEntry]
                repeat {
                    page = try await auditPage(after: seen, on: eventLoop)
                    for entry in merge.merged(page) { try await loader.take(.audit(entry)) }
                    seen = page.last?.id ?? seen
                } while page.count == Self.auditPageSize
            }
            for entry in merge.rest() { try await loader.take(.audit(entry)) }
            try await loader.finish()
            let call = calls.returnAudit(missing, holding: lease, upto: seen, by: act)
            let reply = try await operate(call, on: eventLoop)
            try LoadingLease.check(.array(reply))
            switch reply.first?.text {
            case "done": return missing.entries.count
            case "behind": continue
            default: throw ScoreStoreError.unavailable("the board changed meanwhile: rebuild again")
            }
        }
    }
}
