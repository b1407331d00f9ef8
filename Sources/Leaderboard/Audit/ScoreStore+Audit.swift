package import NIOCore
import RedisClient

extension ScoreStore {
    /// Entries that one command reads: about a millisecond of Redis.
    static let auditPageSize = 1000
    /// Pages that one call of ``audit(_:before:limit:on:)`` reads.
    private static let maximumAuditPages = 20

    /// The audit, newest first. Reads at most 20,000 entries, whether they match or not.
    /// - Parameter cursor: only entries before it.
    package func audit(
        _ filter: AuditFilter,
        before cursor: AuditID?,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> AuditPage {
        var found: [AuditEntry] = []
        var before = cursor
        for _ in 0..<Self.maximumAuditPages {
            let page = try await auditBackwards(before: before, until: filter.until, on: eventLoop)
            for entry in page {
                if filter.isTooOld(entry.id) { return AuditPage(entries: found, next: nil) }
                if filter.matches(entry) { found.append(entry) }
                if found.count == limit { return AuditPage(entries: found, next: entry.id) }
            }
            guard page.count == Self.auditPageSize, let last = page.last else {
                return AuditPage(entries: found, next: nil)
            }
            before = last.id
        }
        return AuditPage(entries: found, next: before)
    }

    /// The entries behind `id`, oldest first; fewer than ``auditPageSize``: there are no more now.
    /// - Parameter end: no later entry is read.
    func auditPage(
        of stream: String? = nil,
        after id: AuditID,
        upto end: AuditID? = nil,
        count: Int = auditPageSize,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [AuditEntry] {
        // Redis refuses a range that begins behind the last id there is.
        guard id < .last else { return [] }
        let last = end?.description ?? "+"
        return try await auditEntries(
            RedisCommand("XRANGE", stream ?? keys.audit, "(\(id)", last, "COUNT", String(count)),
            on: eventLoop
        )
    }

    /// The id of the last entry.
    func lastAuditID(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> AuditID {
        let command = RedisCommand("XREVRANGE", keys.audit, "+", "-", "COUNT", "1")
        return try await auditEntries(command, on: eventLoop).first?.id ?? .zero
    }

    /// The update with this number. Reads the stream backwards up to it.
    func update(seq: Int, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> AuditEntry? {
        var before: AuditID?
        while true {
            let page = try await auditBackwards(before: before, until: nil, on: eventLoop)
            if let entry = page.first(where: { $0.action == .update && $0.seq == seq }) { return entry }
            let isPassed = page.last.map { $0.action == .update && $0.seq ?? seq < seq } ?? true
            guard page.count == Self.auditPageSize, !isPassed else { return nil }
            before = page.last?.id
        }
    }

    private func auditBackwards(
        before cursor: AuditID?,
        until: Int?,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [AuditEntry] {
        var start = until.map(String.init) ?? "+"
        if let cursor, until.map({ cursor.milliseconds <= UInt64(clamping: $0) }) ?? true { start = "(\(cursor)" }
        return try await auditEntries(
            RedisCommand("XREVRANGE", keys.audit, start, "-", "COUNT", String(Self.auditPageSize)),
            on: eventLoop
        )
    }

    private func auditEntries(
        _ command: RedisCommand,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [AuditEntry] {
        guard let replies = try await read(command, on: eventLoop).array else { throw .unavailable("unexpected reply") }
        let entries = replies.compactMap { AuditEntry(reply: $0) }
        guard entries.count == replies.count else { throw .unavailable("unexpected reply") }
        return entries
    }
}
