import ArgumentParser
import FoundationEssentials
import Leaderboard
import NIOCore
import NIOHTTP1
import Text

/// `leaderboard admin members BOARD [--add USER …] [--remove USER …]`
struct AdminMembers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members",
        abstract: "Who is on the list of a board's members; put users on it, or take them off.",
        discussion: """
            The list counts where the board's visibility is members: who is not on it, and has no token that names the board in its claim \
            boards, is told that there is no such board. Without --add and --remove it is shown.
            """
    )

    @OptionGroup var service: OperatorService

    @Argument(help: "The board.", transform: BoardOption.board)
    var board: BoardID

    @Option(help: ArgumentHelp("Put this user on the list; may be given several times.", valueName: "user"))
    var add: [String] = []

    @Option(help: ArgumentHelp("Take this user off the list; may be given several times.", valueName: "user"))
    var remove: [String] = []

    func run() async throws {
        for user in add {
            print("\(user) \(try await change(.PUT, user) ? "is a member now" : "was a member already").")
        }
        for user in remove {
            print("\(user) \(try await change(.DELETE, user) ? "is a member no more" : "was not on the list").")
        }
        if add.isEmpty, remove.isEmpty { try await list() }
    }

    private func change(_ method: HTTPMethod, _ user: String) async throws -> Bool {
        let body = try await service.send(method, "/boards/\(board)/members/\(user.percentEncoded())", json: nil)
            .success()
        return try JSONDecoder().decode(Changed.self, from: Data(body.readableBytesView)).changed
    }

    private func list() async throws {
        var next: String?
        repeat {
            let after = next.map { "?after=\($0.percentEncoded())" } ?? ""
            let body = try await service.send(.GET, "/boards/\(board)/members\(after)", json: nil).success()
            let page = try JSONDecoder().decode(Page.self, from: Data(body.readableBytesView))
            for user in page.members { print(user) }
            next = page.next
        } while next != nil
    }
}

private struct Changed: Decodable {
    let changed: Bool
}

private struct Page: Decodable {
    let members: [String]
    let next: String?
}
