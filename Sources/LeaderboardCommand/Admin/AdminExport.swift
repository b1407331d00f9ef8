import ArgumentParser
import NIOCore
import NIOHTTP1
import Text

/// `leaderboard admin export USER`
struct AdminExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print all that is kept of a user, as JSON.",
        discussion: """
            Score, rank and suspension, scores in all seasons that are kept, segments, token bucket, stored outcomes, and entries of the audit. With --all-boards it looks at every \
            board that there is, also where the user has no score now, and prints a line for each that keeps something of the user.
            """
    )

    @OptionGroup var service: AdminService

    @Argument(help: "The user's id.")
    var user: String

    @OptionGroup var boards: AllBoardsOption

    func validate() throws { try boards.check(service.board) }

    func run() async throws {
        let path = "/users/\(user.percentEncoded())/export"
        if boards.allBoards { return try await exportAll(path) }
        print(String(buffer: try await service.ask(.GET, path)).printableJSON)
    }

    private func exportAll(_ path: String) async throws {
        var found = try await UserBoards(of: user, service.service, isEvery: true)
        var count = 0
        let service = service
        await found.visit(atOnce: { _, board in try await service.ask(.GET, at: board + path) }) { row, body in
            guard try !KeptOfUser.read(body).isNothing else { return nil }
            count += 1
            print("{\"board\":\"\(row.board.printable)\",\"export\":\(String(buffer: body).printableJSON)}")
            return nil
        }
        // Not among the lines: those are for a file.
        writeToStandardError(found.lookedAt(keptOn: count) + "\n")
        try found.check()
    }
}
