import Broadcast
import Foundation
import Leaderboard
import NIOCore
import TestSupport
import Testing
import Text

@testable import LeaderboardService

@Suite("A board that is not for everybody", .timeLimit(.minutes(5)))
struct PrivateBoardTests {
    private static let reads = [
        "scoreboard", "scoreboard?limit=3", "scoreboard?offset=1", "scoreboard?around_user=ada", "scoreboard?users=ada",
        "scoreboard/users/ada", "scoreboard/stats", "boards/main", "boards/main/scoreboard", "boards/main/users/ada",
        "boards/main/scores/5", "boards/main/percentiles?p=50", "boards/main/count", "boards/main/stats",
        "users/ada/standings?boards=main", "scoreboards?boards=main",
    ]
    private static let streams = ["scoreboard/events", "boards/main/events"]
    private static let sockets = ["scoreboard/live", "boards/main/live"]

    @Test(
        "shows nothing to who has no token, by whichever path, from the moment on that an operator was told so; main too"
    )
    func everyPath() async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            let reader = try await service.connect()
            for user in ["ada", "bob"] { _ = try await service.update(user, 5, on: reader) }
            let token = ["Authorization": "Bearer \(try service.token("bob"))"]
            func status(_ method: String, _ path: String, _ headers: [String: String] = [:]) async throws -> Int {
                try await reader.request(method, "/api/v1/\(path)", headers).status
            }
            // Twice, for the first page is kept.
            for path in Self.reads + Self.reads { #expect(try await status("GET", path) == 200, "\(path)") }

            _ = try await operators.put("main", #"{"visibility":"private"}"#, .change("0"))
            for path in Self.reads {
                let refused = try await reader.request("GET", "/api/v1/\(path)")
                #expect((refused.status, refused.code) == (401, "missing_token"), "\(path)")
                #expect(!refused.body.contains("ada"), "\(path)")
                #expect(try await status("HEAD", path) == 401, "\(path)")
                #expect(try await status("GET", path, ["If-None-Match": "*"]) == 401, "\(path)")
                #expect(try await status("GET", path, token) == 200, "\(path)")
                #expect(try await status("OPTIONS", path) == 204, "\(path)")
            }
            for path in Self.streams { #expect(try await status("GET", path) == 401, "\(path)") }
            for path in Self.sockets {
                let viewer = try await service.connect()
                #expect(try await viewer.openWebSocket("/api/v1/\(path)").status == 401, "\(path)")
                let known = try await service.connect()
                #expect(try await known.openWebSocket("/api/v1/\(path)", token).status == 101, "\(path)")
                #expect(try await known.message().scoreboard?.count == 2)
            }
            #expect(try await !reader.request("GET", "/api/v1/boards").body.contains(#""name":"main""#))

            _ = try await operators.put("main", "{}", .change("1"))
            for path in Self.reads { #expect(try await status("GET", path) == 200, "\(path)") }
        }
    }

    @Test("ends its viewers when it becomes private or is deleted, tells them why, and lets in again who may")
    func viewers() async throws {
        try await withService(["LIVE_WINDOW_MS": "0"]) { service, _ in
            let operators = try await AnOperator(service)
            let writer = try await service.connect()
            _ = try await service.update("ada", 5, on: writer)
            _ = try await operators.put("quiz", "{}", .make)
            let token = ["Authorization": "Bearer \(try service.token("bob"))"]
            for (board, version) in [("main", "0"), ("quiz", "1")] {
                let path = board == "main" ? "/api/v1/scoreboard" : "/api/v1/boards/\(board)"
                let socket = try await service.connect()
                _ = try await socket.openWebSocket(path + "/live")
                _ = try await socket.message()
                let stream = try await service.connect()
                try await stream.send("GET \(path)/events HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await stream.event()
                _ = try await operators.put(board, #"{"visibility":"private"}"#, .change(version))
                #expect(try await socket.closing() == TestFrame(opcode: 8, payload: "missing_token", closeCode: 4401))
                // A change may come behind the snapshot.
                var end = try await stream.event()
                while end["event"] == nil { end = try await stream.event() }
                #expect(end["event"] == "end")
                #expect(end["data"]?.contains(#""code":"missing_token""#) == true)
                let known = try await service.connect()
                #expect(try await known.openWebSocket(path + "/live", token).status == 101)
                _ = try await known.message()
                guard board != "main" else { continue }
                #expect(try await operators.ask("DELETE", "/quiz?data=delete").status == 200)
                #expect(try await known.closing() == TestFrame(opcode: 8, payload: "board_not_found", closeCode: 4404))
                let late = try await service.connect()
                #expect(try await late.openWebSocket(path + "/live", token).status == 404)
                _ = try await operators.put("quiz", "{}", .make)
                let again = try await service.connect()
                #expect(try await again.openWebSocket(path + "/live").status == 101)
                #expect(try await again.message().scoreboard?.isEmpty == true)
            }
        }
    }

    @Test("knows a viewer until the token ends, and what clocks may differ by", arguments: [0.0, 30])
    func access(leeway: Double) throws {
        let claims = try JSONValue(json: Array(#"{"sub":"ada","exp":1000}"#.utf8), maximumBytes: 100).object
        let rules = ClaimRules(leeway: leeway)
        let token = try VerifiedToken(try #require(claims), rules: rules, now: 900)
        let before = NIODeadline.now()
        guard case .known(let end, _) = Access(LiveViewer(token, of: .main), now: 900) else { return }
        let left = (end - before).nanoseconds
        #expect(left >= Int64(100 + leeway) * 1_000_000_000)
        // However busy the machine is.
        #expect(left < Int64(100 + leeway + 60) * 1_000_000_000)
        // 2^63 nanoseconds and more.
        let endless = try JSONValue(json: Array(#"{"sub":"ada","exp":1e300}"#.utf8), maximumBytes: 100).object
        guard
            case .known = Access(
                LiveViewer(try VerifiedToken(try #require(endless), rules: rules, now: 900), of: .main),
                now: 900
            )
        else {
            return
        }
    }

    @Test("is one board by both of its paths, if it is main: it takes none of the places of boards")
    func mainByName() async throws {
        try await withService(["LIVE_MAX_BOARDS": "1"]) { service, redis in
            try await redis.command("SET", "lb:{a}:board", #"{"version":"1","operators":["incr"]}"#)
            let other = try await service.connect()
            #expect(try await other.openWebSocket("/api/v1/boards/a/live").status == 101)
            let main = try await service.connect()
            #expect(try await main.openWebSocket("/api/v1/boards/main/live").status == 101)
            #expect(try await main.message().board == "main")
            #expect(try await service.metric("leaderboard_live_boards") == 1)
            #expect(
                try await service.connect().request("GET", "/api/v1/boards/main/stats").body.hasPrefix(
                    #"{"viewers":1,"#
                )
            )
        }
    }
}

extension TestConnection {
    /// The close frame, behind whatever comes before it.
    fileprivate func closing() async throws -> TestFrame {
        while true {
            let frame = try await frame()
            if frame.opcode == 8 { return frame }
        }
    }
}
