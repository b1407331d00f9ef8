import Board

/// What a backup is of, and what a restore of it would come to.
package struct BackupPreview: Sendable {
    package let board: BoardID
    /// Nil: none was stored for the board, or the backup is of a release that had none.
    package let definition: BoardDefinition?
    package let summary: BackupSummary
    /// It has what was shown of a board that was frozen.
    package let hasFrozenRows: Bool
    /// Who was suspended when it was made.
    let suspended: Set<String>
    /// Those of them who were hidden.
    let hidden: Set<String>
    /// Who was on hold: they are again.
    let onHold: Set<String>
    /// Of a backup that does not have them, as those of earlier releases, who was on hold by its audit, which may have been trimmed. A
    /// restore does not put them on hold.
    let onHoldByAudit: Set<String>
    let seal: BackupSeal

    /// The lines are checked against their seal.
    package init(of lines: BackupLines) async throws {
        var check = BackupCheck()
        var (auditEntries, users, seasons, profiles) = (0, 0, 0, 0)
        var hasFrozenRows = false
        var (suspended, hidden, onHold, onHoldByAudit) = (Set<String>(), Set<String>(), Set<String>(), Set<String>())
        var (name, definition) = ("", BoardDefinition?.none)
        try await lines { bytes in
            let line = try BackupLine(bytes)
            try check.take(line)
            switch line {
            case .header(let board, _): name = board
            case .definition(let stored): definition = stored
            case .audit(let entry):
                auditEntries += 1
                guard let user = entry.userID?.rawValue else { break }
                if entry.action == .hold { onHoldByAudit.insert(user) }
                if entry.action == .unhold { onHoldByAudit.remove(user) }
            case .score, .withheld: users += 1
            case .season: seasons += 1
            case .profile: profiles += 1
            case .frozen: hasFrozenRows = true
            case .suspended(let user, let isHidden) where line.isOfBoard:
                suspended.insert(user)
                if isHidden { hidden.insert(user) }
            case .onHold(let user, _) where line.isOfBoard: onHold.insert(user)
            case .suspended, .onHold, .segments, .seasons, .ended, .inSeason, .withheldInSeason, .seal: break
            }
        }
        seal = try check.end()
        summary = BackupSummary(
            auditEntries: auditEntries,
            users: users,
            seasons: seasons,
            profiles: profiles,
            onHold: onHold.count,
            seq: seal.seq
        )
        self.hasFrozenRows = hasFrozenRows
        (self.suspended, self.hidden, self.onHold) = (suspended, hidden, onHold)
        self.onHoldByAudit = onHold.isEmpty ? onHoldByAudit : []
        self.definition = definition
        do { board = try BoardID(name) } catch { throw InvalidBackup(description: "it is of no board") }
    }
}
