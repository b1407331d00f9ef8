import ArgumentParser
import LeaderboardService

/// The `leaderboard` command.
@main
struct Leaderboard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leaderboard",
        abstract: "A live leaderboard on Redis: scores in over HTTP, standings out over WebSocket and SSE.",
        discussion: """
            Configuration comes from the environment, then from .env in the working directory, then from defaults. \
            .env.example lists every variable.
            """,
        version: LeaderboardService.version,
        subcommands: [
            Serve.self, Token.self, Watch.self, Load.self, Demo.self, Admin.self, DoctorCommand.self, Ping.self,
        ]
    )

    static func main() async {
        CrashOutput.limit(format: .ofEnvironment)
        await main(nil)
    }
}
