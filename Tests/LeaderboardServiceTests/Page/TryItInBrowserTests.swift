import Leaderboard
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Trying out requests at /docs", .serialized)
struct TryItInBrowserTests {
    private static func attributes(of page: String) -> [String: String] {
        Dictionary(
            page.matches(of: /\sdata-(\w+)="([^"]*)"/).map { (String($0.1), String($0.2)) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    @Test("without DEMO, or where it is false, the page has no token and nothing of it", arguments: [nil, "false"])
    func off(demo: String?) async throws {
        try await withService(demo.map { ["DEMO": $0] } ?? [:]) { service, _ in
            let page = try await service.connect().request("GET", "/docs")
            #expect(page.headers["cache-control"] == "no-cache" && page.headers["etag"] != nil)
            #expect(!page.body.contains("try") && !page.body.contains("eyJ") && Self.attributes(of: page.body) == [:])
        }
    }

    @Test("with DEMO each visitor gets a player's token, and nobody another one, wherever they seem to sit")
    func tokens() async throws {
        try await withService(["DEMO": "true", "TRUSTED_PROXIES": "127.0.0.2"]) { service, _ in
            let connection = try await service.connect()
            func given(_ headers: [String: String]) async throws -> [String: String] {
                let lines = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
                try await connection.send("GET /docs HTTP/1.1\r\n\(lines)\r\n")
                let page = try await connection.response()
                #expect((page.status, page.headers["cache-control"]) == (200, "no-store"))
                #expect(page.headers["content-security-policy"]?.contains("unsafe") == false)
                #expect(page.headers["access-control-allow-origin"] == nil)
                return Self.attributes(of: page.body)
            }
            for headers in [
                ["Host": "localhost"], ["Host": "play.example.com"], ["Host": "127.0.0.1", "Via": "1.1 a"],
            ] {
                #expect(try await Set(given(headers).keys) == ["player"], "\(headers)")
            }
            let token = try #require(try await given(["Host": "localhost"])["player"])
            func status(_ method: String, _ path: String, _ body: String = "") async throws -> Int {
                let headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
                // A batch that is refused before it is read ends its connection.
                return try await service.connect().request(method, path, headers, body: body).status
            }
            let update = #"{"user_id":"12345","score_increase":5}"#
            #expect(try await status("POST", "/api/v1/score/update", update) == 200)
            #expect(try await status("GET", "/api/v1/admin/audit") == 403)
            #expect(try await status("POST", "/api/v1/boards/main/scores", "[\(update)]") == 403)
            // What it loads is there, and is preloaded.
            let assetsConnection = try await service.connect()
            let page = try await assetsConnection.request("GET", "/docs").body
            let assets = Set(page.matches(of: /(?:href|src)="(\/assets\/[^"]+)"/).map { String($0.1) })
            for path in assets {
                let asset = try await assetsConnection.request("GET", path)
                #expect(asset.headers["cache-control"]?.contains("immutable") == true, "\(path)")
                for module in asset.body.matches(of: /from "\.\/([^"]+)"/) {
                    #expect(assets.contains(path.replacing(/[^\/]+$/, with: module.1)), "\(path): \(module.1)")
                }
            }
        }
    }

    @Test("DEMO without a secret to sign with refuses to start, and says so")
    func withoutSecret() throws {
        let settings = testSettings(["DEMO": "true", "JWT_SECRET": "", "JWT_JWKS": "https://id.example.com/keys"])
        let refused = #expect(throws: InvalidSettings.self) { try ServiceConfiguration(settings) }
        #expect(refused.map { "\($0)" }?.contains("DEMO") == true)
    }

    /// The part of an operation, opened.
    private static func open(_ id: String, on page: BrowserPage) async throws {
        try await page.wait(for: "document.querySelector('#\(id) .try') !== null")
        try await page.evaluate(
            "(document.querySelector('#\(id) > details').open = document.querySelector('#\(id) .try').open = true)"
        )
        try await page.wait(for: "document.querySelector('#\(id) .try form') !== null")
    }

    private static func field(_ id: String, _ name: String) -> String {
        "[...document.querySelectorAll('#\(id) .try label')]"
            + ".find((label) => label.textContent.startsWith('\(name)')).querySelector('input, select, textarea')"
    }

    @Test("by keyboard sends what is written there, and shows the status, the headers that matter and the answer")
    func byKeyboard() async throws {
        try await withService(["DEMO": "true"]) { service, redis in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/docs")
                try await page.wait(for: "document.querySelectorAll('.try').length > 50")
                // Every operation has one, and none is made before it is wanted.
                let operations = Descriptions.operations.count { $0.method != "OPTIONS" }
                #expect(try await page.evaluate("document.querySelectorAll('.try').length") == "\(operations)")
                #expect(try await page.evaluate("document.querySelectorAll('.try form').length") == "0")

                try await page.evaluate(
                    """
                    (document.querySelector('#updateScore > details').open = true,
                      document.querySelector('#updateScore .try summary').focus())
                    """
                )
                try await page.press("Enter")
                try await page.wait(for: "document.querySelector('#updateScore .try form') !== null")
                #expect(try await page.evaluate("\(Self.field("updateScore", "Token")).value") == "player")
                let prefer = Self.field("updateScore", "Prefer")
                try await page.evaluate("(\(prefer).value = 'return=representation', \(prefer).focus())")
                try await page.press("Enter")
                let outcome = "document.querySelector('#updateScore .outcome').textContent"
                try await page.wait(for: "\(outcome).startsWith('200 OK')")
                let answer = "document.querySelector('#updateScore .try pre').textContent"
                try await page.wait(for: "\(answer).includes('\"score\": 50')")
                let headers = "document.querySelector('#updateScore .try table:last-of-type').textContent"
                for name in ["ratelimit", "preference-applied", "x-request-id", "content-type"] {
                    #expect(try await page.evaluate("\(headers).includes('\(name)')") == "true", "\(name)")
                }
                #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "12345") == "50")

                // A body that is wrong, and an operator's: each says what the service said.
                let body = Self.field("updateScore", "Body")
                try await page.evaluate("(\(body).value = '{', \(body).form.requestSubmit())")
                try await page.wait(for: "\(outcome).startsWith('400') && \(answer).includes('invalid_json')")
                try await Self.open("suspendUser", on: page)
                let operators = try service.token("ops", scope: "leaderboard:admin")
                let pasted = Self.field("suspendUser", "Authorization")
                #expect(try await page.evaluate("\(pasted).placeholder").contains("--scope leaderboard:admin"))
                try await page.evaluate("(\(pasted).value = '\(operators)', \(pasted).form.requestSubmit())")
                try await page.wait(
                    for: "document.querySelector('#suspendUser .outcome').textContent.startsWith('200')"
                )
                #expect(try await redis.command("SISMEMBER", "lb:{main}:suspended", "12345") == "1")
                // The browser itself notes what is refused.
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }

    @Test("shows live messages as they come until it is stopped, and lines; takes queries; can be read in either theme")
    func live() async throws {
        try await withService(["DEMO": "true"]) { service, _ in
            let writer = try await service.connect()
            try await withBrowser { page in
                try await page.open("http://localhost:\(service.port)/docs")
                for id in ["watchBoardByWebSocket", "watchBoardByEventStream"] {
                    try await Self.open(id, on: page)
                    let part = "document.querySelector('#\(id) .try')"
                    try await page.evaluate("\(part).querySelector('form').requestSubmit()")
                    let text = "\(part).querySelector('pre').textContent"
                    try await page.wait(for: "\(text).includes('snapshot')")
                    _ = try await service.update("ada", 7, on: writer)
                    try await page.wait(for: "\(text).includes('\"score_increase\":7')")
                    try await page.evaluate("\(part).querySelector('button[type=button]').click()")
                    let ended = id.hasSuffix("WebSocket") ? "Closed: 1000" : "Stopped."
                    try await page.wait(for: "\(part).querySelector('.outcome').textContent.includes('\(ended)')")
                    try await page.wait(for: "\(part).querySelector('button[type=button]').hidden")
                }
                try await Self.open("reportScores", on: page)
                let pasted = Self.field("reportScores", "Authorization")
                try await page.evaluate(
                    "(\(pasted).value = '\(try service.token("game-1", scope: "leaderboard:report"))')"
                )
                let type = Self.field("reportScores", "Content-Type")
                try await page.evaluate(
                    """
                    (\(type).value = 'application/x-ndjson', \(type).dispatchEvent(new Event('change')),
                      \(type).form.requestSubmit())
                    """
                )
                let lines = "document.querySelector('#reportScores .try pre').textContent"
                try await page.wait(
                    for: "\(lines).split('\\n').filter(Boolean).length === 2 && \(lines).includes('m17-2')"
                )
                try await Self.open("getBoardScoreboard", on: page)
                let limit = Self.field("getBoardScoreboard", "limit")
                try await page.evaluate("(\(limit).value = '1', \(limit).form.requestSubmit())")
                let rows = "document.querySelector('#getBoardScoreboard .try pre').textContent"
                try await page.wait(for: "\(rows).startsWith('[') && JSON.parse(\(rows)).length === 1")

                for theme in ["light", "dark"] {
                    try await page.evaluate("(document.documentElement.dataset.theme = '\(theme)')")
                    #expect(try await page.evaluate("(() => { \(Contrast.script) \(Contrast.ofWords) })()") == "")
                }
                try await page.resize(width: 360, height: 740)
                try await page.wait(for: "document.documentElement.scrollWidth <= innerWidth")
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }
}
