package import NIOCore
import RedisClient

/// Checks the audit's chain of hashes, and that each score is what the user's audit adds up to, as far back as it reaches.
/// The service may run meanwhile: every score is compared as of one entry of the audit.
package struct AuditVerification: Sendable {
    private static let maximumAttempts = 3

    let store: ScoreStore
    let eventLoop: any EventLoop
    /// Has older entries than the stream.
    private let older: BackupAudit?

    package init(_ store: ScoreStore, older: BackupAudit? = nil, on eventLoop: any EventLoop) {
        self.store = store
        self.older = older
        self.eventLoop = eventLoop
    }

    package func run() async throws(ScoreStoreError) -> AuditReport {
        for _ in 0..<Self.maximumAttempts {
            if let report = try await attempt() { return report }
        }
        throw .unavailable("users are being erased: verify again, and repeat an erasure that was interrupted")
    }

    /// Nil: somebody was erased meanwhile, or is being erased.
    private func attempt() async throws(ScoreStoreError) -> AuditReport? {
        var report = AuditReport()
        guard let walk = try await walked(&report) else { return nil }
        report.entries = walk.entries
        report.unchainedEntries = walk.unchained
        report.uncheckedErasures = walk.uncheckedErasures
        report.isWhole = walk.isWhole
        report.faultCount = walk.faultCount
        report.faults = walk.faults
        report.wholeUsers = walk.tallies.values.count { $0.isWhole }
        report.trimmedUsers = walk.tallies.count - report.wholeUsers
        return try await compare(walk, into: &report) ? report : nil
    }

    /// The whole audit, read twice: an entry that takes the place of an erased one stands behind the gap.
    private func walked(_ report: inout AuditReport) async throws(ScoreStoreError) -> AuditWalk? {
        let erased = ErasedEntries(try await erasedEntries())
        var walk = AuditWalk(erased: erased)
        walk.read(try await olderThanStream(without: erased))
        let olderEntries = walk.entries
        try await readOn(&walk, upto: nil)
        let board = try await store.auditEnd(on: eventLoop)
        let (end, seq) = (board.chain, board.seq)
        if let end { try await readOn(&walk, upto: end.id) }
        if let older, end == nil, walk.entries == olderEntries {
            walk.end(at: older.continuation.chain, seq: seq ?? older.continuation.seq)
            if walk.faultCount == 0 { report.continuation = older.continuation }
        } else {
            walk.end(at: end, seq: seq ?? 0)
        }
        return walk.faultCount == 0 || walk.newestErasure <= erased.newest ? walk : nil
    }

    private func erasedEntries() async throws(ScoreStoreError) -> [ErasedEntry] {
        let newer = try await store.erasedEntries(on: eventLoop)
        return (older?.entries ?? []).compactMap(\.erased) + newer
    }

    /// A backup has them still who were erased since.
    private func olderThanStream(without erased: ErasedEntries) async throws(ScoreStoreError) -> [AuditEntry] {
        guard let older else { return [] }
        let first = try await store.firstAuditID(on: eventLoop)
        let gone = erased.places
        return older.entries.filter { entry in first.map { entry.id < $0 } ?? true && !gone.contains(entry.id) }
    }

    func readOn(_ walk: inout AuditWalk, upto end: AuditID?) async throws(ScoreStoreError) {
        while true {
            if let end, walk.seen >= end { return }
            let page = try await store.auditPage(after: walk.seen, upto: end, on: eventLoop)
            walk.read(page)
            if page.count < ScoreStore.auditPageSize { return }
        }
    }
}

extension ScoreStore {
    package func firstAuditID(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> AuditID? {
        try await auditPage(after: .zero, count: 1, on: eventLoop).first?.id
    }
}
