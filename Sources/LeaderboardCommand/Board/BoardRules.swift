import ArgumentParser
import Board
import Leaderboard
import NIOCore
import NIOHTTP1
import Text

/// `leaderboard board rules BOARD [--json]`
struct BoardRules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Show a board's rules of plausibility, and how many updates met each.",
        discussion: "A rule is counted on when its numbers change; another interval, action or dry_run is another rule."
    )

    @OptionGroup var service: OperatorService

    @Argument(help: "The board's name.", transform: Self.board)
    var board: BoardID

    @Flag(help: "Print them as JSON, as the API has them.")
    var json = false

    func run() async throws {
        let body = try await service.send(.GET, "/boards/\(board)/rules").success()
        let answer = try? JSONValue(json: body, maximumBytes: OperatorService.maximumAnswerBytes).object
        guard let rows = answer?["rules"]?.array else { throw Self.notUnderstood }
        if json { return print(String(buffer: body).printableJSON) }
        if rows.isEmpty { print("\(board) has no rules.") }
        for row in rows {
            guard let object = row.object?["rule"]?.object, let rule = try? PlausibilityRule(json: object),
                let met = row.object?["met"]?.integer
            else { throw Self.notUnderstood }
            print("\(met)  \(rule.json)")
        }
    }

    private static let notUnderstood = CommandFailure(
        "the service answered what this edition of the command does not understand"
    )

    private static func board(_ text: String) throws -> BoardID {
        do { return try BoardID(text) } catch { throw ValidationError("\(error)") }
    }
}
