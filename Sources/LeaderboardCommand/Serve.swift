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

    @Flag(
        help: """
            Let pretended players score, on main and on three boards that it makes, so that there is something to see, and \
            requests be tried out at /docs, as DEMO=true does. Needs JWT_SECRET. For development.
            """
    )
    var demo = false

    func run() async throws {
        let settings = Settings.load()
        var configuration = try configured { try ServiceConfiguration(settings) }
        let welcome = welcome ? Welcome(settings) : nil
        let signer = demo ? try configured { try TokenSigner(settings) } : nil
        if demo { configuration.isDemo = true }
        DescriptorLimit.raise()
        let maximumIncrease = configuration.maximumIncrease
        let assembly = ServiceAssembly(configuration)

        let (starts, listening) = AsyncStream<(address: SocketAddress, logs: Logs)>.makeStream()
        try await withThrowingTaskGroup { tasks in
            tasks.addTask {
                for await start in starts {
                    let service = Self.url(of: start.address, settings)
                    let boards = service.flatMap { service in signer.map { DemoBoards(service: service, signer: $0) } }
                    if welcome != nil || boards != nil { await becomesReady(service) }
                    // What is logged of it stands above the welcome.
                    _ = await boards?.make()
                    if let welcome { show(welcome, at: start.address, below: start.logs) }
                    guard let signer, let service, let boards else { continue }
                    async let others: Void = boards.run()
                    await play(at: service, signer: signer, maximumIncrease: maximumIncrease)
                    _ = try? await others
                }
            }
            // A key set's file is read there.
            try await configured {
                try await assembly.run { address, logs in
                    listening.yield((address, logs))
                    listening.finish()
                }
            }
            tasks.cancelAll()
        }
    }

    /// Waits until it is ready, so that the lines of its start stand above what is to do next, the last that is read. Where it does not get
    /// ready, for a moment.
    private func becomesReady(_ service: ServiceURL?) async {
        let deadline = ContinuousClock.now + .seconds(3)
        while let service, ContinuousClock.now < deadline {
            if (try? await service.get("/readyz", within: .seconds(1)).status) == 200 { return }
            guard (try? await Task.sleep(for: .milliseconds(50))) != nil else { return }
        }
    }

    private func show(_ welcome: Welcome, at address: SocketAddress, below logs: Logs) {
        logs.flush()
        // Not print: its buffer would keep the text back where standard output is a file or a pipe.
        _ = try? FileDescriptor.standardOutput.writeAll(welcome.text(for: address).utf8)
    }

    /// This service itself, by TLS and with a PROXY header where it has them. Where any free port was asked for, the address tells
    /// which.
    private static func url(of address: SocketAddress, _ settings: Settings) -> ServiceURL? {
        if let place = try? ServicePlace.read(settings), !place.isGiven { return ServiceURL(place) }
        let host = ["0.0.0.0", "::"].contains(address.ipAddress) ? "127.0.0.1" : address.ipAddress ?? "127.0.0.1"
        let authority = host.contains(":") ? "[\(host)]" : host
        return ServiceURL(argument: "http://\(authority):\(address.port ?? 0)")
    }

    /// Plays the demo until the service has stopped. That it fails is told, and costs the service nothing.
    private func play(at service: ServiceURL, signer: TokenSigner, maximumIncrease: Int) async {
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
