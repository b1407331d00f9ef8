import Leaderboard

/// What is told of the streams of boards that other services write into.
struct IntakeFindings {
    private var unsound: [String] = []
    private var unread: [String] = []
    private var waiting: [String] = []
    private var rejected: [String] = []

    /// So many may wait for a moment.
    private static let usual = 1000

    mutating func note(_ intake: IntakeCondition, _ keys: BoardKeys) {
        unsound += intake.unsound
        if intake.isUnread {
            unread.append("\(intake.waiting) in \(keys.intake)")
        } else if intake.waiting > Self.usual {
            waiting.append("\(intake.waiting) in \(keys.intake)")
        }
        if intake.rejected > 0 { rejected.append("\(intake.rejected) in \(keys.rejected)") }
    }

    func findings(shown: Int) -> [Finding] {
        var findings: [Finding] = []
        if !unsound.isEmpty {
            findings.append(
                .bad(
                    "intake",
                    "something else than a stream stands in \(BoardsExamination.list(unsound, shown)): nothing that services write "
                        + "into the board's stream counts",
                    do: "look at it (TYPE), see who wrote it, and rename it away"
                )
            )
        }
        if !waiting.isEmpty {
            findings.append(
                .advice(
                    "intake",
                    "entries wait: \(BoardsExamination.list(waiting, shown))",
                    do: "look whether they become fewer; if not, at the log, and at the boards' service_rate_limit"
                )
            )
        }
        if !unread.isEmpty {
            findings.append(
                .advice(
                    "intake",
                    "nobody reads what services write to boards without an intake: \(BoardsExamination.list(unread, shown))",
                    do:
                        "leaderboard board change NAME --intake on, and all of it counts; or stop the writers and delete the key"
                )
            )
        }
        if !rejected.isEmpty {
            findings.append(
                .advice(
                    "intake",
                    "entries were rejected in the last days: \(BoardsExamination.list(rejected, shown))",
                    do:
                        "XREVRANGE KEY + - COUNT 10 shows them with the reasons: mend who writes them; delete the key when it is done"
                )
            )
        }
        return findings
    }
}
