package import NIOCore
import RedisClient

extension ScoreStore {
    /// Entries that one command reads: about a millisecond of Redis.
    static let auditPageSize = 1000
    /// Pages that one call of ``audit(_:before:limit:on:)`` reads.
    private static let maximumAuditPages = 20

    /// The audit, newest first: in the order of the changes, which is that of the times unless Redis' clock was set back. Reads at
    /// most 20,000 entries, whether they match or not.
    /// - Parameter cursor: only entries before it.
    package func audit(
        _ filter: AuditFilter,
        before cursor: AuditID?,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> AuditPage {
        var found: [AuditEntry] = []
        var before = cursor
        let last = filter.until == nil ? nil : filter.last(try await auditEnd(on: eventLoop).ahead)
        for _ in 0..<Self.maximumAuditPages {
            let page = try await auditBackwards(before: before, last: last, on: eventLoop)
            for entry in page {
                if filter.isBehind(entry.id) { return AuditPage(entries: found, next: nil) }
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

    /// Of these entries, the updates that were taken back, and count no more. (Where the board's count was begun anew, an update is not told
    /// from a later one of the same seq.)
    package func reverted(among entries: [AuditEntry], on eventLoop: any EventLoop) async throws(ScoreStoreError)
        -> Set<AuditID>
    {
        let updates = entries.compactMap { entry in
            entry.action == .update ? entry.seq.map { (id: entry.id, seq: $0) } : nil
        }
        guard !updates.isEmpty else { return [] }
        var command = RedisCommand("ZMSCORE", keys.reverted)
        for update in updates { command.append(update.seq) }
        guard let marks = try await read(command, on: eventLoop).array, marks.count == updates.count else {
            throw .unavailable("unexpected reply")
        }
        return Set(zip(updates, marks).filter { $1.text != nil }.map(\.0.id))
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
            of: stream ?? keys.audit,
            from: "(\(id)",
            to: last,
            count: count,
            on: eventLoop
        )
    }

    /// The id of the last entry.
    func lastAuditID(
        of stream: String? = nil,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> AuditID {
        let last = try await auditEntries(
            of: stream ?? keys.audit,
            from: "+",
            to: "-",
            count: 1,
            isBackwards: true,
            on: eventLoop
        )
        return last.first?.id ?? .zero
    }

    /// The last update with this number. Reads the stream backwards up to it; where there is none, all of it, for a count that was begun
    /// anew has greater numbers before lesser ones.
    func update(seq: Int, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> AuditEntry? {
        var before: AuditID?
        while true {
            let page = try await auditBackwards(before: before, last: nil, on: eventLoop)
            if let entry = page.first(where: { $0.action == .update && $0.seq == seq }) { return entry }
            guard page.count == Self.auditPageSize else { return nil }
            before = page.last?.id
        }
    }

    /// The entries before `cursor` and up to `last`, the newest first; nil: from the end.
    func auditBackwards(
        before cursor: AuditID?,
        last: AuditID?,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [AuditEntry] {
        var start = last?.description ?? "+"
        if let cursor, last.map({ cursor <= $0 }) ?? true { start = "(\(cursor)" }
        return try await auditEntries(
            of: keys.audit,
            from: start,
            to: "-",
            count: Self.auditPageSize,
            isBackwards: true,
            on: eventLoop
        )
    }

    /// What another writer put there comes cut to a bound (`Functions/audit_page.lua`).
    func auditEntries(
        of stream: String,
        from start: String,
        to end: String,
        count: Int,
        isBackwards: Bool = false,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [AuditEntry] {
        let command = RedisCommand(
            "FCALL_RO",
            "leaderboard_audit_page",
            "1",
            stream,
            start,
            end,
            String(count),
            isBackwards ? "1" : "0"
        )
        guard let replies = try await read(command, on: eventLoop).array else { throw .unavailable("unexpected reply") }
        let entries = replies.compactMap { AuditEntry(reply: $0) }
        guard entries.count == replies.count else { throw .unavailable("unexpected reply") }
        return entries
    }
}
