import Board
package import NIOCore
import RedisClient

/// What a backup or a restore came to.
package struct BackupSummary: Sendable, Equatable {
    package let auditEntries: Int
    package let users: Int
    /// Of windows.
    package let seasons: Int
    /// Of users who say something of themselves, or are held.
    package let profiles: Int
    package let onHold: Int
    package let seq: Int
    /// Updates of the board that wait for review, and go on waiting: no backup has them.
    package var waiting = 0
    /// Users of the backup who had been erased since, and were again, in the order of their names.
    package var erased: [String] = []

    package init(auditEntries: Int, users: Int, seasons: Int = 0, profiles: Int = 0, onHold: Int = 0, seq: Int) {
        self.auditEntries = auditEntries
        self.users = users
        self.seasons = seasons
        self.profiles = profiles
        self.onHold = onHold
        self.seq = seq
    }

    /// A longer line is none of a backup.
    package static let maximumLineBytes = BackupLine.maximumBytes
}

extension ScoreStore {
    /// How often a backup begins anew because somebody was erased, or the board rebuilt or restored, while it was made.
    private static let maximumAttempts = 5

    /// Writes the board as of one moment, while it changes: its definition, if one is stored for it, scores, suspensions, holds, the audit, what
    /// users say of themselves, what is shown while it is frozen, and the seasons of its windows, those that run and those that are kept. Not in it are the updates that wait for review, token buckets and the outcomes stored for
    /// idempotency keys, nor what another writer put there that is no user id. Scores are whole, as the board shows them. In memory it
    /// has at most the scores and the profiles of the board, the scores of the seasons that take updates, and of one that has ended.
    /// - Parameter write: takes the next bytes, in order. With `true` it begins anew: what it took before does not count.
    package func backup(
        on eventLoop: any EventLoop,
        write: (_ bytes: ByteBuffer, _ beginsAnew: Bool) throws -> Void
    ) async throws -> BackupSummary {
        for _ in 0..<Self.maximumAttempts {
            do {
                return try await backupOnce(on: eventLoop, write: write)
            } catch is BoardState.Torn {
                continue
            }
        }
        throw ScoreStoreError.unavailable("operators change the board meanwhile: back up again")
    }

    private func backupOnce(
        on eventLoop: any EventLoop,
        write: (ByteBuffer, Bool) throws -> Void
    ) async throws -> BackupSummary {
        let start = try await lastAuditID(on: eventLoop)
        var state = try await boardState(of: keys, on: eventLoop)
        var seasons = try await seasonsToBackUp(on: eventLoop)
        let shown = try await whatIsShown(on: eventLoop)
        let end = try await chainEnd(on: eventLoop)
        try await forEachEntry(of: keys.audit, after: start, upto: end.id, on: eventLoop) { entry in
            try state.follow(entry)
            try seasons?.live.follow(entry)
        }

        let hasDefinition = board.source != .environment
        var header = ByteBuffer()
        var format = hasDefinition ? BackupLine.definedFormat : BackupLine.plainFormat
        if seasons != nil || !board.definition.segments.isEmpty || !shown.isEmpty { format = BackupLine.seasonalFormat }
        if !state.onHold.isEmpty { format = BackupLine.holdingFormat }
        BackupLine.header(board: board.id.rawValue, format: format).write(into: &header)
        try write(header, true)
        var hash = BackupHash()
        if hasDefinition { try write(hash.add(.definition(board.definition)), false) }
        var seq = 0
        var count = 0
        try await forEachEntry(of: keys.audit, upto: end.id, on: eventLoop) { entry in
            try write(hash.add(.audit(entry)), false)
            seq = max(seq, entry.seq ?? 0)
            count += 1
        }
        for line in state.lines() { try write(hash.add(line), false) }
        for line in shown.lines { try write(hash.add(line), false) }
        var seasonCount = 0
        if let seasons {
            seasonCount = try await writeSeasons(seasons, on: eventLoop) { try write(hash.add($0), false) }
        }
        // An erasure has taken entries away before they were written, or a user out of a season, as other acts do with final ones;
        // a restore has put others there.
        try await forEachEntry(of: keys.audit, after: end.id, upto: nil, on: eventLoop) { entry in
            let isErasure = [.erase, .erased, .restore].contains(entry.action)
            if isErasure || entry.reachesFinalSeasons { throw BoardState.Torn() }
        }
        try await checkDefinition(on: eventLoop)
        var seal = ByteBuffer()
        BackupLine.seal(hash.sealed(seq: seq, chain: end.link?.text ?? "")).write(into: &seal)
        try write(seal, false)
        var summary = BackupSummary(
            auditEntries: count,
            users: state.scores.count + state.withheld.count,
            seasons: seasonCount,
            profiles: shown.profiles.count,
            onHold: state.onHold.count,
            seq: seq
        )
        summary.waiting = try await waiting(on: eventLoop)
        return summary
    }

    /// The pieces, of which each is of another moment. Members that are no user ids are none of them.
    /// - Parameter keys: in the layout of the store's definition.
    func boardState(of keys: BoardKeys, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> BoardState {
        var state = try await places(of: keys, on: eventLoop)
        state.suspended = try await users(of: keys.suspended, on: eventLoop)
        state.hidden = try await hiddenUsers(of: keys, on: eventLoop)
        state.segments = try await segments(of: keys, on: eventLoop)
        state.onHold = try await onHold(of: keys, on: eventLoop)
        return state
    }

    /// The same without who is suspended.
    func places(of keys: some RankedKeys, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> BoardState {
        let definition = board.definition
        var state = BoardState(isByArrival: definition.ties.isByArrival)
        // Where it matters, twice: who is suspended between the first two is in the last.
        if state.isByArrival {
            state.withheld = try await userPlaces(of: keys.withheld, keys, definition, on: eventLoop)
        }
        state.scores = try await userPlaces(of: keys.scores, keys, definition, on: eventLoop)
        let withheld = try await userPlaces(of: keys.withheld, keys, definition, on: eventLoop)
        state.withheld.merge(withheld) { _, last in last }
        return state
    }

    /// What was read goes by the definition that the store was made of.
    private func checkDefinition(on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        let held = try await read(RedisCommand("GET", keys.board), on: eventLoop)
        let definition: BoardDefinition? =
            if case .string(let text) = held { try? BoardDefinition(stored: text) } else { nil }
        let isSame = held == .null ? board.source != .board : definition == board.definition
        if !isSame { throw .unavailable("the board's definition changed meanwhile: ask again") }
    }

    /// The entries behind `start`, oldest first; with an end, none behind that.
    func forEachEntry(
        of stream: String,
        after start: AuditID = .zero,
        upto end: AuditID?,
        on eventLoop: any EventLoop,
        _ body: (AuditEntry) throws -> Void
    ) async throws {
        var seen = start
        while end.map({ seen < $0 }) ?? true {
            let page = try await auditPage(of: stream, after: seen, upto: end, on: eventLoop)
            for entry in page { try body(entry) }
            guard page.count == Self.auditPageSize, let last = page.last else { return }
            seen = last.id
        }
    }

    /// Where the audit ends now.
    private func chainEnd(
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> (id: AuditID, link: AuditChain.Link?) {
        if let link = try await auditEnd(on: eventLoop).chain { return (link.id, link) }
        return (try await lastAuditID(on: eventLoop), nil)
    }
}

extension AuditEntry {
    /// An operator's act that changed seasons that were final. A backup reads these one by one, as what nothing changes.
    fileprivate var reachesFinalSeasons: Bool {
        switch action {
        case .suspend, .reinstate, .revert: self["season"] != nil
        default: false
        }
    }
}
