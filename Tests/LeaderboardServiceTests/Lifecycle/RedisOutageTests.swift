import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("When Redis is away")
struct RedisOutageTests {
    @Test("updates are 503 and may be repeated, readiness is false, and all recovers within two seconds of its return")
    func stoppedAndStarted() async throws {
        try await withService { service, redis in
            let (writer, viewer) = (try await service.connect(), try await service.connect())
            _ = try await service.update("12345", 50, on: writer)
            _ = try await viewer.openWebSocket()
            #expect(try await viewer.message().type == "snapshot")
            redis.kill()
            try await service.becomesReady(false)
            let refused = try await service.update("12345", 50, on: writer)
            #expect((refused.status, refused.code) == (503, "store_unavailable"))
            #expect(refused.headers["retry-after"] == "1")
            let alive = try await writer.request("GET", "/healthz")
            #expect(alive.status == 200)

            try await redis.start()
            // Written behind our back: no event will ever tell of it.
            try await redis.command("ZADD", "lb:{main}:scores", "999", "silent")
            let back = ContinuousClock.now
            var message = try await viewer.message()
            while message.scoreboard?.first?.user_id != "silent" { message = try await viewer.message() }
            #expect(message.type == "snapshot")
            try await service.becomesReady()
            #expect(ContinuousClock.now - back < .seconds(2))
            #expect(try await service.update("12345", 50, on: writer).status == 200)
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "12345") == "100")
        }
    }

    @Test("one that hangs makes updates 504, and then 503 at once until it answers again")
    func hanging() async throws {
        try await withService { service, redis in
            let writer = try await service.connect()
            _ = try await service.update("12345", 50, on: writer)
            redis.pause()
            let unknown = try await service.update("12345", 50, on: writer)
            #expect((unknown.status, unknown.code) == (504, "outcome_unknown"))
            let refused = try await service.update("12345", 50, on: writer)
            #expect((refused.status, refused.code) == (503, "store_unavailable"))
            redis.resume()
            try await service.becomesReady()
            #expect(try await service.update("12345", 50, on: writer).status == 200)
        }
    }

    @Test("a repeat with the Idempotency-Key of a lost update counts once")
    func lostThenRepeated() async throws {
        try await withService { service, redis in
            let writer = try await service.connect()
            _ = try await service.update("12345", 1, on: writer)
            redis.pause()
            let key = ["Idempotency-Key": "k"]
            let unknown = try await service.update("12345", 50, on: writer, key)
            #expect(unknown.status == 504)
            redis.resume()
            try await service.becomesReady()
            #expect(try await service.update("12345", 50, on: writer, key).status == 200)
            #expect(try await service.update("12345", 50, on: writer, key).status == 200)
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "12345") == "51")
        }
    }

    @Test("that lost its functions is given them again without a failed request")
    func functionsLost() async throws {
        try await withService { service, redis in
            let writer = try await service.connect()
            for _ in 1...5 {
                try await redis.command("FUNCTION", "FLUSH")
                #expect(try await service.update("12345", 1, on: writer).status == 200)
            }
            try await redis.command("FLUSHALL")
            #expect(try await service.update("12345", 1, on: writer).status == 200)
        }
    }
}
