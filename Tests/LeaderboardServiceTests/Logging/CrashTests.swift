import Foundation
import Synchronization
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A crash", .timeLimit(.minutes(5)))
struct CrashTests {
    @Test("leaves nothing of the memory behind: no report of registers, no core file", arguments: [SIGSEGV, SIGABRT])
    func output(signal: Int32) async throws {
        let redis = try await PrivateRedisServer()
        let service = try await ServiceProcess.serve([
            "REDIS_URL": redis.url, "GRANT_SECRET": "another secret of the tests, of 32 bytes or more",
            "RATE_LIMIT_UPDATES": "100000", "RATE_LIMIT_INTERVAL_SECONDS": "1",
        ])
        let token = try TokenSigner(testSettings()).token(user: "12345", lifetime: .seconds(600))
        let limits = try String(contentsOfFile: "/proc/\(service.processID)/limits", encoding: .utf8)
        #expect(limits.contains(/Max core file size\s+0\s+0\s+bytes/))

        // It ends while requests with tokens are under way.
        let answers = Answers()
        try await withThrowingTaskGroup { tasks in
            for _ in 0..<4 { tasks.addTask { await Self.write(to: service, token, answers) } }
            try await until("nothing is answered") { answers.count.load(ordering: .relaxed) > 100 }
            service.signal(signal)
            try await until("it does not end") { !service.isRunning }
            tasks.cancelAll()
            try await tasks.waitForAll()
        }

        let log = try service.log
        let last = try #require(log.split(separator: "\n").last)
        let name = signal == SIGSEGV ? "SIGSEGV" : "SIGABRT"
        #expect(last.contains(#""level":"critical","logger":"leaderboard","message":"ended by a signal""#))
        #expect(last.contains(/"pc":"0x[0-9a-f]{16}","signal":"\w+"}/) && last.hasSuffix(#""signal":"\#(name)"}"#))
        for line in log.split(separator: "\n") { #expect(line.hasPrefix(#"{"time":"#), "\(line)") }
        for secret in [testSecret, "another secret of the tests", String(token.suffix(43))] {
            // Whole, or as a dump of memory shows it.
            let bytes = secret.utf8.prefix(8).map { String($0, radix: 16) }.joined(separator: " ")
            #expect(!log.contains(secret.prefix(8)) && !log.contains(bytes), "\(secret) is in the log")
        }
        try #require(!service.isRunning)
        #expect(service.endingSignal == signal)
    }

    private final class Answers: Sendable {
        let count = Atomic(0)
    }

    /// Updates until the connection breaks, or the task is cancelled; counts those that were answered.
    private static func write(to service: ServiceProcess, _ token: String, _ answers: Answers) async {
        do {
            let connection = try await TestConnection(port: service.port)
            while !Task.isCancelled {
                let headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
                let body = #"{"user_id":"12345","score_increase":1}"#
                _ = try await connection.request("POST", "/api/v1/score/update", headers, body: body)
                answers.count.add(1, ordering: .relaxed)
            }
        } catch {}
    }
}
