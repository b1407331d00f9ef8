import Foundation
import TestSupport
import Testing

@Suite("The demo", .timeLimit(.minutes(5)))
struct DemoTests {
    private struct Row: Decodable, Equatable {
        let user_id: String
        let score: Int
    }

    private func standings(_ service: ServiceProcess) async throws -> [Row] {
        let board = try await TestConnection(port: service.port).request("GET", "/api/v1/scoreboard")
        return try JSONDecoder().decode([Row].self, from: Data(board.body.utf8))
    }

    @Test("fills the board and changes its order, politely, and ends with the service")
    func fillsTheBoard() async throws {
        let redis = try await PrivateRedisServer()
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url], "--demo")
        var orders: Set<[String]> = []
        try await until("a newcomer sees no movement") {
            let rows = try await standings(service)
            if rows.count == 10 { orders.insert(rows.map(\.user_id)) }
            return orders.count >= 3
        }
        let updates = try #require(Int(await redis.command("GET", "lb:{main}:seq")))
        #expect(updates < 60 * 10)
        service.signal(SIGTERM)
        try await until { !service.isRunning }
        #expect(try !service.log.contains("the demo has ended"))
    }

    @Test(
        "with a welcome says what to do next below the lines of the start, once it is ready, and where the command is"
    )
    func welcome() async throws {
        let redis = try await PrivateRedisServer()
        let settings = ["REDIS_URL": redis.url, "LOG_FORMAT": "text", "AUDIT_LOG": "refusals"]
        let service = try await ServiceProcess.serve(settings, "--welcome", "--demo")
        try await until { try service.log.contains("Stop with Ctrl-C.") }
        let log = try service.log
        let start = try #require(log.range(of: "standings taken from the store"))
        let welcome = try #require(log.range(of: "The leaderboard is running."))
        #expect(start.lowerBound < welcome.lowerBound, "\(log)")
        #expect(log.contains("\(ServiceProcess.program) watch"), "\(log)")
        // No line of an update pushes it away.
        try await until { try await Int(redis.command("GET", "lb:{main}:seq")).map { $0 > 3 } == true }
        #expect(try service.log.hasSuffix("Stop with Ctrl-C. The data stays.\n"), "\(log)")
    }

    @Test("rests the players whose token bucket is empty")
    func respectsTheLimit() async throws {
        let redis = try await PrivateRedisServer()
        let limits = ["RATE_LIMIT_UPDATES": "1", "RATE_LIMIT_INTERVAL_SECONDS": "3600"]
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url].merging(limits) { $1 }, "--demo")
        // Each of the 30 may score once, and is refused at most once: then it waits for an hour.
        try await until { try await redis.command("GET", "lb:{main}:seq") == "30" }
        #expect(try service.log.matches(of: /"code":"rate_limited"/).count <= 30)
        #expect(service.isRunning)
    }

    @Test("tells why it ends where it is refused, and the service goes on")
    func refused() async throws {
        let redis = try await PrivateRedisServer()
        for user in ["ada", "alan"] { try await redis.command("SADD", "lb:{main}:suspended", user) }
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url])
        let game = try await ServiceProcess.run(
            ["demo", "--players", "2", "--rate", "100", "--url", "http://127.0.0.1:\(service.port)"],
            ["JWT_SECRET": testSecret]
        )
        #expect(game.code != 0)
        #expect(game.output.contains("user_suspended"))
        #expect(service.isRunning)
    }
}
