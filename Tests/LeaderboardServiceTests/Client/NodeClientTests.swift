import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

/// What stands in `Node` is run by Node's own test runner: `ops/install test` brings Node.
@Suite("The JavaScript client in Node", .timeLimit(.minutes(5)))
struct NodeClientTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Node").path

    @Test("does what its tests say", arguments: [("client", 15), ("live", 15), ("shared", 7)])
    func tests(name: String, atLeast: Int) async throws {
        let settings = ["LIVE_PING_SECONDS": "2", "BOARDS_BY_TEMPLATE": "100"]
        try await withService(settings) { service, _ in
            let environment = ["URL": "http://127.0.0.1:\(service.port)", "SECRET": testSecret]
            let (output, code) = try await Launcher.shared.run(
                "node",
                ["\(Self.folder)/\(name).test.mjs"],
                environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }
            )
            #expect(code == 0, "\(output.suffix(6000))")
            // Each version of Node says it in its own way, and counts tests where it is given the file alone.
            let passed = output.firstMatch(of: /(?:# |ℹ )pass (\d+)/).flatMap { Int($0.1) } ?? 0
            #expect(passed >= atLeast, "\(output.suffix(2000))")
        }
    }
}
