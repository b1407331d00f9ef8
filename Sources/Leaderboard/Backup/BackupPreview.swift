import Board

/// What a backup is of, and what a restore of it would come to.
package struct BackupPreview: Sendable {
    package let board: BoardID
    /// Nil: none was stored for the board, or the backup is of a release that had none.
    package let definition: BoardDefinition?
    package let summary: BackupSummary
    /// It has what was shown of a board that was frozen.
    package let hasFrozenRows: Bool
    /// Who was on hold by its audit, which may have been trimmed, in the order of their names. A restore puts nobody on hold.
    package let onHold: [String]
    let seal: BackupSeal

    /// The lines are checked against their seal.
    package init(of lines: BackupLines) async throws {
        var check = BackupCheck()
        var (auditEntries, users, seasons, profiles) = (0, 0, 0, 0)
        var hasFrozenRows = false
        var onHold: Set<String> = []
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
                if entry.action == .hold { onHold.insert(user) } else if entry.action == .unhold { onHold.remove(user) }
            case .score, .withheld: users += 1
            case .season: seasons += 1
            case .profile: profiles += 1
            case .frozen: hasFrozenRows = true
            case .suspended, .segments, .seasons, .ended, .inSeason, .withheldInSeason, .seal: break
            }
        }
        seal = try check.end()
        summary = BackupSummary(
            auditEntries: auditEntries,
            users: users,
            seasons: seasons,
            profiles: profiles,
            seq: seal.seq
        )
        self.hasFrozenRows = hasFrozenRows
        self.onHold = onHold.sorted()
        self.definition = definition
        do { board = try BoardID(name) } catch { throw InvalidBackup(description: "it is of no board") }
    }
}
