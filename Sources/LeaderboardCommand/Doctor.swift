import ArgumentParser
import Leaderboard
import LeaderboardService

/// `leaderboard doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check configuration, Redis, clock and limits, and say what to change.",
        discussion: """
            Reads the configuration that `leaderboard serve` would read. Exits with 1 if something must be changed, with 0 \
            if there is at most advice. Changes nothing; a running service is not disturbed. Of a private Redis that does not run \
            it looks at a copy of the data, of up to 1 GB, in TMPDIR.

            With --token it also tells whom an access token lets do what, or why it is refused. The command lines of processes \
            can be read by others: `--token -` reads it from standard input.

            It looks at every board: the keys, and about 1,000 of the members. The first ten that are not as they must be are named. \
            With --board it looks at one board and all of its members.
            """
    )

    @Option(help: ArgumentHelp("An access token to explain; - for standard input.", valueName: "token"))
    var token: String?

    @Option(help: ArgumentHelp("Look at this board, wholly.", valueName: "name"), transform: BoardOption.board)
    var board: BoardID?

    func run() async throws {
        let token = token == "-" ? readLine() ?? "" : token
        let findings = await Doctor(.load(), token: token, board: board).findings()
        for finding in findings { print(finding.text) }
        let bad = findings.count { $0.verdict == .bad }
        print(bad == 0 ? "\nAll that must be so is so." : "\nTo be changed: \(bad).")
        if bad > 0 { throw ExitCode(1) }
    }
}

extension Finding {
    /// `ok      eviction       noeviction: …`, and what to do in a line of its own.
    fileprivate var text: String {
        let line = verdict.rawValue.padded(to: 8) + subject.padded(to: 15) + fact
        return remedy.isEmpty ? line : "\(line)\n\(String(repeating: " ", count: 23))-> \(remedy)"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
