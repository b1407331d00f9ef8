import ArgumentParser
import FoundationEssentials
import Leaderboard
import LeaderboardService
import NIOCore
import SystemPackage

/// `leaderboard load`: drives a running service, and tells what it took and whether viewers saw all of it.
struct Load: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Drive a running service with updates and live viewers, and measure it.",
        discussion: """
            Updates come due at a fixed rate whether or not answers come back, and latency counts from the time an \
            update was due: a service that stalls cannot hide it. Tokens are signed with JWT_SECRET; the users are \
            load-1, load-2, …, so mind the service's own RATE_LIMIT_UPDATES. Viewers and writers \
            whose connection ends come back, as players do, so that a restart can be driven: interruptions are counted. \
            Ctrl-C ends it early, with what was found so far. Exits \
            with 1 if a viewer missed or misordered anything or is not back at the end, or an update failed, or all of them \
            were refused: with which code is told.
            """
    )

    @OptionGroup var service: ServiceOption

    @Option(
        help: ArgumentHelp(
            "A board. May repeat: updates and viewers are spread over them. (default: main)",
            valueName: "name"
        ),
        transform: BoardOption.board
    )
    var board: [BoardID] = []

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

    @Option(help: ArgumentHelp("Write the result as JSON as well.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Tell what this process of the service uses. May repeat. Linux.", valueName: "id"))
    var pid: [Int] = []

    @Option(
        help: ArgumentHelp(
            "Compare with another live server: POST the service's messages to this path instead of updates.",
            visibility: .hidden
        )
    )
    var publishPath: String?

    @Option(help: ArgumentHelp("Where that server's WebSockets are.", visibility: .hidden))
    var livePath = "/api/v1/scoreboard/live"

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
        DescriptorLimit.raise()
        // Another live server is compared with: it is none of ours.
        let url = publishPath == nil ? try await service.reached() : try service.url()
        let run = try LoadRun(service: url, livePaths: livePaths, requests: requests(of: url), processes: pid)
        let report = try await run.run(
            writers: connections,
            viewers: subscribers,
            rate: rate,
            for: .seconds(duration)
        ) { writeToStandardOutput("\($0)\n") }
        writeToStandardOutput("\(report)\n")
        if let json {
            let file = try FileDescriptor.open(
                FilePath(json),
                .writeOnly,
                options: [.create, .truncate],
                permissions: [.ownerReadWrite, .groupRead, .otherRead]
            )
            _ = try file.closeAfter { try file.writeAll(JSONEncoder().encode(report)) }
        }
        if report.isFaulty { throw ExitCode(1) }
    }

    private var livePaths: [String] {
        board.isEmpty ? [livePath] : board.map { "/api/v1/boards/\($0)/live" }
    }

    private func requests(of url: ServiceURL) throws -> LoadRequests {
        if let publishPath { return .messages(path: publishPath, authority: url.authority, users: users) }
        let signer = try configured { try TokenSigner(.load()) }
        let names = (0..<users).map(LoadRequests.name)
        let tokens = try names.map { ($0, try signer.token(user: $0, lifetime: .seconds(duration + 600))) }
        let paths =
            board.isEmpty ? ["/api/v1/score/update"] : board.map { "/api/v1/boards/\($0)/score/update" }
        return LoadRequests(updatesOf: tokens, to: paths, authority: url.authority, tellSeq: subscribers > 0)
    }
}
