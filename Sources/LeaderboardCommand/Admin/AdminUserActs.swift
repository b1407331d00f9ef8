import ArgumentParser
import NIOHTTP1
import Text

// Acts on one user that differ in words alone: `leaderboard admin suspend|reinstate|hide|unhide|hold|unhold USER --reason TEXT`

struct AdminSuspend: UserActCommand {
    static let abstract =
        "Refuse a user's updates, and take the user off the board and its seasons; the scores are kept."
    static let words = UserActWords(
        act: "suspend",
        done: "is suspended; the score is kept",
        unchanged: "was suspended already",
        each: "suspended",
        seasons: "Taken out of",
        mayBeNobody: true
    )

    @OptionGroup var options: UserActOptions
}

struct AdminReinstate: UserActCommand {
    static let abstract =
        "End a suspension: the user's updates count again, the score is back, in seasons that are over, too."
    static let words = UserActWords(
        act: "reinstate",
        done: "is reinstated",
        unchanged: "was not suspended",
        each: "reinstated",
        seasons: "Back in"
    )

    @OptionGroup var options: UserActOptions
}

struct AdminHide: UserActCommand {
    static let abstract =
        "Take a user off the board and its seasons for everybody else: they go on scoring, and are not told."
    static let discussion = """
        Updates are answered and counted as anybody's, in the score that is kept, and with their own token the user sees where they \
        would stand. Nobody else sees them. Who is suspended is hidden from then on, and a suspend of who is hidden refuses their updates. `unhide` brings them to \
        where they stand by then.
        """
    static let words = UserActWords(
        act: "hide",
        done: "is hidden, and goes on scoring",
        unchanged: "was hidden already",
        each: "hidden",
        seasons: "Taken out of",
        mayBeNobody: true
    )

    @OptionGroup var options: UserActOptions
}

struct AdminUnhide: UserActCommand {
    static let abstract =
        "Show a hidden user again, with all that they have scored since, in seasons that are over, too."
    static let words = UserActWords(
        act: "unhide",
        done: "is shown again",
        unchanged: "was not hidden",
        each: "shown again",
        seasons: "Back in"
    )

    @OptionGroup var options: UserActOptions
}

struct AdminHold: UserActCommand {
    static let abstract = "Put a user on hold: all that is reported of them waits for review; they stay where they are."
    static let discussion = """
        The evidence names you and the reason. `admin held` shows what waits. The board's definition gets the rule `by_hand`, if it does not have it. \
        `unhold` ends it; what waits goes on waiting.
        """
    static let words = UserActWords(
        act: "hold",
        done: "is on hold: updates wait for review",
        unchanged: "was on hold already",
        each: "on hold",
        mayBeNobody: true
    )

    @OptionGroup var options: UserActOptions
}

struct AdminUnhold: UserActCommand {
    static let abstract = "Take a user off hold: updates are judged as anybody's. What waits goes on waiting."
    static let words = UserActWords(
        act: "unhold",
        done: "is off hold",
        unchanged: "was not on hold",
        each: "off hold"
    )

    @OptionGroup var options: UserActOptions
}

/// What such a command says.
struct UserActWords: Sendable {
    /// Of the command, and of the path.
    let act: String
    /// Behind the user's id.
    let done: String
    let unchanged: String
    /// Of each board, where it is done on all of them; there, ``unchanged`` is said as it is.
    let each: String
    /// What came of the user in seasons that are over; nil: nothing does.
    var seasons: String?
    /// Who is nobody's name is most often mistyped.
    var mayBeNobody = false
}

protocol UserActCommand: AsyncParsableCommand {
    static var abstract: String { get }
    static var discussion: String { get }
    static var words: UserActWords { get }
    var options: UserActOptions { get }
}

extension UserActCommand {
    static var discussion: String { "" }

    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: words.act, abstract: abstract, discussion: discussion)
    }

    func run() async throws { try await options.run(Self.words) }
}

/// What all of these take, and what they ask the service.
struct UserActOptions: ParsableArguments {
    @OptionGroup var service: AdminService

    @Argument(help: "The user's id.")
    var user: String

    @OptionGroup var why: ReasonOption

    @Flag(help: "Taken as the other commands take it: this one never asks.")
    var yes = false

    @OptionGroup var boards: AllBoardsOption

    func validate() throws { try boards.check(service.board) }

    fileprivate func run(_ words: UserActWords) async throws {
        let path = "/users/\(user.percentEncoded())/\(words.act)"
        let body = Reasoned(reason: why.reason)
        guard !boards.allBoards else { return try await runOnAll(words, path, body) }
        let answer = try await service.ask(.POST, path, body, as: Answer.self)
        let final = words.seasons.flatMap { answer.finalSeasons(" \($0)") } ?? ""
        print(answer.changed ? "\(user) \(words.done).\(final)" : "\(user) \(words.unchanged).")
        if words.mayBeNobody, answer.known == false { print(unknownUserNote) }
    }

    private func runOnAll(_ words: UserActWords, _ path: String, _ body: Reasoned) async throws {
        let found = try await UserBoards(of: user, service.service)
        found.show()
        try await found.forEach { _, board in
            let answer = try await service.ask(.POST, at: board + path, body, as: Answer.self)
            return answer.changed ? words.each + (answer.finalSeasons("; also in") ?? "") : words.unchanged
        }
    }

    private struct Answer: Decodable {
        let changed: Bool
        /// Nil: an edition that does not tell.
        let known: Bool?
        /// Nil: none was changed.
        let final_seasons: [String]?

        func finalSeasons(_ verb: String) -> String? {
            FinalSeasonWords.text(final_seasons).map { "\(verb) \($0)." }
        }
    }
}
