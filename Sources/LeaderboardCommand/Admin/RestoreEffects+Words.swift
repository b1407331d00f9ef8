import Leaderboard
import Text

extension RestoreEffects {
    /// A line for each, true before it is done and behind it.
    func lines(keepsErased: Bool) -> [String] {
        var lines = names.map { "\($0.what): \($0.users.firstNames)" }
        if !erased.isEmpty {
            lines.append("erased since, and \(keepsErased ? "erased again" : "back with it"): \(erased.firstNames)")
        }
        if let unknownErasures {
            let who =
                maybeErased.isEmpty
                ? "" : "; back with it, and not on the board that is here: \(maybeErased.firstNames)"
            lines.append("\(unknownErasures): who was, comes back\(who)")
        }
        let goesOn = waiting - (keepsErased ? waitingOfErased : 0)
        if goesOn > 0 { lines.append(waitingWords(goesOn)) }
        return lines
    }
}

/// - Parameter count: nil: nobody can count them.
func usersWords(_ count: Int?) -> String {
    count?.counted("user") ?? "users, who cannot be counted: another writer has put something else into its keys"
}

/// Of the review queue, which no backup has.
func waitingWords(_ count: Int) -> String {
    count == 1
        ? "1 update waits for review, and goes on waiting: no backup has it"
        : "\(count) updates wait for review, and go on waiting: no backup has them"
}
