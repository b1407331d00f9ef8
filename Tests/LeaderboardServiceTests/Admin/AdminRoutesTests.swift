import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

extension RunningService {
    /// What an operator asks for, on a connection of its own.
    func operate(
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        scope: String? = "leaderboard:admin"
    ) async throws -> TestResponse {
        var headers = ["Authorization": "Bearer \(try token("ops", scope: scope))"]
        if body != nil { headers["Content-Type"] = "application/json" }
        return try await connect().request(method, "/api/v1/admin" + path, headers, body: body)
    }

    func scoreboard() async throws -> String {
        try await connect().request("GET", "/api/v1/scoreboard").body
    }
}

@Suite("Operators")
struct AdminRoutesTests {
    private static let foreignEntries: [(id: String, fields: [String], malformed: String)] = [
        ("*", ["note", "nothing of ours"], #"["user"]"#),
        ("*", ["user", "alice", "score", "inf", "increase", "1.5", "seq", "x"], #"["score","increase","seq"]"#),
        ("*", ["user", "alice", "score", "9007199254740992"], #"["score"]"#),
        ("*", ["user", String(repeating: "u", count: 100_000), "increase", "1"], #"["user"]"#),
        ("9223372036854775808-1", ["increase", "1"], #"["user"]"#),
        ("18446744073709551615-18446744073709551615", ["user", ""], #"["user"]"#),
    ]

    @Test("are shown the audit around an entry that no reply could hold, and costs nobody the connection")
    func giantEntry() async throws {
        try await withService { service, redis in
            _ = try await service.update("alice", 50, on: service.connect())
            let script =
                "return redis.call('XADD', KEYS[1], '*', 'user', 'alice', 'reason', string.rep('x', 17 * 1024 * 1024))"
            for _ in 1...3 { try await redis.command("EVAL", script, "1", "lb:{main}:audit") }
            let audit = try await service.operate("GET", "/audit")
            #expect(audit.status == 200 && audit.body.utf8.count < 10_000)
            #expect(audit.body.components(separatedBy: #""malformed":["reason"]"#).count == 4)
            #expect(audit.body.contains(#""score_increase":50,"score":50,"seq":1"#))
            for path in ["/users/alice/export", "/audit?user_id=alice&limit=1"] {
                #expect(try await service.operate("GET", path).status == 200)
            }
            let metrics = try await service.connect().request("GET", "/metrics").body
            #expect(metrics.contains("leaderboard_redis_reconnects_total 0"))
            #expect(try await service.operate("DELETE", "/users/alice", #"{"reason":"r"}"#).status == 200)
        }
    }

    @Test("are shown the whole audit, with an entry of another writer named as one", arguments: foreignEntries)
    func foreignEntry(id: String, fields: [String], malformed: String) async throws {
        try await withService { service, redis in
            _ = try await service.update("alice", 50, on: service.connect())
            try await redis.command(words: ["XADD", "lb:{main}:audit", id] + fields)
            let audit = try await service.operate("GET", "/audit")
            #expect(audit.status == 200, "\(audit.body.prefix(500))")
            #expect(audit.body.contains(#""user_id":"alice","score_increase":50,"score":50,"seq":1"#))
            #expect(audit.body.contains(#""malformed":\#(malformed)"#), "\(audit.body.prefix(500))")
            #expect(audit.body.utf8.count < 10_000)
            #expect(try await service.operate("GET", "/users/alice/export").status == 200)
            let shown = try await ServiceProcess.run(
                ["admin", "audit"],
                [
                    "LEADERBOARD_URL": "http://127.0.0.1:\(service.port)",
                    "LEADERBOARD_ADMIN_TOKEN": try service.token("ops", scope: "leaderboard:admin"),
                ]
            )
            #expect(shown.code == 0, "\(shown.output.prefix(500))")
            #expect(shown.output.contains("alice  +50  = 50"))
            #expect(shown.output.contains("not as the service writes it"))
            // Behind the last id that there is, Redis adds no entry to a stream.
            guard !id.hasPrefix("18446744073709551615") else { return }
            #expect(try await service.operate("DELETE", "/users/alice", #"{"reason":"r"}"#).status == 200)
        }
    }

    private static let operations: [(String, String, String?)] = [
        ("GET", "/audit", nil),
        ("POST", "/audit/revert", #"{"user_id":"alice","reason":"r"}"#),
        ("POST", "/audit/unrevert", #"{"user_id":"alice","reason":"r"}"#),
        ("POST", "/users/alice/suspend", #"{"reason":"r"}"#),
        ("POST", "/users/alice/reinstate", #"{"reason":"r"}"#),
        ("GET", "/users/alice", nil),
        ("GET", "/users/alice/export", nil),
        ("DELETE", "/users/alice", #"{"reason":"r"}"#),
    ]

    @Test("are those with the scope: without a token 401, with another 403, and nothing happens")
    func scope() async throws {
        try await withService { service, redis in
            _ = try await service.update("alice", 50, on: service.connect())
            for (method, path, body) in Self.operations {
                let none = try await service.connect().request(method, "/api/v1/admin" + path, body: body)
                #expect((none.status, none.code) == (401, "missing_token"), "\(path)")
                #expect(none.headers["www-authenticate"] == "Bearer")
                for scope in [nil, "", "leaderboard:administrator", "admin leaderboard", "Leaderboard:admin"] {
                    let other = try await service.operate(method, path, body, scope: scope)
                    #expect((other.status, other.code) == (403, "insufficient_scope"), "\(path)")
                    #expect(
                        other.headers["www-authenticate"]
                            == #"Bearer error="insufficient_scope", scope="leaderboard:admin""#
                    )
                }
            }
            #expect(try await redis.command("XLEN", "lb:{main}:audit") == "1")
            for (method, path, body) in Self.operations {
                let allowed = try await service.operate(method, path, body, scope: "openid leaderboard:admin")
                #expect(allowed.status == 200, "\(path) \(allowed.body)")
                #expect(allowed.headers["cache-control"] == "no-store")
            }
        }
    }

    @Test("suspend a user on every instance at once, and reinstate him with his score")
    func suspend() async throws {
        try await withService { service, redis in
            try await withService(["REDIS_URL": redis.url]) { other in
                _ = try await service.update("alice", 50, on: service.connect())
                let done = try await service.operate("POST", "/users/alice/suspend", #"{"reason":"bot"}"#)
                let told = #"{"status":"success","user_id":"alice","suspended":true,"changed":true,"known":true}"#
                #expect(done.body == told)
                let refused = try await other.update("alice", 1, on: other.connect())
                #expect((refused.status, refused.code) == (403, "user_suspended"))
                for instance in [service, other] { try await until { try await instance.scoreboard() == "[]" } }
                let gone = try await other.connect().request("GET", "/api/v1/scoreboard/users/alice")
                #expect((gone.status, gone.code) == (404, "user_not_found"))
                let again = try await other.operate("POST", "/users/alice/suspend", #"{"reason":"bot"}"#)
                #expect(again.json?["changed"] as? Bool == false)

                let back = try await other.operate("POST", "/users/alice/reinstate", #"{"reason":"mistake"}"#)
                #expect(back.json?["changed"] as? Bool == true)
                #expect(try await service.update("alice", 1, on: service.connect()).status == 200)
                try await until { try await other.scoreboard() == #"[{"user_id":"alice","score":51}]"# }
            }
        }
    }

    @Test("are shown to live viewers: a suspension, a return, a revert, an erasure")
    func live() async throws {
        try await withService(["LIVE_WINDOW_MS": "0"]) { service, redis in
            let writer = try await service.connect()
            for user in ["alice", "bob"] { _ = try await service.update(user, 50, on: writer) }
            let viewer = try await service.connect()
            _ = try await viewer.openWebSocket()
            var board = ViewersBoard()
            func sees(_ wanted: [String: Int]) async throws {
                while board.scores != wanted { board.take(try await viewer.message()) }
            }
            try await sees(["alice": 50, "bob": 50])
            _ = try await service.operate("POST", "/users/alice/suspend", #"{"reason":"r"}"#)
            try await sees(["bob": 50])
            _ = try await service.operate("POST", "/users/alice/reinstate", #"{"reason":"r"}"#)
            try await sees(["alice": 50, "bob": 50])
            _ = try await service.operate("POST", "/audit/revert", #"{"user_id":"bob","reason":"r"}"#)
            try await sees(["alice": 50, "bob": 0])
            _ = try await service.operate("DELETE", "/users/alice", #"{"reason":"r"}"#)
            try await sees(["bob": 0])
            _ = try await service.update("bob", 9, on: writer)
            try await sees(["bob": 9])
            #expect(!board.hadHole)
            #expect(try await redis.command("ZCARD", "lb:{main}:scores") == "1")
        }
    }

    @Test("take back updates once, by number or by time")
    func revert() async throws {
        try await withService { service, _ in
            let writer = try await service.connect()
            for increase in [50, 400, 7] { _ = try await service.update("alice", increase, on: writer) }
            let first = try await service.operate("POST", "/audit/revert", #"{"seq":2,"reason":"stolen"}"#)
            #expect(first.body == #"{"status":"success","user_id":"alice","updates":1,"points":400,"score":57}"#)
            let again = try await service.operate("POST", "/audit/revert", #"{"seq":2,"reason":"stolen"}"#)
            #expect(again.body == #"{"status":"success","user_id":"alice","updates":0,"points":0,"score":57}"#)
            let all = #"{"user_id":"alice","since":"2024-01-01T00:00:00Z","until":null,"reason":"r"}"#
            #expect(try await service.operate("POST", "/audit/revert", all).json?["score"] as? Int == 0)
            let audit = try await service.operate("GET", "/audit?user_id=alice").json?["entries"] as? [[String: Any]]
            #expect(audit?.map { $0["action"] as? String } == ["revert", "revert", "update", "update", "update"])
            #expect(audit?[1]["actor"] as? String == "ops")
            #expect(audit?[1]["reason"] as? String == "stolen")
            #expect(audit?[1]["reverts"] as? [Int] == [2])
            #expect(audit?[1]["score_increase"] as? Int == -400)
        }
    }

    @Test("read the audit newest first, filtered, page by page")
    func audit() async throws {
        try await withService { service, _ in
            let writer = try await service.connect()
            for increase in 1...5 { _ = try await service.update("alice", increase, on: writer) }
            _ = try await service.update("bob", 1, on: writer)
            var seqs: [Int] = []
            var path = "/audit?user_id=alice&limit=2&ip=127.0.0.1&since=0"
            while true {
                let page = try await service.operate("GET", path).json
                seqs += (page?["entries"] as? [[String: Any]] ?? []).compactMap { $0["seq"] as? Int }
                guard let next = page?["next"] as? String else { break }
                path = "/audit?user_id=alice&limit=2&ip=127.0.0.1&since=0&cursor=\(next)"
            }
            #expect(seqs == [5, 4, 3, 2, 1])
            #expect(try await service.operate("GET", "/audit?ip=192.0.2.1").body == #"{"entries":[],"next":null}"#)
            let mapped = try await service.operate("GET", "/audit?ip=::FFFF:127.0.0.1").json
            #expect((mapped?["entries"] as? [Any])?.count == 6)
            let twice = try await service.operate("GET", "/audit?user_id=alice&user_id=bob")
            #expect(twice.body.contains("user_id must be given once."), "\(twice.body)")
        }
    }

    @Test("erase a user, whose name is nowhere any more, and export one")
    func erase() async throws {
        try await withService { service, redis in
            _ = try await service.update("alice", 50, on: service.connect(), ["Idempotency-Key": "key-1"])
            let export = try await service.operate("GET", "/users/alice/export").json
            #expect(export?["score"] as? Int == 50)
            #expect(export?["idempotency_keys"] as? [String] == ["key-1"])
            #expect((export?["audit"] as? [Any])?.count == 1)
            let erased = try await service.operate("DELETE", "/users/alice", #"{"reason":"asked for it"}"#).json
            #expect(erased?["audit_entries"] as? Int == 1)
            #expect(erased?["idempotency_keys"] as? Int == 1)
            #expect(try await redis.command("KEYS", "*alice*") == "")
            #expect(try await !redis.command("XRANGE", "lb:{main}:audit", "-", "+").contains("alice"))
            let pseudonym = try #require(erased?["pseudonym"] as? String)
            let entries = try await service.operate("GET", "/audit?user_id=\(pseudonym)").json?["entries"] as? [Any]
            #expect(entries?.count == 2)
        }
    }

    @Test(
        "are told what is wrong with a request",
        arguments: [
            ("GET", "/audit?limit=0", nil, 400, "invalid_query"),
            ("GET", "/audit?limit=1001", nil, 400, "invalid_query"),
            ("GET", "/audit?limit=1&limit=2", nil, 400, "invalid_query"),
            ("GET", "/audit?cursor=x", nil, 400, "invalid_query"),
            ("GET", "/audit?cursor=0-0", nil, 400, "invalid_query"),
            ("GET", "/audit?ip=localhost", nil, 400, "invalid_query"),
            ("GET", "/audit?ip=", nil, 400, "invalid_query"),
            ("GET", "/audit?user_id=", nil, 400, "invalid_user_id"),
            ("GET", "/audit?since=yesterday", nil, 400, "invalid_query"),
            ("GET", "/audit?until=-1", nil, 400, "invalid_query"),
            ("GET", "/audit?user_id=%00", nil, 400, "invalid_user_id"),
            ("GET", "/audit?user_id=%2a%2a", nil, 400, "invalid_user_id"),
            ("GET", "/audit?since=2&until=1", nil, 400, "invalid_query"),
            ("GET", "/audit?since=2026-11-25T04:00:00Z&until=2026-11-25T03:59:59Z", nil, 400, "invalid_query"),
            ("GET", "/audit?foo=1", nil, 400, "invalid_query"),
            ("GET", "/audit?=", nil, 400, "invalid_query"),
            ("GET", "/users/alice/export?limit=1", nil, 400, "invalid_query"),
            ("POST", "/audit/revert?seq=1", #"{"seq":1}"#, 400, "invalid_query"),
            ("POST", "/audit/revert", #"{"user_id":"alice","since":2,"until":1}"#, 400, "invalid_body"),
            ("POST", "/audit/revert", #"{"user_id":"alice","sinse":2}"#, 400, "invalid_body"),
            ("POST", "/users/alice/suspend?dry_run=true", #"{"reason":"r"}"#, 400, "invalid_query"),
            ("POST", "/users/alice/suspend", #"{"reason":"r","until":5}"#, 400, "invalid_body"),
            ("POST", "/users/alice/reinstate", #"{"reason":"r","":5}"#, 400, "invalid_body"),
            ("DELETE", "/users/alice", #"{"raeson":"r"}"#, 400, "invalid_body"),
            ("DELETE", "/users/alice?reason=r", nil, 400, "invalid_query"),
            ("POST", "/users/alice/suspend", #"{}"#, 400, "invalid_body"),
            ("POST", "/users/alice/suspend", #"{"reason":""}"#, 400, "invalid_body"),
            ("POST", "/users/alice/suspend", #"{"reason":"a\nb"}"#, 400, "invalid_body"),
            ("POST", "/users/alice/suspend", #"{"reason":"\u009b31m"}"#, 400, "invalid_body"),
            ("POST", "/users/alice/suspend", #"{"reason":"\u202etob"}"#, 400, "invalid_body"),
            ("POST", "/users/alice/suspend", #"{"reason":"#, 400, "invalid_json"),
            ("POST", "/users/%20/suspend", #"{"reason":"r"}"#, 400, "invalid_user_id"),
            (
                "POST", "/users/alice/suspend", #"{"x":""# + String(repeating: "x", count: 4096) + #""}"#, 413,
                "body_too_large"
            ),
            ("POST", "/audit/revert", #"{}"#, 400, "invalid_user_id"),
            ("POST", "/audit/revert", #"{"seq":0}"#, 400, "invalid_body"),
            ("POST", "/audit/unrevert", #"{"reverts":[]}"#, 400, "invalid_body"),
            ("POST", "/audit/unrevert", #"{"reverts":[1,0]}"#, 400, "invalid_body"),
            ("POST", "/audit/unrevert", #"{"reverts":1}"#, 400, "invalid_body"),
            ("POST", "/audit/unrevert", #"{"reverts":[1],"seq":1}"#, 400, "invalid_body"),
            ("POST", "/audit/unrevert", #"{}"#, 400, "invalid_user_id"),
            ("POST", "/audit/revert", #"{"user_id":"alice","sicne":1}"#, 400, "invalid_body"),
            ("POST", "/audit/revert?dry_run=true", #"{"user_id":"alice"}"#, 400, "invalid_query"),
            ("POST", "/users/alice/suspend", #"{"reason":"r","until":1}"#, 400, "invalid_body"),
            ("DELETE", "/users/alice", #"{"resaon":"r"}"#, 400, "invalid_body"),
            ("GET", "/audit?sicne=1", nil, 400, "invalid_query"),
            ("GET", "/users/alice/export?since=1", nil, 400, "invalid_query"),
            ("POST", "/audit/revert", #"{"seq":1,"user_id":"alice"}"#, 400, "invalid_body"),
            ("POST", "/audit/revert", #"{"user_id":"alice","since":1.5}"#, 400, "invalid_body"),
            ("POST", "/audit/revert", #"{"seq":1,"reason":"r"}"#, 404, "update_not_found"),
            ("POST", "/audit/revert", #"{"user_id":"alice","reason":"r"}"#, 404, "user_not_found"),
            ("POST", "/audit/revert/preview", #"{"seq":1,"reason":""}"#, 400, "invalid_body"),
            ("POST", "/audit/revert/preview", #"{"seq":1}"#, 404, "update_not_found"),
        ]
    )
    func refused(method: String, path: String, body: String?, status: Int, code: String) async throws {
        try await withService { service, redis in
            let response = try await service.operate(method, path, body)
            #expect((response.status, response.code) == (status, code), "\(response.body)")
            #expect(try await redis.command("XLEN", "lb:{main}:audit") == "0")
        }
    }

    @Test(
        "have to say why they change something, and nothing happens otherwise",
        arguments: [
            ("POST", "/audit/revert", #"{"user_id":"alice"}"#), ("POST", "/audit/revert", #"{"seq":1}"#),
            ("POST", "/audit/revert", #"{"seq":1,"reason":null}"#),
            ("POST", "/audit/revert", #"{"seq":1,"reason":""}"#),
            ("DELETE", "/users/alice", nil), ("DELETE", "/users/alice", "{}"),
            ("DELETE", "/users/alice", #"{"reason":""}"#), ("DELETE", "/users/alice", #"{"reason":" \u3000"}"#),
            ("POST", "/audit/revert", #"{"seq":1,"reason":["r"]}"#),
            ("POST", "/users/alice/suspend", #"{"reason":1}"#), ("POST", "/users/alice/suspend", "{}"),
            ("POST", "/users/alice/reinstate", "{}"),
        ]
    )
    func reason(method: String, path: String, body: String?) async throws {
        try await withService { service, redis in
            _ = try await service.update("alice", 50, on: service.connect())
            let response = try await service.operate(method, path, body)
            #expect((response.status, response.code) == (400, "invalid_body"))
            #expect(response.body.contains("reason"), "\(response.body)")
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "alice") == "50")
            #expect(try await redis.command("XLEN", "lb:{main}:audit") == "1")
        }
    }
}
