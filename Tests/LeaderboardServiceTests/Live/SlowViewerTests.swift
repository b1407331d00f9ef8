import Broadcast
import Foundation
import HTTPServer
import LiveSockets
import NIOCore
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A viewer that does not read")
struct SlowViewerTests {
    @Test(
        "gets a snapshot when it reads again and goes on; the others never notice",
        arguments: [LiveSenderChoice.auto, .send]
    )
    func readsAgain(sender: LiveSenderChoice) async throws {
        // On one loop they are a crowd, which a ring is used for.
        let adjust = { @Sendable (configuration: inout ServiceConfiguration) in
            (configuration.liveSender, configuration.threads) = (sender, 1)
        }
        try await withService(adjust: adjust) { service, redis in
            let slow = try await service.deafViewer()
            let readers = try await withThrowingTaskGroup { tasks in
                for _ in 0..<4 {
                    let viewer = try await service.connect()
                    _ = try await viewer.openWebSocket()
                    tasks.addTask {
                        var board = ViewersBoard()
                        try await viewer.follow(&board, until: "last")
                        return board
                    }
                }
                try await service.flood(until: "backlog", redis)
                _ = try await service.update("last", 1000, on: service.connect())
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            for board in readers { #expect(!board.hadHole) }

            try await slow.setReading(true)
            var board = ViewersBoard()
            try await slow.follow(&board, until: "last")
            #expect(board.snapshots >= 1)
            _ = try await service.update("after", 1000, on: service.connect())
            try await slow.follow(&board, until: "after")
            #expect(!board.hadHole)
        }
    }

    @Test("is sent away with 1013 when it does not drain in time")
    func sentAway() async throws {
        try await withService(
            adjust: { configuration in
                configuration.broadcast.drainTimeout = .milliseconds(100)
                configuration.server.closeTimeout = .seconds(120)
            },
            { service, redis in
                let slow = try await service.deafViewer()
                try await service.flood(until: "too_slow", redis)
                try await slow.setReading(true)
                var frame = try await slow.frame()
                while frame.opcode != 8 { frame = try await slow.frame() }
                #expect(frame.closeCode == 1013)
                #expect(
                    try await service.metric(#"leaderboard_live_subscribers{transport="websocket",view="all"}"#) == 0
                )
            }
        )
    }
}

extension RunningService {
    /// A WebSocket that has had its snapshot and reads no more.
    fileprivate func deafViewer() async throws -> TestConnection {
        let viewer = try await TestConnection(port: port, receiveBuffer: 4096)
        _ = try await viewer.openWebSocket()
        _ = try await viewer.message()
        try await viewer.setReading(false)
        return viewer
    }

    /// Another service's events, with the longest names there may be, until what lies unsent for somebody has passed
    /// what the kernel keeps and then the backlog: the drop is counted.
    fileprivate func flood(until reason: String, _ redis: PrivateRedisServer) async throws {
        let script = """
            for number = 1, 2000 do
              local user = string.format('%064d', number)
              redis.call('ZADD', KEYS[1], ARGV[1], user)
              redis.call('PUBLISH', KEYS[2], '{"user_id":"' .. user .. '","score":' .. ARGV[1] .. '}')
            end
            """
        for round in 1...300 {
            try await redis.command("EVAL", script, "2", "lb:{main}:scores", "lb:{main}:events", "\(round)")
            if try await metric(#"leaderboard_live_dropped_total{reason="\#(reason)"}"#) > 0 { return }
        }
        Issue.record("300 rounds and nobody was left behind")
    }
}

extension TestConnection {
    /// Takes messages until this user's change, or a scoreboard with the user, has come.
    fileprivate func follow(_ board: inout ViewersBoard, until user: String) async throws {
        while board.scores[user] == nil { board.take(try await message(within: .seconds(60))) }
    }
}
