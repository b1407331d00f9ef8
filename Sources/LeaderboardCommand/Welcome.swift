import FoundationEssentials
import LeaderboardService
import NIOCore

/// What `ops/run` shows a newcomer: where the service is, and what to try.
struct Welcome: Sendable {
    private static let user = "12345"

    /// Where this program lies, for what to try next with it.
    private let program =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "leaderboard"
    private let token: String?
    /// Nil: any free port, which only the running service knows.
    private let place: ServicePlace?

    init(_ settings: Settings) {
        place = try? ServicePlace.read(settings)
        token = try? TokenSigner(settings).token(user: Self.user, lifetime: .seconds(86_400))
    }

    func text(for address: SocketAddress) -> String {
        let page = place.flatMap { $0.isGiven ? nil : $0.url } ?? "http://127.0.0.1:\(address.port ?? 0)"
        let live = page.hasPrefix("https") ? "wss\(page.dropFirst(5))" : "ws\(page.dropFirst(4))"
        let token = token ?? "<a token of your identity service>"
        return """

            The leaderboard is running.

              Page          \(page)/
              Scoreboard    \(page)/api/v1/scoreboard
              Live          \(live)/api/v1/scoreboard/live
                            \(page)/api/v1/scoreboard/events

            A token of user \(Self.user), valid for a day:

              TOKEN=\(token)

            Add points:

              curl -X POST \(page)/api/v1/score/update \\
                -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
                -d '{"user_id":"\(Self.user)","score_increase":50}'

            Watch, in another terminal or in a browser's console:

              curl -N \(page)/api/v1/scoreboard/events
              new WebSocket('\(live)/api/v1/scoreboard/live').onmessage = (m) => console.log(m.data)

            More with the command leaderboard, from this folder:

              \(program) watch
              \(program) doctor
              \(program) --help

            Stop with Ctrl-C. The data stays.

            """
    }
}
