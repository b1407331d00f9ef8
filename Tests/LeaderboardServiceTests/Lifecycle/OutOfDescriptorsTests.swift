import Foundation
import HTTPServer
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Out of file descriptors")
struct OutOfDescriptorsTests {
    @Test("the service says so to whoever comes, and in the log, spends next to nothing on it, and recovers by itself")
    func exhausted() async throws {
        let redis = try await PrivateRedisServer()
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url, "LOG_FORMAT": "text"])
        let before = try await TestConnection(port: service.port)
        try await until { try await before.request("GET", "/readyz").status == 200 }
        // No more than it has, and what is free among them is taken.
        try await limit(service, to: try #require(try descriptors(of: service).max()) + 1)
        var fillers: [TestConnection] = []
        while fillers.count < 64 {
            let filler = try await TestConnection(port: service.port)
            guard (try? await filler.request("GET", "/healthz"))?.status == 200 else { break }
            fillers.append(filler)
        }

        let start = (cpu: try cpuTicks(service), time: ContinuousClock.now)
        for _ in 1...8 {
            let late = try await TestConnection(port: service.port)
            let answer = try await late.response()
            #expect((answer.status, answer.code) == (503, "too_many_connections"))
            #expect(try await late.receiveToEnd() == "")
        }
        let seconds = (ContinuousClock.now - start.time) / .seconds(1)
        // 100 ticks are a second of a core.
        let spent = Double(try cpuTicks(service) - start.cpu)
        #expect(spent < 50 + 50 * seconds)
        // Who was there before is served, and nobody is left over who could keep the listener busy.
        let errors = try await acceptErrors(on: before)
        #expect((1...10).contains(errors))
        #expect(try await acceptErrors(on: before) == errors)
        let log = try service.log
        #expect(log.components(separatedBy: "connections cannot be accepted").count == 2)

        try await limit(service, to: 4096)
        // Who comes while the last ones are refused may find the connection closed under the request.
        try await until {
            (try? await TestConnection(port: service.port).request("GET", "/readyz"))?.status == 200
        }
        #expect(service.isRunning)
    }

    @Test("is where its own bound on connections keeps it from: Redis and files have descriptors left")
    func bound() async throws {
        let redis = try await PrivateRedisServer()
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url, "LOG_FORMAT": "text"], descriptors: 128)
        let first = try await TestConnection(port: service.port)
        try await until { try await first.request("GET", "/readyz").status == 200 }
        var open: [TestConnection] = []
        var answered = 0
        for _ in 1...128 {
            let connection = try await TestConnection(port: service.port)
            let answer = try? await connection.request("GET", "/healthz")
            if answer?.status == 200 { answered += 1 }
            open.append(connection)
        }
        // With the first one, half of the descriptors: 64.
        #expect((60...64).contains(answered))
        #expect(try descriptors(of: service).count < 120)
        #expect(try await acceptErrors(on: first) == 0)
        let log = try service.log
        #expect(log.components(separatedBy: "connections refused").count == 2)
    }

    @Test(
        "comes later the fewer connections are let in",
        arguments: [
            (0, 1), (1, 1), (2, 1), (64, 32), (128, 64), (256, 176), (1024, 944), (20_000, 19_920),
            (1 << 32, 1 << 32 - 80),
            (.max, .max - 80),
        ] as [(UInt64, Int)]
    )
    func connections(limit: UInt64, connections: Int) {
        #expect(DescriptorLimit(current: limit, maximum: limit).connections(beside: 2) == connections)
    }

    private func descriptors(of service: ServiceProcess) throws -> [Int] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(service.processID)/fd").compactMap { Int($0) }
    }

    private func limit(_ service: ServiceProcess, to count: Int) async throws {
        let done = try await Launcher.shared.run(
            "prlimit",
            ["--pid", "\(service.processID)", "--nofile=\(count):4096"]
        )
        #expect(done.code == 0, "\(done.output)")
    }

    /// Of user and system, since its start.
    private func cpuTicks(_ service: ServiceProcess) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(service.processID)/stat", encoding: .utf8)
        // Behind the name, which may have blanks, stand the third field and those that follow.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return try [12, 13].map { try #require(Int(fields[$0])) }.reduce(0, +)
    }

    private func acceptErrors(on connection: TestConnection) async throws -> Int {
        let metrics = try await connection.request("GET", "/metrics").body
        let line = metrics.split(separator: "\n").first { $0.hasPrefix("leaderboard_http_accept_errors_total ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
    }
}
