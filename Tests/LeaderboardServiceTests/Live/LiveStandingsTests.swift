import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

/// A viewer's own board, made of the messages alone.
struct ViewersBoard {
    private(set) var scores: [String: Int] = [:]
    private(set) var seq = 0
    private(set) var hadHole = false
    private(set) var snapshots = 0

    mutating func take(_ message: TestMessage) {
        let position = Int(message.cursor.split(separator: ":").last ?? "") ?? 0
        switch message.type {
        case "snapshot":
            snapshots += 1
            scores = Dictionary(uniqueKeysWithValues: (message.scoreboard ?? []).map { ($0.user_id, $0.score) })
        default:
            if let from = message.from, from > seq + 1 { hadHole = true }
            for change in message.changes ?? [] { scores[change.user_id] = change.score }
        }
        seq = position
    }
}

@Suite("Live standings")
struct LiveStandingsTests {
    @Test("a WebSocket starts with a snapshot, and what follows adds up to what Redis holds", arguments: [0, 50])
    func reconstruct(window: Int) async throws {
        try await withService(["LIVE_WINDOW_MS": "\(window)"]) { service, redis in
            let writer = try await service.connect()
            _ = try await service.update("early", 7, on: writer)
            let viewer = try await service.connect()
            #expect(try await viewer.openWebSocket().status == 101)
            var board = ViewersBoard()
            let first = try await viewer.message()
            #expect(first.type == "snapshot")
            #expect(first.scoreboard?.map(\.user_id) == ["early"])
            board.take(first)
            let sent = 200
            let writing = Task {
                for number in 0..<sent {
                    let response = try await service.update("user-\(number % 8)", number % 50, on: writer)
                    #expect(response.status == 200)
                }
            }
            while board.seq < sent + 1 { board.take(try await viewer.message()) }
            try await writing.value
            #expect(!board.hadHole)
            for (user, score) in board.scores {
                #expect(try await redis.command("ZSCORE", "lb:{main}:scores", user) == "\(score)")
            }
            #expect(board.scores.count == 9)
        }
    }

    @Test("a change carries user, score, increase and seq")
    func change() async throws {
        try await withService { service, _ in
            let (viewer, writer) = (try await service.connect(), try await service.connect())
            _ = try await viewer.openWebSocket()
            _ = try await viewer.message()
            _ = try await service.update("12345", 50, on: writer)
            let message = try await viewer.message()
            let change = try #require(message.changes?.first)
            #expect(message.type == "changes")
            #expect(change.user_id == "12345")
            #expect(change.score_increase == 50)
            #expect(change.seq == message.from)
            #expect(message.cursor.hasSuffix(":\(change.seq ?? 0)"))
        }
    }

    @Test("an event that another service published is relayed; rubbish on the channel is not")
    func foreignEvents() async throws {
        try await withService { service, redis in
            let viewer = try await service.connect()
            _ = try await viewer.openWebSocket()
            _ = try await viewer.message()
            let channel = "lb:{main}:events"
            for rubbish in [
                "", "{}", "not json", #"{"user_id":"a","score":1.5}"#, String(repeating: "x", count: 100_000),
            ] {
                try await redis.command("PUBLISH", channel, rubbish)
            }
            try await redis.command("ZADD", "lb:{main}:scores", "200", "12345")
            try await redis.command("PUBLISH", channel, #"{"user_id":"12345","score":200}"#)
            let message = try await viewer.message()
            let score = message.changes?.first?.score ?? message.scoreboard?.first?.score
            #expect(score == 200)
            let metrics = try await service.connect().request("GET", "/metrics").body
            #expect(metrics.contains("leaderboard_live_rejected_events_total 5"))
        }
    }

    @Test("an event of several updates is as many changes, each with a seq of its own")
    func groups() async throws {
        try await withService(["LIVE_WINDOW_MS": "1000"]) { service, redis in
            let (viewer, writer) = (try await service.connect(), try await service.connect())
            _ = try await service.update("ada", 1, on: writer)
            _ = try await viewer.openWebSocket()
            let snapshot = try await viewer.message()
            let place = snapshot.cursor.split(separator: ":")
            let (epoch, seq) = (place[0], Int(place[1]) ?? 0)
            let group =
                #"{"from":\#(seq + 1),"updates":[{"user_id":"ada","score":3,"score_increase":2},{"user_id":"bob","score":5,"score_increase":5}],"seq":\#(seq + 2),"epoch":"\#(epoch)","time":5}"#
            try await redis.command("ZADD", "lb:{main}:scores", "3", "ada", "5", "bob")
            try await redis.command("SET", "lb:{main}:seq", "\(seq + 2)")
            try await redis.command("PUBLISH", "lb:{main}:events", group)
            var changes: [TestMessage.Change] = []
            while changes.count < 2 { changes += try await viewer.message().changes ?? [] }
            #expect(changes.map(\.user_id) == ["ada", "bob"])
            #expect(changes.map(\.seq) == [seq + 1, seq + 2])
            #expect(changes.map(\.score) == [3, 5])
        }
    }

    @Test("an event stream tells its cursor as the id, and resumes from it without loss")
    func eventStream() async throws {
        try await withService(["LIVE_WINDOW_MS": "0"]) { service, _ in
            let writer = try await service.connect()
            _ = try await service.update("12345", 1, on: writer)
            let viewer = try await service.connect()
            let head = try await viewer.request("GET", "/api/v1/scoreboard/events")
            #expect(head.status == 200)
            #expect(head.headers["content-type"] == "text/event-stream")
            #expect(head.headers["x-accel-buffering"] == "no")
            let first = try await viewer.event()
            let snapshot = try TestMessage(json: first["data"] ?? "")
            #expect(snapshot.type == "snapshot")
            #expect(first["id"] == snapshot.cursor)
            viewer.close()

            for _ in 1...3 { _ = try await service.update("12345", 10, on: writer) }
            let again = try await service.connect()
            let cursor = ["Last-Event-ID": snapshot.cursor]
            #expect(try await again.request("GET", "/api/v1/scoreboard/events", cursor).status == 200)
            let missed = try TestMessage(json: try await again.event()["data"] ?? "")
            #expect(missed.type == "changes")
            #expect(missed.from == 2)
            #expect(missed.changes?.last?.score == 31)
            #expect(missed.cursor.hasSuffix(":4"))
        }
    }
}
