import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("While Redis is away, under load", .serialized, .timeLimit(.minutes(5)))
struct RefusalTimeTests {
    enum Absence: CaseIterable {
        case killed, hanging
    }

    @Test("refusals do not wait for the deadline of Redis' commands", arguments: Absence.allCases)
    func quick(absence: Absence) async throws {
        try await withService { service, redis in
            let first = try await service.connect()
            #expect(try await service.update("writer-0", 1, on: first).status == 200)
            switch absence {
            case .killed: redis.kill()
            case .hanging: redis.pause()
            }
            defer { redis.resume() }
            try await service.becomesReady(false)
            // Where Redis hangs, each event loop finds out by itself: the first updates of one wait, and are 504.
            try await load(service)
            let before = try await Answers(first)
            try await load(service)
            let after = try await Answers(first)
            let count = after.count - before.count
            #expect(count > 500)
            #expect(Double(after.quick - before.quick) >= 0.99 * Double(count))
        }
    }

    /// As much as 64 clients can ask in a second and a half.
    private func load(_ service: RunningService) async throws {
        try await withThrowingTaskGroup { tasks in
            for index in 0..<64 {
                let user = "writer-\(index)"
                let headers = [
                    "Authorization": "Bearer \(try service.token(user))", "Content-Type": "application/json",
                ]
                tasks.addTask {
                    let connection = try await service.connect()
                    let end = ContinuousClock.now + .seconds(1.5)
                    while ContinuousClock.now < end {
                        let body = #"{"user_id":"\#(user)","score_increase":1}"#
                        let response = try await connection.request("POST", "/api/v1/score/update", headers, body: body)
                        #expect([503, 504].contains(response.status))
                    }
                }
            }
            try await tasks.waitForAll()
        }
    }
}

/// How many updates were answered, and how many of them within a second, half the deadline of a command, from the head to the answer.
private struct Answers {
    let count: Int
    let quick: Int

    init(_ connection: TestConnection) async throws {
        let page = try await connection.request("GET", "/metrics").body
        func value(_ name: String, _ labels: String...) -> Int {
            let labels = labels + [#"route="/api/v1/score/update""#, #"method="POST""#]
            let line = page.split(separator: "\n").first { line in
                line.hasPrefix("leaderboard_http_request_duration_seconds_\(name){")
                    && labels.allSatisfy { line.contains($0) }
            }
            return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
        }
        count = value("count")
        quick = value("bucket", #"le="1""#)
    }
}
