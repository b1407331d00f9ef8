import Foundation
import TestSupport
import Testing

@Suite("The README", .timeLimit(.minutes(5)))
struct ReadmeTests {
    /// What it shows from the first update on, up to where the answers go by the date. One block needs the users of Redis, and one is of
    /// acts that ask.
    private static func commands() throws -> Guide {
        let text = try String(contentsOf: ShippedFiles.root.appending(path: "README.md"), encoding: .utf8)
        let start = try #require(text.range(of: "\n## Five minutes\n")).lowerBound
        let end = try #require(text.range(of: "\n### Windows and seasons\n")).lowerBound
        return Guide(name: "README.md", text: String(text[start..<end]))
    }

    @Test(
        "shows commands that do what it says, one after the other, with the pretended players and without",
        arguments: [false, true]
    )
    func walk(isDemo: Bool) async throws {
        let redis = try await PrivateRedisServer()
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url], isDemo ? "--demo" : "--welcome")
        let address = "127.0.0.1:\(service.port)"
        try await until { try await TestConnection(port: service.port).request("GET", "/readyz").status == 200 }
        var script = """
            set -euo pipefail
            leaderboard() { '\(ServiceProcess.program)' "$@"; }
            curl() {
              if [[ " $* " != *" -N "* ]]; then command curl -s "$@" && echo && return; fi
              { command curl -s --max-time 3 "$@" || true; } | sed -n '/^data/ { p; q }'
            }

            """
        let blocks = try Self.commands().blocks.filter { $0.language == "sh" }
        #expect(blocks.count >= 6)
        var printed: [String] = []
        for block in blocks where !block.text.contains("--user reporter") && !block.text.contains("board delete") {
            script += block.text.replacing("127.0.0.1:8080", with: address)
                .replacing("data/redis/redis.sock", with: "'\(redis.socketPath)'")
            printed += block.printed
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let environment = ["LEADERBOARD_URL": "http://\(address)", "JWT_SECRET": testSecret]
        let (output, code) = try await Launcher.shared.run(
            "bash",
            ["-c", script],
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
            directory: folder
        )
        #expect(code == 0, "\(output)")
        #expect(output.contains("data: {\"type\":\"snapshot\""), "\(output)")
        #expect(!output.contains(#""status":"error""#), "\(output)")
        let lines = output.split(separator: "\n").map(String.init).filter { $0.contains(/^([\[{]|true$)/) }
        guard isDemo else {
            // The update of a template's board is the one whose answer is not shown.
            #expect(lines.filter { $0 != printed[0] } == printed.filter { $0 != printed[0] }, "\(output)")
            return
        }
        // Ranks and rows are of the moment.
        #expect(lines.count == printed.count + 1, "\(output)")
        #expect(lines.last?.contains(#"{"user_id":"12345","score":100,"#) == true, "\(output)")
    }
}
