import ArgumentParser
import FoundationEssentials
import Leaderboard
import NIOHTTP1
import Text

/// `leaderboard admin adjust USER (--add N | --take N | --set SCORE) --reason TEXT [--dry-run | --yes]`
struct AdminAdjust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adjust",
        abstract: "Add or take points of a user, or say the score.",
        discussion: """
            An update like any other, in the audit with your name and the reason, whatever the board's limits say of users: only the \
            bounds of a score hold. It shows the score that will stand, and asks; where nobody can be asked it needs --yes. \
            Of one board: points are worth something else on each, so there is no --all-boards.
            """
    )

    @OptionGroup var service: AdminService

    @Argument(help: "The user's id.")
    var user: String

    @Option(help: ArgumentHelp("Points to add.", valueName: "points"))
    var add: Int?

    @Option(help: ArgumentHelp("Points to take.", valueName: "points"))
    var take: Int?

    // A number below 0 is none of the options.
    @Option(parsing: .unconditional, help: ArgumentHelp("What the score becomes.", valueName: "score"))
    var set: Int?

    @OptionGroup var consent: ReasonedConsent

    func validate() throws {
        guard [add, take, set].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("Give one of --add, --take and --set.")
        }
    }

    func run() async throws {
        let body = Body(score_increase: add, score_decrease: take, score: set, reason: consent.given?.text)
        let path = service.board.path + "/users/\(user.percentEncoded())/adjust"
        let preview = try await service.ask(.POST, at: path + "/preview", body, as: Preview.self)
        let before = preview.score_before.map { "has \($0)" } ?? "is not on the board"
        print("\(user.printable) \(before); the score would be \(preview.score).")
        if preview.score_before == nil { print(unknownUserNote) }
        guard try consent.isGiven("Change it?") else { return }
        // What is asked for once counts once, however often it is sent.
        let answer = try await service.ask(
            .POST,
            at: path,
            body,
            headers: [("Idempotency-Key", UUID().uuidString)],
            as: Answer.self
        )
        print("\(user.printable) \(answer.changed ? "has" : "had, and has,") \(answer.score).")
    }

    private struct Body: Encodable {
        let score_increase: Int?
        let score_decrease: Int?
        let score: Int?
        let reason: String?
    }

    private struct Preview: Decodable {
        let score_before: Int?
        let score: Int
    }

    private struct Answer: Decodable {
        let score: Int
        let changed: Bool
    }
}
