import TestSupport
import Testing

@testable import LeaderboardService

extension RunningService {
    /// Makes a board as an operator would, or gives `main` its first definition.
    func define(_ board: String, _ definition: String = "{}") async throws {
        try await put(board, definition, board == "main" ? ["If-Match": "\"0\""] : ["If-None-Match": "*"])
    }

    func put(_ board: String, _ definition: String, _ condition: [String: String]) async throws {
        let headers = [
            "Authorization": "Bearer \(try token("ops", scope: "leaderboard:admin"))",
            "Content-Type": "application/json",
        ].merging(condition) { $1 }
        let answer = try await connect().request("PUT", "/api/v1/admin/boards/\(board)", headers, body: definition)
        #expect((200...201).contains(answer.status), "\(answer.body)")
    }

    /// An update of a board by its own operator: `"score_increase":5`, `"score":61000`.
    func play(_ board: String, _ user: String, _ change: String, status: Int = 200) async throws {
        let headers = ["Authorization": "Bearer \(try token(user))", "Content-Type": "application/json"]
        let path = "/api/v1/boards/\(board)/score/update"
        let body = #"{"user_id":"\#(user)",\#(change)}"#
        let answer = try await connect().request("POST", path, headers, body: body)
        #expect(answer.status == status, "\(answer.body)")
    }
}

@Suite("The pages of boards")
struct BoardPagesTests {
    private static let way = "data-boards"

    @Test(
        "are documents as the others are, with their headers and an entity tag",
        arguments: ["/boards", "/boards/main"]
    )
    func documents(path: String) async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            let (page, home) = (try await connection.request("GET", path), try await connection.request("GET", "/"))
            #expect(page.status == 200)
            let own = ["etag", "content-length", "date", "x-request-id", "content-security-policy"]
            for name in home.headers.keys where !own.contains(name) {
                #expect(page.headers[name] == home.headers[name], "\(name)")
            }
            #expect(page.body.firstMatch(of: /<script(?![^>]*\ssrc=)|<style|\s(?:style|on\w+)=/) == nil)
            let tag = try #require(page.headers["etag"])
            #expect(try await connection.request("GET", path, ["If-None-Match": tag]).status == 304)
            #expect(try await connection.request("HEAD", path).body == "")
        }
    }

    @Test(
        "only the pages of boards may show pictures of elsewhere, by https; nothing else is allowed there that is not on all"
    )
    func pictures() async throws {
        try await withService { service, _ in
            try await service.define("secret", #"{"visibility":"private"}"#)
            let connection = try await service.connect()
            func policy(_ path: String) async throws -> String? {
                try await connection.request("GET", path).headers["content-security-policy"]
            }
            let strict = try #require(try await policy("/docs"))
            #expect(strict.contains("img-src 'self';"))
            for path in ["/boards", "/assets/x/app.js"] { #expect(try await policy(path) == strict, "\(path)") }
            let ofBoards = strict.replacing("img-src 'self';", with: "img-src 'self' https:;")
            for path in ["/", "/boards/main", "/boards/nobody", "/boards/secret"] {
                #expect(try await policy(path) == ofBoards, "\(path)")
            }
        }
    }

    @Test(
        "with a slash at the end lead to the page itself, with what stands behind the question mark",
        arguments: [
            ("/boards/", "/boards"), ("/boards/?after=level-1", "/boards?after=level-1"),
            ("/boards/main/", "/boards/main"), ("/boards/no%2Fbody/?display=tv", "/boards/no%2Fbody?display=tv"),
            ("/docs/", "/docs"), ("/boards//", "/boards"), ("/docs/?", "/docs?"),
        ]
    )
    func slash(address: String, page: String) async throws {
        try await withService { service, _ in
            let answer = try await service.connect().request("GET", address)
            #expect((answer.status, answer.headers["location"], answer.body) == (308, page, ""))
        }
    }

    @Test(
        "a name of no board is 404 in words, however it is written",
        arguments: ["nobody", "Nobody", "%3Cscript%3E", "a%2Fb", String(repeating: "x", count: 65), "%FF"]
    )
    func missing(name: String) async throws {
        try await withService { service, _ in
            let page = try await service.connect().request("GET", "/boards/\(name)", ["If-None-Match": "*"])
            #expect((page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8"))
            #expect(page.body.contains("There is no such board") && !page.body.contains("{"))
            #expect(page.headers["content-security-policy"]?.contains("default-src 'none'") == true)
            #expect(page.headers["cache-control"] == "no-store")
        }
    }

    @Test(
        "a private board's page says that a token is needed, and is there for who sends one: by each of its addresses",
        arguments: [
            ("secret", "/boards/secret", "/boards/{board}"), ("main", "/boards/main", "/boards/{board}"),
            ("main", "/", "/"),
        ]
    )
    func closed(board: String, address: String, path: String) async throws {
        try await withService { service, _ in
            try await service.define(board, #"{"visibility":"private","title":"Our secret"}"#)
            let connection = try await service.connect()
            let page = try await connection.request("GET", address)
            #expect((page.status, page.headers["www-authenticate"]) == (401, "Bearer"))
            #expect(page.body.contains("This board is private") && !page.body.contains("Our secret"))
            #expect(Descriptions.complaints(page, to: "GET", path) == [])
            let bad = try await connection.request("GET", address, ["Authorization": "Bearer a.b.c"])
            #expect((bad.status, bad.headers["cache-control"]) == (401, "no-store"))
            #expect(bad.headers["www-authenticate"]?.contains("invalid_token") == true)
            let headers = ["Authorization": "Bearer \(try service.token("ada"))"]
            #expect(try await connection.request("GET", address, headers).status == 200)
        }
    }

    @Test(
        "who speaks no WebSocket on a live path is told the path of the same board's events",
        arguments: ["/api/v1/scoreboard", "/api/v1/boards/main", "/api/v1/boards/speed%72un"]
    )
    func events(board: String) async throws {
        try await withService { service, _ in
            let answer = try await service.connect().request("GET", "\(board)/live")
            #expect((answer.status, answer.code) == (426, "upgrade_required"))
            #expect(answer.body.contains("or read \(board)/events.") == true)
        }
    }

    @Test("the page at / leads to the boards only where there is another one that anybody may see")
    func way() async throws {
        try await withService { service, _ in
            try await service.define("secret", #"{"visibility":"private"}"#)
            try await service.define("level-*")
            let only = try await service.connect().request("GET", "/")
            #expect(!only.body.contains(Self.way))
        }
        try await withService { service, _ in
            try await service.define("speedrun")
            let connection = try await service.connect()
            let among = try await connection.request("GET", "/")
            #expect(among.body.contains(Self.way))
            #expect(try await connection.request("GET", "/boards/speedrun").body == among.body)
        }
    }

    @Test("are there while Redis is away, and wait for it")
    func away() async throws {
        try await withService(["REDIS_URL": "redis://127.0.0.1:1"], isReady: false) { service in
            let connection = try await service.connect()
            for path in ["/", "/boards", "/boards/speedrun"] {
                #expect(try await connection.request("GET", path).status == 200, "\(path)")
            }
        }
    }
}
