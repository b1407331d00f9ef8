import Foundation
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Webhooks", .timeLimit(.minutes(5)))
struct WebhookTests {
    private static let seasonal = #"{"version":"1","windows":[{"name":"all"},{"name":"hour","reset":"hourly"}]}"#

    /// A board whose season ended long ago, in which ada and bob were, and nobody has written since.
    private func endSeason(of board: String, _ redis: PrivateRedisServer) async throws {
        let (from, until) = ("1577836800000000", "1577840400000000")
        try await redis.command("SET", "lb:{\(board)}:board", Self.seasonal)
        try await redis.command("ZADD", "lb:{\(board)}:s:hour:2020-01-01T00Z:scores", "7", "ada", "5", "bob")
        let text = "\(until) 1 all - 0 0;hour 2020-01-01T00Z \(from) \(until)"
        try await redis.command("SET", "lb:{\(board)}:seasons", text)
    }

    private func settings(_ entries: [String], _ redis: PrivateRedisServer) throws -> (TemporaryFile, [String: String])
    {
        let file = try TemporaryFile("[\(entries.joined(separator: ","))]")
        let own = [
            "WEBHOOKS_FILE": file.path, "WEBHOOKS_ALLOW_HTTP": "true", "WEBHOOKS_ALLOW_PRIVATE": "true",
            "REDIS_URL": redis.url,
        ]
        return (file, own)
    }

    private static func quick(_ configuration: inout ServiceConfiguration) {
        configuration.webhooks?.pace.step = .milliseconds(20)
        configuration.webhooks?.pace.round = .milliseconds(100)
        configuration.webhooks?.pace.renewal = .milliseconds(100)
        configuration.webhooks?.pace.comparison = .milliseconds(20)
        configuration.webhooks?.schedule.first = 1
    }

    @Test("tell of a season that ended when no instance was up, once, of however many instances; and so of the next")
    func seasonEnded() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let receiver = try await HookReceiver(.status(204))
        try await endSeason(of: "weeks", redis)
        let (file, own) = try settings([receiver.entry(#","boards":["weeks","days-*"]"#)], redis)
        try await withService(own, adjust: Self.quick) { first in
            try await withService(own, adjust: Self.quick) { _ in
                try await until { receiver.received.count == 1 }
                // By a pattern, which the index of boards resolves.
                let made = try await AnOperator(first).put("days-1", Self.seasonal, .make)
                #expect(made.status == 201)
                try await endSeason(of: "days-1", redis)
                try await until { receiver.received.count == 2 }
            }
        }
        let received = receiver.received
        #expect(received.map(\.type) == ["season.ended", "season.ended"] && received[0].id != received[1].id)
        #expect(received.map { $0.data["board"] as? String } == ["weeks", "days-1"])
        let data = received[0].data
        #expect(data["window"] as? String == "hour" && data["season"] as? String == "2020-01-01T00Z")
        #expect(data["from"] as? Int == 1_577_836_800_000 && data["until"] as? Int == 1_577_840_400_000)
        #expect(data["users"] as? Int == 2 && received[0].json["timestamp"] as? String == "2020-01-01T01:00:00.000Z")
        let rows = try #require(data["scoreboard"] as? [[String: Any]])
        #expect(rows.map { $0["user_id"] as? String } == ["ada", "bob"] && rows.map { $0["rank"] as? Int } == [1, 2])
        #expect(try received.allSatisfy { try $0.isSigned(by: HookReceiver.secret) })
        // An instance that comes later has nothing more to tell.
        try await withService(own, adjust: Self.quick) { service in
            let made = try await AnOperator(service).put("days-3", Self.seasonal, .make)
            #expect(made.status == 201)
            try await endSeason(of: "days-3", redis)
            try await until { receiver.received.count == 3 }
        }
        #expect(receiver.received.last?.data["board"] as? String == "days-3")
        withExtendedLifetime(file) {}
    }

    @Test("are sent again with the same id until they are taken, and an endpoint that hangs holds up no other")
    func retries() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let failing = try await HookReceiver(.status(500), .status(302, ["Location": "/"]), .status(200))
        let (hanging, gone) = (try await HookReceiver(.hangs), try await HookReceiver(.status(410)))
        try await endSeason(of: "weeks", redis)
        let boards = #","boards":"weeks""#
        let (file, own) = try settings([hanging, gone, failing].map { $0.entry(boards) }, redis)
        try await withService(
            own,
            adjust: { configuration in
                Self.quick(&configuration)
                configuration.webhooks?.sending.timeout = .seconds(2)
            }
        ) { service in
            try await until { failing.received.count == 3 && gone.received.count == 1 && hanging.received.count >= 2 }
            let scrape = try await service.connect().request("GET", "/metrics").body
            for line in [
                #"leaderboard_webhook_messages_total{endpoint="2",outcome="gone"} 1"#,
                #"leaderboard_webhook_messages_total{endpoint="3",outcome="failed"} 2"#,
                #"leaderboard_webhook_messages_total{endpoint="3",outcome="delivered"} 1"#,
                #"leaderboard_webhook_waiting_messages{endpoint="1"} 1"#,
            ] {
                #expect(scrape.contains(line), "\(line)")
            }
        }
        // The same over all tries, and to all endpoints.
        #expect(Set((failing.received + hanging.received + gone.received).map(\.id)).count == 1)
        #expect(Set(failing.received.map(\.body)).count == 1 && gone.received.count == 1)
        withExtendedLifetime(file) {}
    }

    @Test("tell of a new leader, and of who was overtaken within the endpoint's top, also by what no instance saw")
    func places() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let receiver = try await HookReceiver(.status(200))
        let leaders = try await HookReceiver(.status(200))
        let (file, own) = try settings(
            [
                receiver.entry(#","events":["board.new_leader","board.overtaken"],"top":2"#),
                leaders.entry(#","events":["board.new_leader"]"#),
            ],
            redis
        )
        let mark = ["HGET", "lb:{@webhooks}:marks", "top main"]
        try await withService(own, adjust: Self.quick) { service in
            let writer = try await service.connect()
            for (user, score) in [("ada", 30), ("bob", 20), ("cy", 10)] {
                #expect(try await service.update(user, score, on: writer).status == 200)
            }
            try await until { try await redis.command(words: mark).contains("cy 3 10") }
            #expect(try await service.update("cy", 100, on: writer).status == 200)
            func told(_ type: String) -> [[String: Any]] { receiver.received.filter { $0.type == type }.map(\.data) }
            try await until {
                told("board.new_leader").contains { $0["user_id"] as? String == "cy" }
                    && Set(told("board.overtaken").compactMap { $0["user_id"] as? String }) == ["ada", "bob"]
            }
            let leader = try #require(told("board.new_leader").first { $0["user_id"] as? String == "cy" })
            #expect(leader["previous"] as? String == "ada")
            let overtaken = told("board.overtaken")
            let ada = try #require(overtaken.first { $0["user_id"] as? String == "ada" })
            #expect(ada["old_rank"] as? Int == 1 && ada["rank"] as? Int == 2)
            #expect((ada["by"] as? [String: Any])?["old_rank"] as? Int == 3)
        }
        // Another service writes while no instance is up.
        let count = leaders.received.count
        try await redis.command("ZADD", "lb:{main}:scores", "1000", "bob")
        try await withService(own, adjust: Self.quick) { _ in
            try await until { leaders.received.count == count + 1 }
        }
        #expect(leaders.received.allSatisfy { $0.type == "board.new_leader" })
        #expect(leaders.received.last?.data["user_id"] as? String == "bob")
        withExtendedLifetime(file) {}
    }
}
