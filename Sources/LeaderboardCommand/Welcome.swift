import LeaderboardService
import NIOCore

/// What `ops/run` shows a newcomer: where the service is, and what to try.
struct Welcome: Sendable {
    private static let user = "12345"

    private let token: String?

    init(_ settings: Settings) {
        token = try? TokenSigner(settings).token(user: Self.user, lifetime: .seconds(86_400))
    }

    func text(for address: SocketAddress) -> String {
        let authority = "127.0.0.1:\(address.port ?? 0)"
        let token = token ?? "<a token of your identity service>"
        return """

            The leaderboard is running.

              Page          http://\(authority)/
              Scoreboard    http://\(authority)/api/v1/scoreboard
              Live          ws://\(authority)/api/v1/scoreboard/live
                            http://\(authority)/api/v1/scoreboard/events

            A token of user \(Self.user), valid for a day:

              TOKEN=\(token)

            Add points:

              curl -X POST http://\(authority)/api/v1/score/update \\
                -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
                -d '{"user_id":"\(Self.user)","score_increase":50}'

            Watch, in another terminal or in a browser's console:

              curl -N http://\(authority)/api/v1/scoreboard/events
              new WebSocket('ws://\(authority)/api/v1/scoreboard/live').onmessage = (m) => console.log(m.data)

            Stop with Ctrl-C. The data stays.

            """
    }
}
