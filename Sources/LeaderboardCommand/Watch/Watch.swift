import ArgumentParser
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `leaderboard watch`: the live top 10 in a terminal.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the live top 10 of a running service.",
        discussion:
            "In a terminal it is drawn in place; otherwise each new standing is one plain line. Ends with Ctrl-C."
    )

    @Option(help: "Where the service is.")
    var url = ServiceURL.local

    func run() async throws {
        let screen = Screen(isTerminal: isatty(STDOUT_FILENO) == 1)
        var wait = Duration.milliseconds(250)
        while !Task.isCancelled {
            screen.state = .connecting
            do {
                try await follow(screen)
                screen.state = .away("the connection ended")
                wait = .milliseconds(250)
            } catch is NIOConnectionError {
                screen.state = .away("nothing answers there")
            } catch {
                screen.state = .away("\(error)")
            }
            let jittered = wait * Double.random(in: 0.5...1.5)
            try await Task.sleep(for: jittered)
            wait = min(wait * 2, .seconds(10))
        }
    }

    /// Until the connection ends. The view `top` sends the whole standing each time, so nothing has to be kept.
    private func follow(_ screen: Screen) async throws {
        let channel = try await LiveClient.connect(
            to: url,
            path: "/api/v1/scoreboard/live?view=top",
            on: MultiThreadedEventLoopGroup.singleton.next()
        ) { message in
            guard let message = try? LiveMessage(json: Array(message.readableBytesView)) else { return }
            screen.show(message.scoreboard ?? [])
        }
        screen.state = .live
        try await withTaskCancellationHandler {
            try await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}
