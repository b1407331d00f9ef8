import ArgumentParser
import LeaderboardService
import NIOCore
import SystemPackage

/// `leaderboard serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the service until SIGTERM, SIGINT or SIGQUIT.",
        discussion: """
            Needs JWT_SECRET or JWT_JWKS. Without REDIS_URL it runs a private redis-server of its own, with its data \
            under DATA_DIR. Logs go to standard error.
            """
    )

    @Flag(help: "Once it listens, print the addresses, a token, and lines to paste. For development.")
    var welcome = false

    @Flag(help: "Let pretended players score, so that there is something to see. Needs JWT_SECRET. For development.")
    var demo = false

    func run() async throws {
        let settings = Settings.load()
        let configuration = try configured { try ServiceConfiguration(settings) }
        let welcome = welcome ? Welcome(settings) : nil
        let signer = demo ? try configured { try TokenSigner(settings) } : nil
        DescriptorLimit.raise()

        let (addresses, listening) = AsyncStream<SocketAddress>.makeStream()
        try await withThrowingTaskGroup { tasks in
            if let signer {
                tasks.addTask {
                    for await address in addresses {
                        await play(at: address, signer: signer, maximumIncrease: configuration.maximumIncrease)
                    }
                }
            }
            try await ServiceAssembly(configuration).run { address in
                // Not print: its buffer would keep the text back where standard output is a file or a pipe.
                if let welcome { _ = try? FileDescriptor.standardOutput.writeAll(welcome.text(for: address).utf8) }
                listening.yield(address)
                listening.finish()
            }
            tasks.cancelAll()
        }
    }

    /// Plays the demo until the service has stopped. That it fails is told, and costs the service nothing.
    private func play(at address: SocketAddress, signer: TokenSigner, maximumIncrease: Int) async {
        let host = ["0.0.0.0", "::"].contains(address.ipAddress) ? "127.0.0.1" : address.ipAddress ?? "127.0.0.1"
        let authority = host.contains(":") ? "[\(host)]" : host
        guard let service = ServiceURL(argument: "http://\(authority):\(address.port ?? 0)") else { return }
        let game = DemoGame(
            service: service,
            signer: signer,
            players: DemoCrowd.names.count,
            rate: 4,
            maximumIncrease: maximumIncrease
        )
        do {
            try await game.run()
        } catch is CancellationError {
        } catch {
            _ = try? FileDescriptor.standardError.writeAll("the demo has ended: \(inWords(error))\n".utf8)
        }
    }
}
