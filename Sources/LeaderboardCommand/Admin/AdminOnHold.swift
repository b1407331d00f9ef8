import ArgumentParser
import Leaderboard
import LeaderboardService
import NIOHTTP1
import Text

/// `leaderboard admin on-hold [--board NAME]`
struct AdminOnHold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "on-hold",
        abstract: "Show who is on hold: all that is reported of them waits for review (hold, unhold, held)."
    )

    @OptionGroup var service: AdminService

    @Flag(help: "Print them as JSON, one a line.")
    var json = false

    func run() async throws {
        var (next, count) = (String?.none, 0)
        repeat {
            let after = next.map { "?after=\($0.percentEncoded())" } ?? ""
            let path = "/boards/\(service.board.board)/on-hold\(after)"
            let page = try await service.ask(.GET, at: path, as: Page.self)
            for user in page.on_hold { print(json ? try user.json : user.line) }
            (next, count) = (page.next, count + page.on_hold.count)
        } while next != nil
        if count == 0, !json { print("Nobody is on hold.") }
    }

    private struct Page: Decodable {
        let on_hold: [User]
        let next: String?
    }

    private struct User: Codable {
        let user_id: String
        let actor: String
        let time: UInt64
        let reason: String

        var line: String { "\(user_id)  since \(Moment.text(time))  by \(actor): \(reason)".printable }

        var json: String { get throws { try JSONLine.text(of: self) } }
    }
}
