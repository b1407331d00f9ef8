import Leaderboard
import Text

extension AuditReport {
    /// What was checked of seasons of windows, and what not.
    func showSeasons() {
        guard !seasons.isEmpty else { return }
        let reached = seasons.filter(\.isReached)
        let ended = seasons.count - reached.count
        print(
            "seasons      \(reached.count) checked"
                + (ended > 0 ? ", \(ended) not: the audit does not reach back to their beginning" : "")
        )
        for report in seasons where !report.differences.isEmpty || report.uncertain > 0 || !report.strays.isEmpty {
            report.show()
        }
    }
}

extension SeasonReport {
    private static var shownLines: Int { 100 }

    func show() {
        guard isReached else {
            print("  \(name): not checked: the audit does not reach back to its beginning")
            showStrays()
            return
        }
        var parts = [users.counted("user"), differences.count.counted("difference")]
        if uncertain > 0 { parts.append("\(uncertain) not checked: bounds of the board may have held their scores") }
        print("  \(name): \(parts.joined(separator: ", "))")
        for difference in differences.prefix(Self.shownLines) { print("    \(difference.line)") }
        let more = differences.count - Self.shownLines
        if more > 0 { print("    … and \(more) more") }
        showStrays()
    }

    private func showStrays() {
        guard !strays.isEmpty else { return }
        let named = strays.keys.sorted().prefix(Self.shownLines).map(\.printable).joined(separator: ", ")
        let more = strays.count > Self.shownLines ? ", …" : ""
        print("    \(strays.count.counted("member")) that stand for nobody: \(named)\(more)")
    }
}

extension SeasonReport.Difference {
    fileprivate var line: String {
        let (has, says) = (held.map(String.init) ?? "nothing", told.map(String.init) ?? "nothing")
        return isMisplaced
            ? "\(user): not in the order in which users came to the score"
            : "\(user): the season has \(has), the audit adds up to \(says)"
    }
}
