package import Board

/// Which updates are taken back.
package enum RevertSelection: Sendable, Equatable {
    /// The one with this number.
    case update(seq: Int)
    /// The user's updates of this ``AuditEntry/time`` (milliseconds since 1970, both included), as far as the audit reaches.
    case updates(of: UserID, since: Int?, until: Int?)
}

/// What was taken back.
package struct Reverted: Sendable, Equatable {
    package let user: UserID
    /// Updates that were taken back now; those that had been before are not among them.
    package var updates = 0
    /// By how much the score fell; held to ``ScoreRange``.
    package var points = 0
    /// The score now.
    package var score: Int

    package init(user: UserID, updates: Int = 0, points: Int = 0, score: Int) {
        self.user = user
        self.updates = updates
        self.points = points
        self.score = score
    }
}

/// The part of the audit that has been read on behalf of one user: what it adds up to, and the updates that were asked for.
struct UserTally {
    struct Update {
        let id: AuditID
        let seq: Int
        let increase: Int
    }

    /// Of the last entry that was read.
    private(set) var seen = AuditID.zero
    /// What the user had before the first entry in reach, and all that the entries added.
    private(set) var sum: PointsSum?
    private(set) var selected: [Update] = []
    /// The updates that were taken back, as far as the audit tells.
    private var reverted: Set<AuditID> = []
    /// The user's last update with each seq. Where the board's count was begun anew, there may be an older one.
    private var latest: [Int: AuditID] = [:]
    let user: UserID
    private let isSelected: (AuditEntry) -> Bool

    init(user: UserID, isSelected: @escaping (AuditEntry) -> Bool) {
        self.user = user
        self.isSelected = isSelected
    }

    mutating func read(_ entries: [AuditEntry]) {
        for entry in entries {
            seen = entry.id
            guard entry.names(user.rawValue) else { continue }
            if sum == nil { sum = PointsSum(entry.score ?? 0) } else { sum? += entry.increase }
            reverted.formUnion(entry.reverts.compactMap { latest[$0] })
            reverted.formUnion(entry.revertedEntries)
            guard entry.action == .update, let seq = entry.seq else { continue }
            latest[seq] = entry.id
            guard entry.increase > 0, isSelected(entry) else { continue }
            selected.append(Update(id: entry.id, seq: seq, increase: entry.increase))
        }
    }

    /// Of those that were asked for, the ones that no entry took back.
    var counting: [Update] { selected.filter { !reverted.contains($0.id) } }

    /// As a revert's entry names it.
    func name(of update: Update) -> String {
        latest[update.seq] == update.id ? String(update.seq) : update.id.description
    }
}
