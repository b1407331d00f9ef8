import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("One WebSocket for many boards", .timeLimit(.minutes(5)))
struct ManyBoardsSocketTests {
    private static let quick = ["LIVE_WINDOW_MS": "0", "JWT_LEEWAY_SECONDS": "0"]

    private func update(
        _ board: String,
        _ user: String,
        _ increase: Int,
        on writer: TestConnection,
        _ service: RunningService
    )
        async throws
    {
        let answer = try await writer.request(
            "POST",
            "/api/v1/boards/\(board)/score/update",
            ["Authorization": "Bearer \(service.token(user))", "Content-Type": "application/json"],
            body: #"{"user_id":"\#(user)","score_increase":\#(increase)}"#
        )
        #expect(answer.status == 200, "\(answer.body)")
    }

    /// Boards with a first row each. The first update behind a subscription that has just come may still be told by a snapshot: here it
    /// has been told.
    private func make(_ boards: [String], _ service: RunningService, _ definition: String = "{}") async throws {
        let operators = try await AnOperator(service)
        for board in boards where board != "main" {
            #expect(try await operators.put(board, definition, .make).status == 201)
        }
        let writer = try await service.connect()
        for board in boards { try await update(board, "zoe", 1, on: writer, service) }
    }

    @Test("tells of each board what its own viewers are told, byte for byte, and in that order")
    func model() async throws {
        let boards = ["main"] + (1...19).map { "b\($0)" }
        try await withService(Self.quick) { service, _ in
            try await make(boards, service, #"{"windows":[{"name":"all"},{"name":"w","reset":"weekly"}]}"#)
            let views = ["", "view=top", "user_id=u1&user_id=u2", "window=w"]
            let members = ["", #""view":"top""#, #""user_id":["u1","u2"]"#, #""window":"w""#]
            let writer = try await service.connect()
            let client = try await ManyBoardsClient(service)
            var singles: [String: TestConnection] = [:]
            for (index, board) in boards.enumerated() {
                let single = try await service.connect()
                // main has no windows here.
                let view = board == "main" ? 0 : index % 4
                let path = "/api/v1/boards/\(board)/live?\(views[view])"
                #expect(try await single.openWebSocket(path).status == 101)
                singles[board] = single
                try await client.subscribe("s.\(board)", board, members[view])
            }
            // When the last update of a board has come, all that was before it has.
            var told: [String: [String]] = [:]
            func read(until text: String) async throws {
                let last = text
                var waiting = Set(boards)
                while !waiting.isEmpty {
                    let (sub, text) = try await client.next()
                    let board = String(try #require(sub).dropFirst(2))
                    told[board, default: []].append(text)
                    if text.contains(last) { waiting.remove(board) }
                }
            }
            for board in boards { try await update(board, "u1", 1000, on: writer, service) }
            try await read(until: #""u1","score":1000"#)
            for board in boards {
                let single = try #require(singles[board])
                while try await !single.text().contains(#""u1","score":1000"#) {}
            }
            told = [:]
            var random = SeededGenerator(seed: 19)
            for _ in 0..<150 {
                let board = try #require(boards.randomElement(using: &random))
                let user = "u\(Int.random(in: 1...12, using: &random))"
                try await update(board, user, Int.random(in: 1...50, using: &random), on: writer, service)
            }
            // Of those whom a viewer of two users follows, too.
            for _ in 1...2 {
                for board in boards { try await update(board, "u1", 1000, on: writer, service) }
            }
            try await read(until: #""u1","score":3"#)
            for board in boards {
                let single = try #require(singles[board])
                var seen: [String] = []
                while seen.count < told[board]?.count ?? 0 { seen.append(try await single.text()) }
                #expect(told[board] == seen, "\(board)")
                #expect(seen.allSatisfy { $0.contains(#""board":"\#(board)""#) })
            }
        }
    }

    @Test("goes on from the cursor of each board when its client comes back")
    func resume() async throws {
        try await withService(Self.quick) { service, _ in
            try await make(["a", "b", "c"], service)
            let writer = try await service.connect()
            let first = try await ManyBoardsClient(service)
            var cursors: [String: String] = [:]
            for board in ["a", "b", "c"] {
                try await first.subscribe(board, board)
                cursors[board] = try await first.message(of: board).cursor
            }
            // Until events come, there may be another snapshot.
            for board in ["a", "b", "c"] {
                try await update(board, "ada", 5, on: writer, service)
                while true {
                    let message = try await first.message(of: board)
                    cursors[board] = message.cursor
                    if message.changes?.first?.user_id == "ada" { break }
                }
            }
            first.connection.close()
            try await update("a", "bob", 1, on: writer, service)
            try await update("b", "bob", 2, on: writer, service)
            try await update("b", "cy", 3, on: writer, service)
            let second = try await ManyBoardsClient(service)
            cursors["c"] = "1:1"
            for board in ["a", "b", "c"] {
                try await second.subscribe(board, board, #""cursor":"\#(try #require(cursors[board]))""#)
                let message = try await second.message(of: board)
                switch board {
                case "a": #expect(message.changes?.map(\.user_id) == ["bob"])
                case "b": #expect(message.changes?.map(\.user_id) == ["bob", "cy"])
                // One that nobody knows.
                default: #expect(message.type == "snapshot")
                }
            }
        }
    }

    @Test("tells what is wrong with one subscription as a message, and the others go on")
    func errors() async throws {
        try await withService(Self.quick.merging(["LIVE_MAX_BOARDS": "3"]) { $1 }) { service, _ in
            try await make(["open"], service)
            let operators = try await AnOperator(service)
            _ = try await operators.put("shut", #"{"visibility":"private"}"#, .make)
            _ = try await operators.put("guild", #"{"visibility":"members"}"#, .make)
            for name in ["x1", "x2", "x3"] { _ = try await operators.put(name, "{}", .make) }
            let client = try await ManyBoardsClient(service)
            try await client.subscribe("kept", "open")
            #expect(try await client.message().message.type == "snapshot")
            func refused(_ say: String) async throws -> String {
                try await client.say(say)
                return try await error()
            }
            func error() async throws -> String {
                while true {
                    let (sub, text) = try await client.next()
                    guard text.contains(#""type":"error""#) else { continue }
                    return "\(sub ?? "-") \(text)"
                }
            }
            let cases: [(say: String, sub: String, code: String)] = [
                (#"{"subscribe":{"sub":"a","board":"nowhere"}}"#, "a", "board_not_found"),
                (#"{"subscribe":{"sub":"a","board":"shut"}}"#, "a", "missing_token"),
                (#"{"subscribe":{"sub":"a","board":"guild"}}"#, "a", "board_not_found"),
                (#"{"subscribe":{"sub":"a","board":"open","view":"me"}}"#, "a", "missing_token"),
                (#"{"subscribe":{"sub":"a","board":"open","window":"w"}}"#, "a", "invalid_window"),
                (#"{"subscribe":{"sub":"a","board":"open","cursor":"x"}}"#, "a", "invalid_query"),
                (#"{"subscribe":{"sub":"kept","board":"open"}}"#, "kept", "duplicate_subscription"),
                (#"{"unsubscribe":{"sub":"a"}}"#, "a", "unknown_subscription"),
                (#"{"subscribe":{"sub":"a","board":"open","xyz":1}}"#, "a", "invalid_message"),
                ("rubbish", "-", "invalid_message"),
            ]
            for (say, sub, code) in cases {
                let text = try await refused(say)
                #expect(
                    text.hasPrefix(#"\#(sub) {"type":"error","error":{"code":"\#(code)","message":""#),
                    "\(say): \(text)"
                )
            }
            // It tells what can be done here.
            let needed = try await refused(#"{"subscribe":{"sub":"a","board":"shut"}}"#)
            #expect(needed.contains(#"{\"type\":\"token\","#) && !needed.contains("Authorization"))
            try await client.connection.sendFrame(opcode: 2, Array(#"{"unsubscribe":{"sub":"kept"}}"#.utf8))
            #expect(try await error().contains("invalid_message"))
            // Nobody is told that the board for members exists.
            let absent = try await refused(#"{"subscribe":{"sub":"a","board":"absent"}}"#)
            #expect(try await refused(#"{"subscribe":{"sub":"a","board":"guild"}}"#) == absent)
            // As many boards as there may be.
            for name in ["x1", "x2"] {
                try await client.subscribe(name, name)
                try await client.message(of: name)
            }
            #expect(try await refused(#"{"subscribe":{"sub":"a","board":"x3"}}"#).contains("too_many_boards"))
            try await update("open", "ada", 3, on: try await service.connect(), service)
            while true {
                let (sub, message) = try await client.message()
                if sub == "kept", message.scoreboard?.contains(where: { $0.user_id == "ada" }) ?? true { break }
            }
        }
    }

    @Test("ends one subscription for the client, and tells nothing of it any more; its name is free then")
    func unsubscribe() async throws {
        try await withService(Self.quick) { service, _ in
            try await make(["a", "b"], service)
            let writer = try await service.connect()
            let client = try await ManyBoardsClient(service)
            for board in ["a", "b"] {
                try await client.subscribe(board, board)
                try await client.message(of: board)
            }
            try await client.unsubscribe("a")
            while true {
                let (sub, text) = try await client.next()
                guard sub == "a", text.contains(#""type":"end""#) else { continue }
                #expect(text == #"{"type":"end"}"#)
                break
            }
            try await update("a", "ada", 1, on: writer, service)
            try await update("b", "bob", 1, on: writer, service)
            while true {
                let (sub, text) = try await client.next()
                #expect(sub == "b")
                if text.contains("bob") { break }
            }
            #expect(try await service.metric(#"leaderboard_live_subscribers{transport="websocket",view="all"}"#) == 1)
            // Asked for and given up in one breath, again and again: what comes is in order.
            for _ in 0..<10 {
                try await client.subscribe("a", "a")
                try await client.unsubscribe("a")
            }
            try await client.subscribe("a", "b", #""view":"top""#)
            var ends = 0
            while true {
                let (sub, text) = try await client.next()
                guard sub == "a" else { continue }
                if text == #"{"type":"end"}"# { ends += 1 }
                if text.contains(#""board":"b""#) { break }
            }
            #expect(ends == 10)
        }
    }

    @Test("has fifty subscriptions at most; each counts as a viewer, and so does the connection")
    func limits() async throws {
        let own = ["LIVE_MAX_SUBSCRIBERS_PER_IP": "55"]
        try await withService(Self.quick.merging(own) { $1 }) { service, _ in
            try await make(["a"], service)
            let client = try await ManyBoardsClient(service)
            for number in 1...51 { try await client.subscribe("s\(number)", number % 2 == 0 ? "a" : "main") }
            var first: Set<String> = []
            var refused: [String] = []
            while first.count + refused.count < 51 {
                let (sub, text) = try await client.next()
                if text.contains(#""type":"error""#) {
                    refused.append("\(sub ?? "-") \(text)")
                } else {
                    first.insert(sub ?? "-")
                }
            }
            #expect(refused.count == 1)
            #expect(refused.first?.hasPrefix("s51 ") == true)
            #expect(refused.first?.contains("too_many_subscriptions") == true)
            // 51 places are taken: three are left for another connection with two subscriptions, and one more for a third.
            let other = try await ManyBoardsClient(service)
            for number in 1...4 {
                try await other.subscribe("s\(number)", "a")
                var (sub, text) = try await other.next()
                while sub != "s\(number)" { (sub, text) = try await other.next() }
                #expect(text.contains("too_many_subscribers_of_address") == (number == 4), "\(text)")
            }
            #expect(try await service.connect().openWebSocket().code == "too_many_subscribers_of_address")
            client.connection.close()
            // The places are free again.
            try await until {
                try await other.subscribe("again", "a")
                var (sub, text) = try await other.next()
                while sub != "again" { (sub, text) = try await other.next() }
                return !text.contains("error")
            }
        }
    }

    @Test(
        "ends a subscription alone when its board is deleted, when its viewer is no member, and when it is made private"
    )
    func ends() async throws {
        try await withService(Self.quick) { service, _ in
            let operators = try await AnOperator(service)
            try await make(["gone", "shut", "kept"], service)
            _ = try await operators.put("guild", #"{"visibility":"members"}"#, .make)
            _ = try await operators.ask("PUT", "/guild/members/ada")
            let stranger = try await ManyBoardsClient(service)
            let member = try await ManyBoardsClient(
                service,
                [
                    "Sec-WebSocket-Protocol": "leaderboard.v1, leaderboard.bearer.\(try service.token("ada"))"
                ]
            )
            for (client, boards) in [(stranger, ["gone", "shut", "kept"]), (member, ["guild", "kept"])] {
                for board in boards {
                    try await client.subscribe(board, board)
                    try await client.message(of: board)
                }
            }
            func end(_ sub: String, of client: ManyBoardsClient) async throws -> String? {
                while true {
                    let (told, text) = try await client.next()
                    guard text.contains(#""type":"end""#) else { continue }
                    #expect(told == sub)
                    return text
                }
            }
            #expect(try await operators.ask("DELETE", "/gone?data=delete").status < 300)
            #expect(try await end("gone", of: stranger)?.contains("board_not_found") == true)
            let version = try await operators.ask("GET", "/shut")
            let put = try await operators.put(
                "shut",
                #"{"visibility":"private"}"#,
                .change(try #require(version.headers["etag"]).filter { $0 != "\"" })
            )
            #expect(put.status == 200, "\(put.body)")
            #expect(try await end("shut", of: stranger)?.contains("missing_token") == true)
            _ = try await operators.ask("DELETE", "/guild/members/ada")
            #expect(try await end("guild", of: member)?.contains("board_not_found") == true)
            try await update("kept", "bob", 9, on: try await service.connect(), service)
            for client in [stranger, member] {
                while try await !client.next().text.contains("bob") {}
            }
        }
    }

    @Test("has its subscriptions go by its token, which may come, and be renewed, over the socket")
    func tokens() async throws {
        try await withService(Self.quick) { service, _ in
            let operators = try await AnOperator(service)
            _ = try await operators.put("p", #"{"visibility":"private"}"#, .make)
            _ = try await operators.put("q", #"{"visibility":"private"}"#, .make)
            func token(_ user: String, _ seconds: Int = 600) throws -> String {
                #"{"type":"token","token":"\#(try service.token(user, lifetime: .seconds(seconds)))"}"#
            }
            let (kept, lost) = (try await ManyBoardsClient(service), try await ManyBoardsClient(service))
            for client in [kept, lost] {
                try await client.subscribe("x", "p")
                #expect(try await client.refusal() == ("x", "error", "missing_token"))
                try await client.say(try token("ada", 8))
                #expect(try await client.next().text.contains(#""status":"success""#))
                for board in ["p", "q"] {
                    try await client.subscribe(board, board)
                    try await client.message(of: board)
                }
                try await client.subscribe("me", "p", #""view":"me""#)
                try await client.message(of: "me")
                try await client.subscribe("open", "main")
                try await client.message(of: "open")
            }
            try await kept.say(try token("bob"))
            while true {
                let (sub, text) = try await kept.next()
                guard sub == nil else { continue }
                #expect(text.contains("other_user") && text.contains("whose token came first"))
                break
            }
            try await kept.say(try token("ada"))
            while true {
                let (sub, text) = try await kept.next()
                guard sub == nil else { continue }
                #expect(text.contains(#""status":"success""#))
                break
            }
            var ended: Set<String> = []
            while ended.count < 3 {
                let (sub, text) = try await lost.next()
                guard text.contains(#""type":"end""#) else { continue }
                #expect(text.contains("invalid_token"))
                ended.insert(sub ?? "-")
            }
            #expect(ended == ["p", "q", "me"])
            let writer = try await service.connect()
            for board in ["p", "q"] { try await update(board, "cy", 5, on: writer, service) }
            _ = try await service.update("cy", 5, on: writer)
            var told: Set<String> = []
            while !told.isSuperset(of: ["p", "q", "open"]) {
                let (sub, text) = try await kept.next()
                #expect(!text.contains(#""type":"end""#))
                if text.contains("cy") { told.insert(sub ?? "-") }
            }
            while true {
                let (sub, text) = try await lost.next()
                #expect(sub == "open")
                if text.contains("cy") { break }
            }
        }
    }

    @Test("judges what is said behind a token by it, in order, also where all comes at once; so does the next token")
    func behindTokens() async throws {
        try await withService(Self.quick) { service, _ in
            _ = try await AnOperator(service).put("p", #"{"visibility":"private"}"#, .make)
            func token(_ user: String) throws -> String {
                #"{"type":"token","token":"\#(try service.token(user))"}"#
            }
            let client = try await ManyBoardsClient(service)
            try await client.say([
                try token("ada"), #"{"subscribe":{"sub":"me","board":"p","view":"me"}}"#,
                #"{"unsubscribe":{"sub":"x"}}"#,
                try token("bob"), try token("ada"), "rubbish", #"{"unsubscribe":{"sub":"y"}}"#,
            ])
            var answers: [String] = []
            var isFollowed = false
            while answers.count < 6 || !isFollowed {
                let (sub, text) = try await client.next()
                guard sub != "me" else {
                    #expect(text.contains(#""type":"me""#), "\(text)")
                    isFollowed = true
                    continue
                }
                answers.append("\(sub ?? "-") \(text)")
            }
            let expected = [
                "success", "x {\"type\":\"error\"", "other_user", "success", "no JSON", "y {\"type\":\"error\"",
            ]
            for (answer, part) in zip(answers, expected) { #expect(answer.contains(part), "\(answers)") }
        }
    }

    @Test(
        "goes on with a board that is for everybody no more for who has shown a token and may see it, and tells others why"
    )
    func closed() async throws {
        try await withService(Self.quick) { service, _ in
            let operators = try await AnOperator(service)
            try await make(["guild", "shut"], service)
            _ = try await operators.ask("PUT", "/guild/members/ada")
            func bearer(_ user: String) throws -> [String: String] {
                ["Authorization": "Bearer \(try service.token(user))"]
            }
            let nobody = try await ManyBoardsClient(service)
            let eve = try await ManyBoardsClient(service, bearer("eve"))
            // One who showed it first, and one who showed it when all was followed.
            let ada = try await ManyBoardsClient(service, bearer("ada"))
            let late = try await ManyBoardsClient(service)
            for client in [nobody, eve, ada, late] {
                for board in ["guild", "shut"] {
                    try await client.subscribe(board, board)
                    try await client.message(of: board)
                }
            }
            try await late.say(#"{"type":"token","token":"\#(try service.token("ada"))"}"#)
            while try await !late.next().text.contains(#""status":"success""#) {}
            for (board, visibility) in [("guild", "members"), ("shut", "private")] {
                let put = try await operators.put(board, #"{"visibility":"\#(visibility)"}"#, .change("1"))
                #expect(put.status == 200, "\(put.body)")
            }
            func ends(_ count: Int, of client: ManyBoardsClient) async throws -> [String: String] {
                var ends: [String: String] = [:]
                while ends.count < count {
                    let (sub, text) = try await client.next()
                    if text.contains(#""type":"end""#) { ends[sub ?? "-"] = text }
                }
                return ends
            }
            let unknown = try await ends(2, of: nobody)
            #expect(unknown["guild"]?.contains("board_not_found") == true)
            #expect(unknown["shut"]?.contains("missing_token") == true)
            #expect(try await ends(1, of: eve)["guild"]?.contains("board_not_found") == true)
            let writer = try await service.connect()
            for board in ["guild", "shut"] {
                try await update(board, "ada", 7, on: writer, service)
                for client in [ada, late, eve] where client.connection !== eve.connection || board == "shut" {
                    while true {
                        let (sub, text) = try await client.next()
                        #expect(!text.contains(#""type":"end""#), "\(text)")
                        if sub == board, text.contains("ada") { break }
                    }
                }
            }
        }
    }

    @Test("is opened with a token that is good, or without one, and not with a ticket, nor from any page")
    func opening() async throws {
        try await withService(["LIVE_ALLOWED_ORIGINS": "https://play.example"]) { service, _ in
            func open(_ path: String, _ headers: [String: String] = [:]) async throws -> TestResponse {
                try await service.connect().openWebSocket(path, headers)
            }
            let path = "/api/v1/live"
            #expect(try await open(path).status == 101)
            let offered = "leaderboard.v1, leaderboard.bearer.\(try service.token("ada"))"
            let answer = try await open(path, ["Sec-WebSocket-Protocol": offered])
            #expect((answer.status, answer.headers["sec-websocket-protocol"]) == (101, "leaderboard.v1"))
            #expect(try await open(path, ["Authorization": "Bearer x.y.z"]).code == "invalid_token")
            #expect(try await open("\(path)?ticket=\(String(repeating: "a", count: 32))").code == "invalid_query")
            #expect(try await open("\(path)?token=x").code == "token_in_query")
            for query in ["board=main", "cursor=1:1", "x", "view=top&board=main"] {
                let refused = try await open("\(path)?\(query)")
                #expect((refused.status, refused.code) == (400, "invalid_query"), "\(query)")
                #expect(refused.body.contains("subscribe"))
            }
            #expect(try await open("\(path)?").status == 101)
            #expect(try await open(path, ["Origin": "https://evil.example"]).code == "origin_not_allowed")
            #expect(try await service.connect().request("GET", path).status == 426)
        }
    }

    @Test("is closed when its client talks without end")
    func chatter() async throws {
        try await withService(Self.quick) { service, _ in
            let client = try await ManyBoardsClient(service)
            for number in 1...(ManyBoardsSocket.messages + 1) { try await client.unsubscribe("s\(number)") }
            while true {
                let frame = try await client.connection.frame()
                guard frame.opcode == 8 else { continue }
                #expect(frame.closeCode == 1008)
                break
            }
        }
    }
}
