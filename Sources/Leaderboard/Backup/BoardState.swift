import Board

/// Scores, suspensions and holds of a whole board. Read piece by piece while the board changes, and then brought to one moment by the
/// audit entries since. Without I/O.
struct BoardState: Equatable {
    /// A score, and since when the user has it.
    struct Place: Equatable {
        var score: Int
        /// Seq of the change by which the user reached the score; 0: before everybody who came to it later, or the board's ties do not
        /// ask for it.
        var reached = 0
    }

    var scores: [String: Place] = [:]
    var withheld: [String: Place] = [:]
    var suspended: Set<String> = []
    /// Those of them who are hidden.
    var hidden: Set<String> = []
    /// Of who is in some, as `country:de team:red`, in the order of the kinds.
    var segments: [String: String] = [:]
    /// Of who is on hold, by whom, when and why.
    var onHold: [String: HeldByHand] = [:]
    /// The board's ties ask who reached a score first: it is known of each place that is not followed.
    let isByArrival: Bool

    init(isByArrival: Bool = false) {
        self.isByArrival = isByArrival
    }

    /// Something happened that the audit does not tell by user: the pieces must be read again.
    struct Torn: Error {}

    /// Follows what happened while the pieces were read, or later. What a piece knows already is told it once more.
    mutating func follow(_ entry: AuditEntry) throws(Torn) {
        switch entry.action {
        case .erase, .erased, .rebuild, .restore, .ties, nil: throw Torn()
        default: break
        }
        // Another writer's entry of no user is of nobody on the board.
        guard let user = entry.userID?.rawValue else { return }
        switch entry.action {
        case .update where entry.isOfHidden:
            withheld[user] = moved(withheld[user], by: entry)
            if let moved = entry["segments"] { segments[user] = moved.isEmpty ? nil : moved }
        case .update:
            scores[user] = moved(scores[user], by: entry)
            if let moved = entry["segments"] { segments[user] = moved.isEmpty ? nil : moved }
        // The score stays where it is.
        case .recover: break
        case .revert:
            if let kept = withheld[user] {
                withheld[user] = moved(kept, by: entry)
            } else {
                scores[user] = moved(scores[user], by: entry)
            }
        case .adopt:
            let place = try kept(user, by: entry)
            scores[user] = suspended.contains(user) ? nil : place
            withheld[user] = suspended.contains(user) ? place : nil
        case .suspend:
            withheld[user] = try kept(user, by: entry)
            suspended.insert(user)
            if entry.hides { hidden.insert(user) } else { hidden.remove(user) }
            scores[user] = nil
        case .reinstate:
            scores[user] = try kept(user, by: entry)
            suspended.remove(user)
            hidden.remove(user)
            withheld[user] = nil
        case .hold: onHold[user] = HeldByHand(entry)
        case .unhold: onHold[user] = nil
        case .accept, .blank, .erase, .erased, .held, .profile, .rebuild, .reject, .restore, .season, .freeze, .reveal,
            .ties, nil:
            break
        }
    }

    /// After a change of the score, of which the entry tells.
    private func moved(_ old: Place?, by entry: AuditEntry) -> Place? {
        guard let score = entry.score else { return nil }
        guard old?.score != score || entry.isReached else { return old }
        return Place(score: score, reached: isByArrival ? entry.arrival ?? 0 : 0)
    }

    /// After what leaves the user the place among equals.
    private func kept(_ user: String, by entry: AuditEntry) throws(Torn) -> Place? {
        guard let score = entry.score else { return nil }
        guard let old = scores[user] ?? withheld[user] else {
            // Who went from one piece into another between the two is in neither.
            if isByArrival { throw Torn() }
            return Place(score: score)
        }
        return Place(score: score, reached: old.reached)
    }

    /// In the order in which a backup has them.
    /// - Parameter withArrival: false: as if nobody knew since when.
    func lines(withArrival: Bool = true) -> [BackupLine] {
        scores.sorted { $0.key < $1.key }.map { user, place in
            .score(user: user, score: place.score, reached: withArrival ? place.reached : 0)
        }
            + withheld.sorted { $0.key < $1.key }.map { user, place in
                .withheld(user: user, score: place.score, reached: withArrival ? place.reached : 0)
            }
            + suspended.sorted().map { .suspended(user: $0, isHidden: hidden.contains($0)) }
            + segments.sorted { $0.key < $1.key }.map { .segments(user: $0, text: $1) }
            + onHold.sorted { $0.key < $1.key }.map { .onHold(user: $0, $1) }
    }
}
