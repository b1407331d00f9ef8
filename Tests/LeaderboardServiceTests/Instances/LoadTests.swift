import Foundation
import TestSupport
import Testing

@Suite("leaderboard load", .timeLimit(.minutes(5)))
struct LoadTests {
    @Test("spreads updates and viewers over the boards that it is given, and follows each to its end")
    func boards() async throws {
        try await withService { service, redis in
            for board in ["red", "blue"] { try await service.define(board) }
            let (output, code) = try await ServiceProcess.run(
                [
                    "load", "--url", "http://127.0.0.1:\(service.port)", "--board", "red", "--board", "blue", "--users",
                    "3", "--rate", "60", "--subscribers", "9", "--duration", "1",
                ],
                ["JWT_SECRET": testSecret]
            )
            #expect(code == 0 && output.contains(" 60 acknowledged "), "\(output)")
            for board in ["red", "blue"] { #expect(try await redis.command("GET", "lb:{\(board)}:seq") == "30") }
        }
    }

    @Test(
        "goes on while the instance that it drives is stopped and another takes its place, and nobody misses anything"
    )
    func restart() async throws {
        let redis = try await PrivateRedisServer()
        let port = try await FreePort.find()
        let settings = [
            "REDIS_URL": redis.url, "RATE_LIMIT_UPDATES": "100000", "RATE_LIMIT_INTERVAL_SECONDS": "1",
            "PORT": "\(port)",
        ]
        let first = try await ServiceProcess.serve(settings)
        async let load = ServiceProcess.run(
            [
                "load", "--url", "http://127.0.0.1:\(port)", "--users", "20", "--rate", "50", "--connections", "4",
                "--subscribers", "60", "--duration", "8", "--json", redis.folder.appending(path: "report").path,
            ],
            ["JWT_SECRET": testSecret]
        )
        try await until { try await redis.command("ZCARD", "lb:{main}:scores") == "20" }
        first.signal(SIGTERM)
        try await until { !first.isRunning }
        let second = try await ServiceProcess.serve(settings)
        let (output, code) = try await load
        #expect(second.isRunning)
        #expect(code == 0, "\(output)")
        #expect(output.contains("60 of viewers'"), "\(output)")
        struct Report: Decodable {
            struct Viewers: Decodable { let interruptions, missed, misordered, notAtTheEnd, lost: Int }
            struct Updates: Decodable { let interruptions, acknowledged: Int }
            let viewers: Viewers
            let updates: Updates
        }
        let json = try Data(contentsOf: redis.folder.appending(path: "report"))
        let report = try JSONDecoder().decode(Report.self, from: json)
        #expect(report.viewers.interruptions == 60 && report.viewers.lost == 0)
        #expect(report.updates.interruptions >= 4 && report.updates.acknowledged == 400)
    }
}
