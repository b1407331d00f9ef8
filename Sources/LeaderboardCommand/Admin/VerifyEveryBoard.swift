import ArgumentParser
import Leaderboard
import LeaderboardService

/// `leaderboard admin verify --all-boards`
struct VerifyEveryBoard {
    /// How a board came out, in the exit codes of verify.
    enum Verdict: Int32, Sendable, Comparable {
        case right = 0
        case onlyScoresDiffer = 3
        case unchecked = 2
        case wrong = 1

        /// Of two, the worse is the greater one.
        private var weight: Int {
            switch self {
            case .right: 0
            case .onlyScoresDiffer: 1
            case .unchecked: 2
            case .wrong: 3
            }
        }

        static func < (one: Verdict, other: Verdict) -> Bool { one.weight < other.weight }
    }

    private struct Outcome: Sendable {
        var worst = Verdict.right
        var bad: [String] = []
        var count = 0
    }

    let allowsUnexplained: Bool

    /// - Throws: the exit code of the worst board.
    func run() async throws {
        let allows = allowsUnexplained
        let outcome = try await onRedis { settings in
            try await BoardAccess.open(settings, startsServer: false) { catalogue, eventLoop, place in
                var every = try await EveryBoard(in: catalogue, at: place, on: eventLoop)
                var outcome = Outcome(count: every.boards.count)
                await every.forEach { id in
                    let store = try await BoardAccess.store(of: id, catalogue, at: place, on: eventLoop)
                    let report = try await AuditVerification(store, on: eventLoop).run()
                    let verdict = report.verdict(allowsUnexplained: allows)
                    outcome.worst = max(outcome.worst, verdict)
                    if verdict != .right { outcome.bad.append("\(id) (\(verdict.rawValue))") }
                    return report.line
                }
                if !every.failures.isEmpty { outcome.worst = max(outcome.worst, .unchecked) }
                outcome.bad += every.failures.map { "\($0.board) (\(Verdict.unchecked.rawValue))" }
                return outcome
            }
        }
        let (bad, count) = (outcome.bad, outcome.count.counted("board"))
        guard !bad.isEmpty else { return print("\(count) checked: all are right.") }
        let names = bad.prefix(20).joined(separator: ", ") + (bad.count > 20 ? ", …" : "")
        print(
            "\(count), and \(bad.count) not right, with the exit code of each: \(names). leaderboard admin verify --board NAME says what to do."
        )
        throw ExitCode(outcome.worst.rawValue)
    }
}

extension AuditReport {
    func verdict(allowsUnexplained: Bool) -> VerifyEveryBoard.Verdict {
        if isSound { return .right }
        guard onlyScoresDiffer else { return .wrong }
        return allowsUnexplained ? .right : .onlyScoresDiffer
    }

    /// `right, 12 entries` or what is wrong, in numbers.
    fileprivate var line: String {
        var parts: [String] = []
        if faultCount > 0 { parts.append("\(faultCount.counted("fault")) in the chain") }
        if !differences.isEmpty { parts.append(differences.count.counted("difference")) }
        if !unexplained.isEmpty { parts.append("\(unexplained.count.counted("user")) with unexplained points") }
        if seasonDifferences > 0 { parts.append("\(seasonDifferences.counted("difference")) in seasons") }
        if seasonStrays > 0 { parts.append("\(seasonStrays.counted("stray")) in seasons") }
        if lacksFrozenRows { parts.append("no rows to show while it is frozen") }
        if segmentFaults > 0 { parts.append("\(segmentFaults.counted("fault")) in segments") }
        if !strays.isEmpty { parts.append(strays.count.counted("stray")) }
        if !wrongScores.isEmpty { parts.append("\(wrongScores.count.counted("score")) counted wrong") }
        let unfinished = erasing.isEmpty ? "" : ", \(erasing.count.counted("erasure")) not ended"
        return (parts.isEmpty ? "right" : parts.joined(separator: ", ")) + unfinished
            + ", \(entries.counted("audit entry", "audit entries"))"
    }
}
