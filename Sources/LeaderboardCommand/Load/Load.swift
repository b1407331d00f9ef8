import ArgumentParser
import LeaderboardService
import NIOCore
import NIOPosix

/// `leaderboard load`: drives a running service, and tells what it took and whether viewers saw all of it.
struct Load: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Drive a running service with updates and live viewers, and measure it.",
        discussion: """
            Updates come due at a fixed rate whether or not answers come back, and latency counts from the time an \
            update was due: a service that stalls cannot hide it. Tokens are signed with JWT_SECRET; the users are \
            load-1, load-2, …, so mind the service's own RATE_LIMIT_UPDATES. Exits with 1 if a viewer missed or \
            misordered anything, or an update failed.
            """
    )

    @Option(help: "Where the service is.")
    var url = ServiceURL.local

    @Option(help: "How many users the updates are spread over.")
    var users = 1000

    @Option(help: "Updates per second.")
    var rate = 500

    @Option(help: "HTTP connections.")
    var connections = 16

    @Option(help: "WebSocket viewers.")
    var subscribers = 10

    @Option(help: ArgumentHelp("How long to send.", valueName: "seconds"))
    var duration = 10

    func validate() throws {
        let bounds: [(String, Int, ClosedRange<Int>)] = [
            ("--users", users, 1...1_000_000), ("--rate", rate, 0...1_000_000),
            ("--connections", connections, 1...10_000), ("--subscribers", subscribers, 0...100_000),
            ("--duration", duration, 1...86_400),
        ]
        for (name, value, range) in bounds where !range.contains(value) {
            throw ValidationError("\(name) must be \(range.lowerBound) to \(range.upperBound).")
        }
    }

    func run() async throws {
        let settings = try await Settings.load()
        let signer = try await configured { try TokenSigner(settings) }
        let requests = try (1...users).map { number in
            let user = "load-\(number)"
            let token = try signer.token(user: user, lifetime: .seconds(duration + 600))
            return LoadRequest.encode(user: user, token: token, authority: url.authority)
        }
        let run = LoadRun(service: url, requests: requests)
        try await run.connect(writers: connections, viewers: subscribers)
        try await run.send(rate: rate, for: .seconds(duration)) { print($0) }
        let report = try await run.finish()
        print(report.text)
        if report.isFaulty { throw ExitCode(1) }
    }
}
