import Board
import Text
import ArgumentParser
import Leaderboard
import LeaderboardService
import NIOCore

/// `leaderboard admin verify`, also `leaderboard admin audit verify`.
struct AdminVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the audit's chain of hashes, and the board, its seasons and its segments against it.",
        discussion: """
            Reads Redis itself. Exits with

              0  if all that could be checked is right; what could not is told
              1  if an entry was edited, moved or removed, two have one number, a suspension is not what the audit says,
                 somebody has no score any more, or segments and their totals are not what the board has of their users
              2  if it could not be checked: Redis does not answer, or users are being erased (verify again)
              3  if all is right but scores: another service wrote them past the audit, or somebody forged them

            Where other services may write scores, --allow-unexplained makes a 0 of 3, and adopt takes what they wrote into the audit. \
            Its last lines say what to do.

            With --all-boards, a line for each board, and the exit code is that of the worst: 1, then 2, then 3.

            What a sound chain proves: nobody changed the audit without computing the rest of it anew. It does not \
            protect from who can write in Redis and does that, unless you keep a hash elsewhere.
            """
    )

    @Flag(help: "Scores that are not what the audit says are told, and the exit code is 0.")
    var allowUnexplained = false

    @OptionGroup var every: EveryBoardOption
    @OptionGroup var board: BoardOption

    func validate() throws { try every.check(board) }

    func run() async throws {
        if every.allBoards {
            return try await checking { try await VerifyEveryBoard(allowsUnexplained: allowUnexplained).run() }
        }
        let report = try await checking {
            try await onBoard(board) { store, eventLoop in try await AuditVerification(store, on: eventLoop).run() }
        }
        report.show()
        if report.isSound { return print("\n" + report.verdict) }
        print()
        for line in report.advice { print(line) }
        let verdict = report.verdict(allowsUnexplained: allowUnexplained)
        if verdict != .right { throw ExitCode(verdict.rawValue) }
    }

    /// What keeps it from checking ends it with 2.
    private func checking<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as ValidationError {
            throw error
        } catch let code as ExitCode {
            throw code
        } catch {
            throw failed(inWords(error), code: 2)
        }
    }
}

/// Runs `body` on the board; what goes wrong ends the command in words.
/// - Parameter mustExist: where there is no board, the command ends with the exit code 2, and nothing is made.
func onBoard<Value: Sendable>(
    _ option: BoardOption,
    mustExist: Bool = true,
    _ body: @escaping @Sendable (ScoreStore, any EventLoop) async throws -> Value
) async throws -> Value {
    try await onRedis { settings in
        try await BoardAccess.open(settings, option.board, mustExist: mustExist) { store, eventLoop in
            try await body(store, eventLoop)
        }
    }
}

/// The same of what asks Redis for more than one board.
func onRedis<Value: Sendable>(_ body: (Settings) async throws -> Value) async throws -> Value {
    let settings = Settings.load()
    do { return try await configured { try await body(settings) } } catch let error as BoardAccess.NoBoard {
        throw failed(error.description, code: 2)
    } catch ScoreStoreError.unsoundAudit(let user) {
        throw CommandFailure(
            "the audit of \(user) adds up to what no score can be: somebody forged entries, or set the score past the audit"
        )
    } catch let error as ScoreStoreError {
        throw CommandFailure(inWords(error))
    } catch let error as InvalidBackup {
        throw CommandFailure("the backup cannot be used: \(error)")
    }
}

extension AuditReport {
    func show() {
        print(
            "audit        \(entries) entries, \(isWhole ? "from the board's first on" : "the earlier ones are not there")"
        )
        if unchainedEntries > 0 { print("unchained    \(unchainedEntries) entries of before there were hashes") }
        if uncheckedErasures > 0 {
            print(
                "erased       \(uncheckedErasures) entries by an earlier release, which did not keep what stood before them"
            )
        }
        showChain()
        showGaps()
        showAcceptances()
        print(
            "users        \(wholeUsers) with their whole history, \(trimmedUsers) with a part, \(usersWithoutHistory) with none"
        )
        if profiles > 0 || heldProfiles > 0 { print("profiles     \(profiles), and \(heldProfiles) held by operators") }
        showDifferences()
        if isWhole { showUnexplained() }
        showRows()
        showSeasons()
        showSegments()
        if !erasing.isEmpty {
            print(
                "erasing      \(erasing.firstNames.printable): it goes on, or was interrupted (leaderboard admin erase does the rest)"
            )
        }
        if lacksFrozenRows { print("frozen       what the board shows meanwhile is lost: everybody sees it empty") }
    }

    /// Rows that are not what the board's ties need.
    func showRows() {
        if !strays.isEmpty {
            print(
                "strays       \(strays.count.counted("member")) that stand for nobody: another service wrote them, or the key at was damaged"
            )
            showSome(of: strays.sorted { $0.key < $1.key }) { "\($0.key.printable): \($0.value)" }
        }
        if !wrongScores.isEmpty {
            print(
                "ranks        \(wrongScores.count.counted("score")) counted wrong: another service moved users past the functions"
            )
        }
    }

    func showChain() {
        print("chain        \(faultCount == 0 ? "unbroken" : faultCount.counted("fault"))")
        for fault in faults { print("  \(fault)") }
    }

    private func showGaps() {
        if knownGaps > 0 {
            print("gaps         \(knownGaps.counted("place")) where entries are lost, as the audit tells")
        }
    }

    private func showAcceptances() {
        guard !acceptances.isEmpty else { return }
        print("accepted     \(acceptedPlaces.counted("place")) that an operator went on over")
        for acceptance in acceptances.suffix(10) {
            print("  at \(acceptance.id) by \(acceptance.actor.printable): \(acceptance.reason.printable)")
        }
    }

    func showWithoutHistory() {
        print("users without history: \(usersWithoutHistory) (kept)")
        for user in someWithoutHistory { print("  \(user.printable)") }
        let more = usersWithoutHistory - someWithoutHistory.count
        if more > 0 { print("  … and \(more) more") }
    }

    func showDifferences() {
        print("differences  \(differences.count)")
        showSome(of: differences) { difference in
            "\(difference.user): " + difference.lines.joined(separator: "; ")
        }
    }

    /// A rebuild does not take these points away: that is for an operator to decide.
    func showUnexplained() {
        print("unexplained  \(unexplained.count)")
        showSome(of: unexplained) { "\($0.user.printable): \($0.points) points of which the audit tells nothing" }
    }

    private func showSome<Line>(of lines: [Line], _ text: (Line) -> String) {
        for line in lines.prefix(Self.shownLines) { print("  " + text(line)) }
        if lines.count > Self.shownLines { print("  … and \(lines.count - Self.shownLines) more") }
    }

    private static var shownLines: Int { 1000 }

    /// Of a sound report: no more than what was checked.
    var verdict: String {
        let unreached = seasons.count { !$0.isReached }
        guard !isWhole || uncheckedErasures > 0 || knownGaps > 0 || !acceptances.isEmpty || unreached > 0 else {
            return "The audit is sound, and the board is what it adds up to."
        }
        var unchecked: [String] = []
        if !isWhole { unchecked.append("what happened before the audit's first entry") }
        if usersWithoutHistory > 0 {
            unchecked.append("the scores of the \(usersWithoutHistory) users of whom the audit has nothing")
        }
        if trimmedUsers > 0 {
            unchecked.append("what the \(trimmedUsers) users of whom it has a part had before")
        }
        if knownGaps > 0 { unchecked.append("what happened where the audit tells of a gap") }
        if let last = acceptances.last {
            unchecked.append("what was lost before \(last.id), where an operator accepted it")
        }
        if unreached > 0 {
            unchecked.append("\(unreached.counted("season")) that began before the audit's first entry")
        }
        if uncheckedErasures > 0 { unchecked.append("the entries before those that an earlier release erased") }
        return "What could be checked is right. Not checked: \(unchecked.joined(separator: "; "))."
    }
}

extension AuditReport.Difference {
    /// What is wrong.
    fileprivate var lines: [String] {
        var lines: [String] = []
        if hasWrongScore {
            let has = board.map(String.init) ?? "nothing"
            lines.append("the board has \(has), the audit adds up to \(audit.sum.map(\.description) ?? "nothing")")
        }
        if hasWrongSuspension {
            let word = { (isSuspended: Bool, isHidden: Bool) in
                isSuspended ? isHidden ? "hidden" : "suspended" : "not suspended"
            }
            let byAudit = word(audit.isSuspended == true, audit.isHidden == true)
            lines.append("\(word(isSuspended, isHidden)) on the board, \(byAudit) by the audit")
        }
        if isMisplaced { lines.append("not in the order in which users came to the score") }
        if lines.isEmpty { lines.append(isSuspended ? "shown although suspended" : "withheld although not suspended") }
        return lines
    }
}
