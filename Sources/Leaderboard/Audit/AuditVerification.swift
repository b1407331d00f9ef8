import Board
import Text
package import NIOCore
import RedisClient

/// Checks the audit's chain of hashes, and that each score is what the user's audit adds up to, as far back as it reaches.
/// The service may run meanwhile: every score is compared as of one entry of the audit.
package struct AuditVerification: Sendable {
    private static let maximumAttempts = 3

    let store: ScoreStore
    let eventLoop: any EventLoop
    /// Has older entries than the stream.
    let older: BackupAudit?

    package init(_ store: ScoreStore, older: BackupAudit? = nil, on eventLoop: any EventLoop) {
        self.store = store
        self.older = older
        self.eventLoop = eventLoop
    }

    package func run() async throws(ScoreStoreError) -> AuditReport {
        for _ in 0..<Self.maximumAttempts {
            if let report = try await attempt() { return report }
        }
        let names = try await store.erasing(on: eventLoop).sorted()
        throw .unavailable(
            "users are being erased\(names.isEmpty ? "" : " (\(names.firstNames))"): verify again, and repeat an erasure that was interrupted "
                + "(leaderboard admin erase)"
        )
    }

    /// Nil: somebody was erased meanwhile, or is being erased.
    private func attempt() async throws(ScoreStoreError) -> AuditReport? {
        var report = AuditReport()
        guard let walk = try await walked(&report) else { return nil }
        report.entries = walk.chain.entries
        report.unchainedEntries = walk.chain.unchained
        report.uncheckedErasures = walk.chain.uncheckedErasures
        report.isWhole = walk.chain.isWhole
        report.knownGaps = walk.chain.knownGaps
        report.faultCount = walk.chain.faultCount
        report.faults = walk.chain.faults
        report.acceptedPlaces = walk.chain.acceptedCount
        report.places = walk.chain.places
        report.wrongEnd = walk.chain.wrongEnd
        report.leftOut = walk.leftOut.sorted()
        report.isBegunAnew = walk.chain.isBegunAnew
        report.fromBackup = walk.tallies.count { $0.value.isFromBackup }
        report.wholeUsers = walk.tallies.values.count { $0.isWhole }
        report.trimmedUsers = walk.tallies.count - report.wholeUsers
        guard try await compare(walk, into: &report) else { return nil }
        let profiles = try await store.profiles(of: store.keys, on: eventLoop)
        report.heldProfiles = profiles.values.count { $0 == .held }
        report.profiles = profiles.count - report.heldProfiles
        report.seasons = try await SeasonVerification(store: store, eventLoop: eventLoop).run()?.reports ?? []
        report.erasing = try await store.erasing(on: eventLoop).sorted()
        report.lacksFrozenRows = try await store.lacksFrozenRows(on: eventLoop)
        report.segments = try await SegmentWalk(store: store, eventLoop: eventLoop)
            .run(older?.segments ?? BackupSegments())
        return report
    }

    /// The whole audit, read twice: what takes the place of an erased entry stands behind the gap. Once more where it does not hold
    /// together, and a backup has what is missing.
    private func walked(_ report: inout AuditReport) async throws(ScoreStoreError) -> AuditWalk? {
        let footnotes = try await footnotes()
        var found = try await walk(footnotes)
        if let older, older.mendsStream, found.walk.chain.faultCount > 0 {
            let mended = try await walk(footnotes, mending: older)
            if mended.walk.chain.faultCount < found.walk.chain.faultCount { found = mended }
        }
        report.missing = found.missing
        report.acceptances = footnotes.acceptances
        report.erasedNames = erasedNames(footnotes).mapValues(\.pseudonym)
        report.unclearErasures = older.map { footnotes.unclearErasures(since: $0.scores.end).count } ?? 0
        let walk = found.walk
        return walk.chain.faultCount == 0 || walk.newestErasure <= footnotes.newestErasure ? walk : nil
    }

    /// - Parameter backup: what the stream lacks of it is put in its place, and what it has too much is left out.
    private func walk(
        _ footnotes: AuditFootnotes,
        mending backup: BackupAudit? = nil
    ) async throws(ScoreStoreError) -> (walk: AuditWalk, missing: MissingAudit?) {
        let first = try await store.firstAuditID(on: eventLoop)
        let expected = try await expectedEntries()
        let missing = entriesBefore(first, footnotes)
        let lacking = backup?.lacking.filter { footnotes.pseudonyms[$0.id] == nil } ?? []
        let inserted = backup?.inserted ?? []
        var walk = AuditWalk(
            footnotes,
            older: missing,
            merge: AuditMerge(lacking, without: inserted),
            scores: older?.scores ?? BackupScores(),
            erasedNames: erasedNames(footnotes).mapValues(\.id)
        )
        let olderEntries = walk.chain.entries
        try await readOn(&walk, upto: nil)
        let board = try await store.auditEnd(on: eventLoop)
        if let end = board.chain { try await readOn(&walk, upto: end.id) }
        let streamEntries = walk.chain.entries - olderEntries
        let isShort = streamEntries > 0 && streamEntries < expected
        if let older, streamEntries == 0 {
            let backup = older.continuation
            walk.end(at: backup.chain, seq: backup.seq)
            // A board that a service has just begun counts 0.
            let hasCounted = board.seq.map { $0 != 0 && $0 != backup.seq } ?? false
            let isPart = hasCounted || board.chain ?? backup.chain != backup.chain
            if isPart { walk.lost(board: board.seq ?? backup.seq, audit: backup.seq) }
            return (walk, MissingAudit(entries: missing, end: backup, first: nil, gap: nil, isPart: isPart))
        }
        walk.end(at: board.chain, seq: board.seq ?? 0)
        if isShort, missing.isEmpty { walk.removed(entries: streamEntries, expected: expected) }
        let lacksFirst = isShort || walk.chain.gap != nil
        guard
            lacksFirst && (!missing.isEmpty || isShort && walk.chain.gap != nil) || !lacking.isEmpty
                || !inserted.isEmpty
        else {
            return (walk, nil)
        }
        let returned = MissingAudit(
            entries: (lacksFirst ? missing : []) + lacking,
            inserted: inserted,
            end: older?.continuation ?? .none,
            first: first,
            gap: walk.chain.gap,
            isPart: !missing.isEmpty && walk.chain.gap != nil
        )
        return (walk, returned)
    }

    private func footnotes() async throws(ScoreStoreError) -> AuditFootnotes {
        var footnotes = AuditFootnotes()
        footnotes.read(older?.entries ?? [])
        var seen = AuditID.zero
        while true {
            let page = try await store.auditPage(after: seen, on: eventLoop)
            footnotes.read(page)
            guard page.count == ScoreStore.auditPageSize, let last = page.last else { return footnotes }
            seen = last.id
        }
    }

    /// Of whom the backup has entries, and who was erased since.
    private func erasedNames(_ footnotes: AuditFootnotes) -> [String: (id: AuditID, pseudonym: String)] {
        guard let older else { return [:] }
        return footnotes.erased(among: older.entries + older.lacking)
    }

    /// A backup has entries still that were erased since.
    private func entriesBefore(_ first: AuditID?, _ footnotes: AuditFootnotes) -> [AuditEntry] {
        (older?.entries ?? []).filter { entry in
            first.map { entry.id < $0 } ?? true && footnotes.pseudonyms[entry.id] == nil
        }
    }

    func readOn(_ walk: inout AuditWalk, upto end: AuditID?) async throws(ScoreStoreError) {
        while true {
            if let end, walk.chain.seen >= end { return }
            let page = try await store.auditPage(after: walk.chain.seen, upto: end, on: eventLoop)
            walk.read(page)
            if page.count < ScoreStore.auditPageSize { return }
        }
    }

    /// How many entries the stream must have at least, of those that there are by now: trimming leaves so many.
    private func expectedEntries() async throws(ScoreStoreError) -> Int {
        let command = RedisCommand("MGET", store.keys.kept, store.keys.seq)
        guard let values = try await store.read(command, on: eventLoop).array, values.count == 2 else {
            throw .unavailable("unexpected reply")
        }
        let kept = (values[0].text ?? "").words.compactMap { Int($0) }.compactMap(ScoreRange.checked)
        guard kept.count == 3, let seq = values[1].text.flatMap({ Int($0) }).flatMap(ScoreRange.checked) else {
            return 0
        }
        return min(kept[0], kept[1] + max(0, seq - kept[2]))
    }
}

extension ScoreStore {
    package func firstAuditID(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> AuditID? {
        try await auditPage(after: .zero, count: 1, on: eventLoop).first?.id
    }
}
