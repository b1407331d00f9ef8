import ArgumentParser
import LeaderboardService
import SystemPackage

/// `leaderboard serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the service until SIGTERM or SIGINT.",
        discussion: """
            Needs JWT_SECRET or JWT_JWKS. Without REDIS_URL it runs a private redis-server of its own, with its data \
            under DATA_DIR. Logs go to standard error.
            """
    )

    @Flag(help: "Once it listens, print the addresses, a token, and lines to paste. For development.")
    var welcome = false

    func run() async throws {
        let settings = try await Settings.load()
        let configuration = try await configured { try ServiceConfiguration(settings) }
        let welcome = welcome ? Welcome(settings) : nil
        try await LeaderboardService(configuration).run { address in
            guard let welcome else { return }
            // Not print: its buffer would keep the text back where standard output is a file or a pipe.
            _ = try? FileDescriptor.standardOutput.writeAll(welcome.text(for: address).utf8)
        }
    }
}
