import ArgumentParser
import LeaderboardService

/// `leaderboard demo`
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fill a running board with lively players, until Ctrl-C.",
        discussion: """
            A few updates a second by players of a pretended game, with tokens signed with JWT_SECRET; whom the service \
            tells to wait, waits. `leaderboard serve --demo` does the same by itself.
            """
    )

    @OptionGroup var service: ServiceOption

    @Option(help: "How many players.")
    var players = 30

    @Option(help: "Updates per second of all of them together.")
    var rate = 4

    func validate() throws {
        guard (1...10_000).contains(players) else { throw ValidationError("--players must be 1 to 10000.") }
        guard (1...100).contains(rate) else { throw ValidationError("--rate must be 1 to 100.") }
    }

    func run() async throws {
        let settings = Settings.load()
        let url = try await service.reached(settings)
        let game = try configured {
            DemoGame(
                service: url,
                signer: try TokenSigner(settings),
                players: players,
                rate: rate,
                maximumIncrease: try ServiceConfiguration(settings).maximumIncrease
            )
        }
        try await game.run()
    }
}
