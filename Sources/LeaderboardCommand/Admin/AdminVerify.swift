import ArgumentParser
import Leaderboard
import LeaderboardService
import NIOCore

/// `leaderboard admin verify`, also `leaderboard admin audit verify`.
struct AdminVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the audit's chain of hashes, and the board against it.",
        discussion: """
            Reads Redis itself. Exits with 1 if an entry was edited, moved or removed, or a score is not what the audit adds up \
            to. What a sound chain proves: nobody changed the audit without computing the rest of it anew. It does not \
            protect from who can write in Redis and does that, unless you keep a hash elsewhere.
            """
    )

    func run() async throws {
        let report = try await onBoard { store, eventLoop in
            try await AuditVerification(store, on: eventLoop).run()
        }
        report.show()
        guard report.isSound else { throw ExitCode(1) }
        print("\nThe audit is sound, and the board is what it adds up to.")
    }
}

/// Runs `body` on the board that the configuration names; what goes wrong ends the command in words.
func onBoard<Value: Sendable>(
    _ body: @escaping @Sendable (ScoreStore, any EventLoop) async throws -> Value
) async throws -> Value {
    let settings = try await Settings.load()
    do {
        return try await configured { try await BoardAccess.open(settings, body) }
    } catch let error as ScoreStoreError {
        throw CommandFailure("Redis: \(error)")
    } catch let error as InvalidBackup {
        throw CommandFailure("the backup cannot be used: \(error)")
    }
}

extension AuditReport {
    func show() {
        print(
            "audit        \(entries) entries, \(isWhole ? "from the board's first on" : "the earlier ones were trimmed")"
        )
        if unchainedEntries > 0 { print("unchained    \(unchainedEntries) entries of before there were hashes") }
        print("chain        \(faultCount == 0 ? "unbroken" : "\(faultCount) faults")")
        for fault in faults { print("  \(fault)") }
        print(
            "users        \(wholeUsers) with their whole history, \(trimmedUsers) with a part, \(usersWithoutHistory) with none"
        )
        showDifferences()
    }

    func showDifferences() {
        print("differences  \(differences.count)")
        for difference in differences.prefix(Self.shownDifferences) {
            let board = difference.board.map(String.init) ?? "nothing"
            print("  \(difference.user): the board has \(board), the audit adds up to \(difference.audit)")
        }
        if differences.count > Self.shownDifferences {
            print("  … and \(differences.count - Self.shownDifferences) more")
        }
    }

    private static var shownDifferences: Int { 1000 }
}
