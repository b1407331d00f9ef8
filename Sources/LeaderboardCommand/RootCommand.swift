import ArgumentParser
import LeaderboardService

import Glibc

/// The `leaderboard` command.
@main
struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leaderboard",
        abstract: "A live leaderboard on Redis: scores in over HTTP, standings out over WebSocket and SSE.",
        discussion: """
            Configuration comes from the environment, then from .env in the working directory, then from defaults. \
            .env.example lists every variable.
            """,
        version: ServiceAssembly.version,
        subcommands: [
            Serve.self, Token.self, Watch.self, Load.self, Demo.self, Admin.self, BoardCommand.self, ImportCommand.self,
            DoctorCommand.self, Ping.self, WebhooksCommand.self,
        ]
    )

    static func main() async {
        CrashOutput.limit(format: .ofEnvironment)
        do {
            var command = try parseAsRoot()
            do {
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            } catch {
                switch error {
                case is ValidationError, is ExitCode, is CleanExit: throw error
                // What the parser itself throws (help, for one) has words of its own.
                case _ where String(reflecting: type(of: error)).hasPrefix("ArgumentParser."): throw error
                default: throw CommandFailure(inWords(error))
                }
            }
        } catch {
            // What was said before stands above the error, also where output is a pipe.
            fflush(nil)
            exit(withError: error)
        }
    }
}
