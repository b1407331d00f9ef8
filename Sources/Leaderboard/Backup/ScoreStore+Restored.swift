package import NIOCore

extension ScoreStore {
    /// Whether this very backup has taken the board's place before, whatever happened since: behind the end of the backup's audit the
    /// board's has the entry of a restore, which is chained to it.
    package func hasTaken(_ backup: BackupPreview, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Bool {
        let end = AuditChain.Link(backup.seal.chain) ?? .start
        guard let next = try await auditPage(after: end.id, count: 1, on: eventLoop).first else { return false }
        return next.action == .restore && next["hash"] == AuditChain.hash(of: next, after: end)
    }
}
