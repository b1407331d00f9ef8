import AsyncHTTPClient
import LeaderboardService
import NIOHTTP1

/// What `serve --demo` has besides the game on `main`: boards of other kinds, which a few players play on, and the player whose token
/// `/docs` gives. So all that `/docs` has filled in finds something to be done with. Boards that are there stay as they are.
struct DemoBoards: Sendable {
    let service: ServiceURL
    let signer: TokenSigner

    /// None of them is one that the README makes.
    private static let definitions = [
        ("sprint", #"{"title":"Sprint","order":"asc","ties":"first","operator":"best","min":0}"#),
        (
            "cup",
            #"""
            {"title":"Cup of teams","windows":[{"name":"all"},{"name":"weekly","reset":"weekly"},\#
            {"name":"round","reset":"manual"}],"segments":["team"],"totals":["team"]}
            """#
        ),
        ("stage-*", #"{"title":"Stage","operator":"best","min":0}"#),
    ]
    private static let teams = ["red", "green", "blue"]
    private static let lifetime = Duration.seconds(3600)

    /// Makes the boards and enters the player, as far as the service lets it.
    /// - Returns: whether all is there.
    func make() async -> Bool {
        let made = try? await service.withClient { client in
            let operators = try signer.token(user: "demo", lifetime: .seconds(60), scope: "leaderboard:admin")
            for (board, definition) in Self.definitions {
                let status = try await service.send(
                    .PUT,
                    "/api/v1/admin/boards/\(board)",
                    token: operators,
                    ["If-None-Match": "*"],
                    body: definition,
                    with: client
                ).status
                // 409: it is there.
                guard status == 201 || status == 409 else { return false }
            }
            for board in ["main", "cup"] {
                let path = "/api/v1/boards/\(board)/users/\(DemoTokens.player)"
                let status = try await service.send(.GET, path, token: operators, with: client).status
                guard status == 404 else { continue }
                let change = board == "main" ? #""score_increase":0"# : #""score_increase":50,"segments":["team:red"]"#
                guard try await play(board, DemoTokens.player, change, with: client) == 200 else { return false }
            }
            return true
        }
        return made ?? false
    }

    /// Plays on them, an update a second, until its task is cancelled. Who is refused has had bad luck.
    func run() async throws {
        // Where it does not work, somebody does not want them.
        var attempts = 5
        try await service.withClient { client in
            while true {
                try await Task.sleep(for: .seconds(Double.random(in: 0.5...1.5)))
                if attempts > 0 { attempts = await make() ? 0 : attempts - 1 }
                let number = Int.random(in: 0..<DemoCrowd.names.count)
                let team = Self.teams[number % Self.teams.count]
                let (board, change) =
                    Bool.random()
                    ? ("sprint", #""score":\#(Int.random(in: 48_000...75_000))"#)
                    : ("cup", #""score_increase":\#(Int.random(in: 1...50)),"segments":["team:\#(team)"]"#)
                do { _ = try await play(board, DemoCrowd.names[number], change, with: client) } catch {
                    try Task.checkCancellation()
                }
            }
        }
    }

    private func play(_ board: String, _ user: String, _ change: String, with client: HTTPClient) async throws -> UInt {
        try await service.send(
            .POST,
            "/api/v1/boards/\(board)/score/update",
            token: try signer.token(user: user, lifetime: Self.lifetime),
            body: #"{"user_id":"\#(user)",\#(change)}"#,
            with: client
        ).status
    }
}
