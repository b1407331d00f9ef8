import Text
import ArgumentParser
import Leaderboard
import NIOHTTP1

/// Why, for the audit.
struct Reasoned: Encodable {
    let reason: String

    init(reason: AuditReason) { self.reason = reason.text }
}

/// Of an act on a user who may be nobody: most often a mistyped id.
let unknownUserNote = "Nobody of this name was on the board: is it spelt as the game spells it?"

/// `leaderboard admin suspend USER --reason TEXT`
struct AdminSuspend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend",
        abstract: "Refuse a user's updates, and take the user off the board and its seasons; the scores are kept."
    )

    @OptionGroup var suspension: SuspensionOptions

    func run() async throws {
        let answer = try await suspension.run("suspend", (changed: "suspended", unchanged: "was suspended already"))
        guard let answer else { return }
        let user = suspension.user
        let final = answer.finalSeasons(" Taken out of")
        print(answer.changed ? "\(user) is suspended; the score is kept.\(final)" : "\(user) was suspended already.")
        if answer.known == false { print(unknownUserNote) }
    }
}

/// `leaderboard admin reinstate USER --reason TEXT`
struct AdminReinstate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reinstate",
        abstract: "End a suspension: the user's updates count again, the score is back, in seasons that are over, too."
    )

    @OptionGroup var suspension: SuspensionOptions

    func run() async throws {
        let answer = try await suspension.run("reinstate", (changed: "reinstated", unchanged: "was not suspended"))
        guard let answer else { return }
        let user = suspension.user
        let final = answer.finalSeasons(" Back in")
        print(answer.changed ? "\(user) is reinstated.\(final)" : "\(user) was not suspended.")
    }
}

/// `leaderboard admin hide USER --reason TEXT`
struct AdminHide: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hide",
        abstract: "Take a user off the board and its seasons for everybody else: they go on scoring, and are not told.",
        discussion: """
            Updates are answered and counted as anybody's, in the score that is kept, and with their own token the user sees where they \
            would stand. Nobody else sees them. Who is suspended is hidden from then on, and a suspend of who is hidden refuses their updates. `unhide` brings them to \
            where they stand by then.
            """
    )

    @OptionGroup var suspension: SuspensionOptions

    func run() async throws {
        let answer = try await suspension.run("hide", (changed: "hidden", unchanged: "was hidden already"))
        guard let answer else { return }
        let user = suspension.user
        let final = answer.finalSeasons(" Taken out of")
        print(answer.changed ? "\(user) is hidden, and goes on scoring.\(final)" : "\(user) was hidden already.")
        if answer.known == false { print(unknownUserNote) }
    }
}

/// `leaderboard admin unhide USER --reason TEXT`
struct AdminUnhide: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unhide",
        abstract: "Show a hidden user again, with all that they have scored since, in seasons that are over, too."
    )

    @OptionGroup var suspension: SuspensionOptions

    func run() async throws {
        let answer = try await suspension.run("unhide", (changed: "shown again", unchanged: "was not hidden"))
        guard let answer else { return }
        let user = suspension.user
        let final = answer.finalSeasons(" Back in")
        print(answer.changed ? "\(user) is shown again.\(final)" : "\(user) was not hidden.")
    }
}

/// What all of these take, and what they ask the service.
struct SuspensionOptions: ParsableArguments {
    @OptionGroup var service: AdminService

    @Argument(help: "The user's id.")
    var user: String

    @OptionGroup var why: ReasonOption

    @Flag(help: "Taken as the other commands take it: this one never asks.")
    var yes = false

    @OptionGroup var boards: AllBoardsOption

    func validate() throws { try boards.check(service.board) }

    /// - Parameter words: what is said of each board, where it is done on all of them.
    /// - Returns: The answer of the one board; nil where all were asked, and what came of it is told.
    fileprivate func run(_ act: String, _ words: (changed: String, unchanged: String)) async throws -> Suspension? {
        let path = "/users/\(user.percentEncoded())/\(act)"
        let body = Reasoned(reason: why.reason)
        guard boards.allBoards else { return try await service.ask(.POST, path, body, as: Suspension.self) }
        let found = try await UserBoards(of: user, service.service)
        found.show()
        try await found.forEach { _, board in
            let answer = try await service.ask(.POST, at: board + path, body, as: Suspension.self)
            return answer.changed ? words.changed + answer.finalSeasons("; also in") : words.unchanged
        }
        return nil
    }
}

private struct Suspension: Decodable {
    let changed: Bool
    /// Nil: an edition that does not tell.
    let known: Bool?
    /// Nil: none was changed.
    let final_seasons: [String]?

    /// - Parameter verb: what came of the user there.
    func finalSeasons(_ verb: String) -> String {
        FinalSeasonWords.text(final_seasons).map { "\(verb) \($0)." } ?? ""
    }
}

/// ` 2 seasons that are over: weekly/2026-W47, weekly/2026-W48`
enum FinalSeasonWords {
    private static let named = 10

    /// Nil: there are none.
    static func text(_ names: [String]?) -> String? {
        guard let names, !names.isEmpty else { return nil }
        let list = names.prefix(named).map(\.printable).joined(separator: ", ")
        let verb = names.count == 1 ? "that is over" : "that are over"
        return "\(names.count.counted("season")) \(verb): \(list)\(names.count > named ? ", …" : "")"
    }
}

/// `leaderboard admin revert (--user ID [--since TIME] [--until TIME] | --seq N) --reason TEXT [--dry-run | --yes]`
struct AdminRevert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revert",
        abstract: "Take back what updates made of a score, each once.",
        discussion: """
            Either one update by its seq, or a user's updates of a time, as far as the audit reaches. A time is given in \
            milliseconds since 1970, or as 2026-11-25T04:00:00Z. The score becomes what the user's other updates make: increases and \
            decreases added up within the board's bounds (of one that a bound held, all that it asked for), the last `set`, the best `best`. What \
            changed nothing when it came (a run that was not better, a `set` to the same, points of which a bound held all) is not in the \
            audit, and does not come back. Who has no update left leaves the board; \
            only who added or took away points (`incr`, `decr`), where no score can be below 0 and the greatest is best, stays with 0. Among equals, who is put back to a score has come to it with the revert. \
            Seasons in which an update counted lose it, those that are over and kept, too. \
            Asking again takes back nothing twice. It shows the score that will stand, and asks; where nobody can be asked it needs --yes.
            """
    )

    @OptionGroup var service: AdminService

    @Option(help: ArgumentHelp("The user whose updates are taken back.", valueName: "id"))
    var user: String?

    @Option(help: ArgumentHelp("Only updates that are not older.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only updates that are not newer.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("The one update with this number.", valueName: "number"))
    var seq: Int?

    @OptionGroup var boards: AllBoardsOption

    @OptionGroup var consent: ReasonedConsent

    func validate() throws {
        try boards.check(service.board)
        guard !boards.allBoards || user != nil else { throw ValidationError("--all-boards goes with --user.") }
        guard (user == nil) != (seq == nil) else { throw ValidationError("Give either --user or --seq.") }
        guard seq == nil || (since == nil && until == nil) else {
            throw ValidationError("--since and --until go with --user.")
        }
    }

    func run() async throws {
        let body = Body(user_id: user, since: since, until: until, seq: seq, reason: consent.given?.text)
        if boards.allBoards, let user {
            return try await revertAll(try await UserBoards(of: user, service.service), body)
        }
        let preview = try await service.ask(.POST, "/audit/revert/preview", body, as: Answer.self)
        print(preview.line(" of \(preview.user_id.printable)", isDone: false))
        guard preview.updates > 0, try consent.isGiven("Take them back?") else { return }
        let answer = try await service.ask(.POST, "/audit/revert", body, as: Answer.self)
        print(answer.line(" of \(answer.user_id.printable)", isDone: true))
    }

    /// First it shows what it would do on each, and asks once.
    private func revertAll(_ found: UserBoards, _ body: Body) async throws {
        // As the service says it of one board.
        guard !found.isNowhere else { throw CommandFailure("user_not_found: This user is on no board.") }
        print("\(found.user.printable) is on \(found.rows.count.counted("board")).")
        var rows: [UserBoards.Row] = []
        try await found.forEach { row, board in
            let preview = try await service.ask(.POST, at: board + "/audit/revert/preview", body, as: Answer.self)
            if preview.updates > 0 { rows.append(row) }
            return preview.line(isDone: false)
        }
        guard !rows.isEmpty, try consent.isGiven("Take them back?") else { return }
        try await found.forEach(rows) { _, board in
            let answer = try await service.ask(.POST, at: board + "/audit/revert", body, as: Answer.self)
            return answer.line(isDone: true)
        }
    }

    private struct Body: Encodable {
        let user_id: String?
        let since: String?
        let until: String?
        let seq: Int?
        let reason: String?
    }

    private struct Answer: Decodable {
        let user_id: String
        let updates: Int
        /// By how much the score falls.
        let points: Int
        /// Nil: the user is not on the board then.
        let score: Int?
        /// Nil: none loses any of it.
        let final_seasons: [String]?

        /// - Parameter whose: ` of ada`, or nothing.
        func line(_ whose: String = "", isDone: Bool) -> String {
            guard updates > 0 else { return "nothing\(whose) to take back." }
            let done = isDone ? "taken back" : "to be taken back"
            let final = FinalSeasonWords.text(final_seasons).map { " Also in \($0)." } ?? ""
            return "\(updates.counted("update"))\(whose) \(done): \(outcome(isDone: isDone))\(final)"
        }

        private func outcome(isDone: Bool) -> String {
            guard let score else {
                return "nothing is left, the user \(isDone ? "has left" : "would leave") the board."
            }
            let distance = Int(clamping: points.magnitude).counted("point")
            let change = points == 0 ? "as before" : "\(distance) \(points < 0 ? "more" : "less")"
            return "the score \(isDone ? "is" : "would be") \(score), \(change)."
        }
    }
}
