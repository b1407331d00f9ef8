package import NIOCore
import RedisClient

extension ScoreStore {
    /// Puts the board of a backup in the place of this one, at once: viewers go from the one to the other, and what happened
    /// since the backup is gone. Before that, the lines are checked against their seal, loaded beside the board, and read
    /// back: what Redis then has must have the hash of these lines. Left out is what earlier releases backed up of other writers:
    /// members that are no user ids.
    ///
    /// The audit that comes back is the backup's, with one entry more that tells of the restore. Outcomes stored for idempotency
    /// keys stay: who repeats an update of after the backup is told its first outcome.
    package func restore(
        _ lines: BackupLines,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws -> BackupSummary {
        let seal = try await BackupCheck.check(lines)
        let loading = BoardKeys(loadingInto: board.id, in: functions.options.keySpace)
        let loaded = [loading.scores, loading.audit, loading.suspended, loading.withheld, loading.reverted]
        var clear = RedisCommand("UNLINK")
        for key in loaded + [loading.ahead] { clear.append(key) }
        _ = try await writeRepeatably(clear, on: eventLoop)
        var loader = BackupLoader(store: self, keys: loading, eventLoop: eventLoop)
        var expected = BackupHash()
        try await lines { bytes in
            let line = try BackupLine(bytes)
            guard line.isOfBoard else { return }
            if line.isSealed { _ = expected.add(line) }
            try await loader.take(line)
        }
        try await loader.finish()

        var hash = BackupHash()
        var auditEntries = 0
        try await forEachEntry(of: loading.audit, upto: nil, on: eventLoop) { entry in
            _ = hash.add(.audit(entry))
            auditEntries += 1
        }
        let state = try await boardState(of: loading, on: eventLoop)
        for line in state.lines { _ = hash.add(line) }
        guard hash.sealed(seq: seal.seq, chain: seal.chain) == expected.sealed(seq: seal.seq, chain: seal.chain) else {
            throw InvalidBackup(description: "what Redis has of it is not what was sealed; the board is as it was")
        }
        let call = calls.operation(
            "restore",
            user: nil,
            by: act,
            [String(seal.seq), seal.chain],
            moreKeys: loaded
        )
        _ = try await operate(call, on: eventLoop)
        let users = state.scores.count + state.withheld.count
        return BackupSummary(auditEntries: auditEntries, users: users, seq: seal.seq)
    }

    /// Whether there is anything of a board: one that a service has only begun is one.
    package func hasBoard(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Bool {
        let command = RedisCommand(
            "EXISTS",
            keys.epoch,
            keys.seq,
            keys.audit,
            keys.scores,
            keys.withheld,
            keys.suspended
        )
        return try await read(command, on: eventLoop).integer != 0
    }
}

extension BackupSummary {
    /// What a restore of these lines would come to. They are checked against their seal.
    package init(of lines: BackupLines) async throws {
        var check = BackupCheck()
        var (auditEntries, users) = (0, 0)
        try await lines { bytes in
            let line = try BackupLine(bytes)
            try check.take(line)
            switch line {
            case .audit: auditEntries += 1
            case .score, .withheld: users += 1
            case .header, .suspended, .seal: break
            }
        }
        self.init(auditEntries: auditEntries, users: users, seq: try check.end().seq)
    }
}
