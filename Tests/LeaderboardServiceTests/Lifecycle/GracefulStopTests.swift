import Foundation
import ServiceLifecycleTestKit
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A graceful stop")
struct GracefulStopTests {
    @Test("tells live viewers 1001, closes idle connections, and returns")
    func viewersAreTold() async throws {
        try await withService { service, _ in
            let (viewer, idle) = (try await service.connect(), try await service.connect())
            #expect(try await idle.request("GET", "/healthz").status == 200)
            _ = try await viewer.openWebSocket()
            _ = try await viewer.message()
            service.stopping.triggerGracefulShutdown()
            let last = try await viewer.frame()
            #expect((last.opcode, last.closeCode) == (8, 1001))
            try await viewer.sendFrame(opcode: 8, [0x03, 0xE9])
            #expect(try await viewer.receiveToEnd() == "")
            #expect(try await idle.receiveToEnd() == "")
        }
    }

    @Test("ends at once at a second signal, however long the first would take", .timeLimit(.minutes(5)))
    func secondSignal() async throws {
        let redis = try await PrivateRedisServer()
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url])
        try await until {
            try await TestConnection(port: service.port).request("GET", "/readyz").status == 200
        }
        // A viewer that never answers the close keeps the graceful stop waiting.
        let viewer = try await TestConnection(port: service.port)
        _ = try await viewer.openWebSocket()
        service.signal(SIGTERM)
        while try await viewer.frame().closeCode != 1001 {}
        #expect(service.isRunning)
        service.signal(SIGTERM)
        try await until { !service.isRunning }
        #expect(try service.log.contains("ended at once by a second signal"))
    }

    @Test("keeps the board: a service with a Redis of its own finds it after the restart")
    func ownRedisKeepsData() async throws {
        try await withDataDirectory { data in
            for round in 1...3 {
                try await withService(["DATA_DIR": data]) { service in
                    let connection = try await service.connect()
                    #expect(try await service.update("12345", 50, on: connection).status == 200)
                    let board = try await connection.request("GET", "/api/v1/scoreboard")
                    #expect(board.body == #"[{"user_id":"12345","score":\#(50 * round)}]"#)
                }
            }
        }
    }
}
