import Board

/// Scores and suspensions of a whole board. Read piece by piece while the board changes, and then brought to one moment by the
/// audit entries since. Without I/O.
struct BoardState: Equatable {
    var scores: [String: Int] = [:]
    var withheld: [String: Int] = [:]
    var suspended: Set<String> = []

    /// Something happened that the audit does not tell by user: the pieces must be read again.
    struct Torn: Error {}

    /// Follows what happened while the pieces were read, or later. What a piece knows already is told it once more.
    mutating func follow(_ entry: AuditEntry) throws(Torn) {
        switch entry.action {
        case .erase, .erased, .rebuild, .restore, nil: throw Torn()
        default: break
        }
        // Another writer's entry of no user is of nobody on the board.
        guard let user = entry.userID?.rawValue else { return }
        switch entry.action {
        case .update: scores[user] = entry.score
        // The score stays where it is.
        case .recover: break
        case .revert:
            if withheld[user] != nil { withheld[user] = entry.score } else { scores[user] = entry.score }
        case .adopt:
            scores[user] = suspended.contains(user) ? nil : entry.score
            withheld[user] = suspended.contains(user) ? entry.score : nil
        case .suspend:
            suspended.insert(user)
            scores[user] = nil
            withheld[user] = entry.score
        case .reinstate:
            suspended.remove(user)
            withheld[user] = nil
            scores[user] = entry.score
        case .accept, .erase, .erased, .rebuild, .restore, nil: break
        }
    }

    /// In the order in which a backup has them.
    var lines: [BackupLine] {
        scores.sorted { $0.key < $1.key }.map { .score(user: $0.key, score: $0.value) }
            + withheld.sorted { $0.key < $1.key }.map { .withheld(user: $0.key, score: $0.value) }
            + suspended.sorted().map { .suspended(user: $0) }
    }
}
