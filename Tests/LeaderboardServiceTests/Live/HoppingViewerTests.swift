import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A viewer that hops between two instances")
struct HoppingViewerTests {
    enum Way: String, CaseIterable { case webSocket, eventStream }

    @Test("misses nothing and sees nothing twice, for its cursor is good at both", arguments: Way.allCases)
    func hop(way: Way) async throws {
        try await withService(["LIVE_WINDOW_MS": "5"]) { first, redis in
            try await withService(["REDIS_URL": redis.url, "LIVE_WINDOW_MS": "5"]) { second in
                let instances = [first, second]
                let hops = 12
                let perHop = 25
                var viewer = try await HoppingViewer(way, at: first, from: nil)
                var cursor = try await viewer.message().cursor
                var scores: [String: Int] = [:]
                var increases = 0
                for hop in 1...hops {
                    // While it is away, half of the changes come from either instance.
                    for number in 0..<perHop {
                        let writer = instances[(hop + number) % 2]
                        let connection = try await writer.connect()
                        #expect(try await writer.update("user-\(number % 7)", 1, on: connection).status == 200)
                        connection.close()
                    }
                    viewer.connection.close()
                    let instance = instances[hop % 2]
                    try await instance.hasShown(seq: hop * perHop)
                    viewer = try await HoppingViewer(way, at: instance, from: cursor)
                    let message = try await viewer.message()
                    #expect(message.type == "changes")
                    #expect(message.from == (hop - 1) * perHop + 1)
                    #expect(message.cursor.hasSuffix(":\(hop * perHop)"))
                    for change in message.changes ?? [] {
                        scores[change.user_id] = change.score
                        increases += change.score_increase ?? 0
                    }
                    cursor = message.cursor
                }
                #expect(increases == hops * perHop)
                for (user, score) in scores {
                    #expect(try await redis.command("ZSCORE", "lb:{main}:scores", user) == "\(score)")
                }
            }
        }
    }

    @Test(
        "gets a snapshot for a cursor that tells nothing",
        arguments: ["1:0", "0:99999999999", "rubbish", ":", "1:-1", "99999999999999999999:1"]
    )
    func strangeCursor(cursor: String) async throws {
        try await withService { service, _ in
            let writer = try await service.connect()
            _ = try await service.update("12345", 1, on: writer)
            for way in Way.allCases {
                let viewer = try await HoppingViewer(way, at: service, from: cursor)
                #expect(try await viewer.message().type == "snapshot")
            }
        }
    }
}

/// A viewer on one of the two ways.
private struct HoppingViewer {
    let way: HoppingViewerTests.Way
    let connection: TestConnection

    init(_ way: HoppingViewerTests.Way, at service: RunningService, from cursor: String?) async throws {
        self.way = way
        connection = try await service.connect()
        switch way {
        case .webSocket:
            let query = cursor.map { "?cursor=\($0)" } ?? ""
            #expect(try await connection.openWebSocket("/api/v1/scoreboard/live\(query)").status == 101)
        case .eventStream:
            let headers = cursor.map { ["Last-Event-ID": $0] } ?? [:]
            #expect(try await connection.request("GET", "/api/v1/scoreboard/events", headers).status == 200)
        }
    }

    func message() async throws -> TestMessage {
        switch way {
        case .webSocket: return try await connection.message()
        case .eventStream:
            let event = try await connection.event()
            let message = try TestMessage(json: event["data"] ?? "")
            #expect(event["id"] == message.cursor)
            return message
        }
    }
}

extension RunningService {
    /// Waits until new viewers are shown the board at this seq or later.
    func hasShown(seq: Int) async throws {
        try await until {
            let viewer = try await connect()
            defer { viewer.close() }
            _ = try await viewer.openWebSocket()
            let place = try await viewer.message().cursor.split(separator: ":").last ?? ""
            return Int(place) ?? -1 >= seq
        }
    }
}
