import Text
import Leaderboard
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The page in a real browser", .serialized)
struct PageInBrowserTests {
    /// The names on the board as they stand on the screen, from top to bottom, once all rows have come to rest.
    private static let names = """
        [...document.querySelectorAll("#standings .row:not(.leaving)")]
          .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
          .map((row) => `${row.dataset.rank} ${row.querySelector(".name").textContent}`).join()
        """

    /// From now on, `window.gains` has every gain that was shown.
    private static let collectGains = """
        (() => {
          window.gains = new Set();
          const collect = () => document.querySelectorAll(".gain.on").forEach((gain) => gains.add(gain.textContent));
          const board = document.querySelector("#standings");
          new MutationObserver(collect).observe(board, { subtree: true, childList: true, attributes: true });
        })()
        """

    private static func score(_ user: String) -> String {
        """
        [...document.querySelectorAll("#standings .row")]
          .find((row) => row.querySelector(".name").textContent === "\(user)")?.querySelector(".score").textContent
        """
    }

    @Test("shows updates as they come, rows in their new order, and the browser has nothing to complain of")
    func updates() async throws {
        try await withService { service, _ in
            let writer = try await service.connect()
            _ = try await service.update("ada", 50, on: writer)
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/")
                try await page.wait(for: BrowserPage.isLive)
                try await page.wait(for: "\(Self.names) === '1 ada'")

                _ = try await service.update("grace", 20, on: writer)
                try await page.wait(for: "\(Self.names) === '1 ada,2 grace'")
                try await page.evaluate(Self.collectGains)
                _ = try await service.update("grace", 40, on: writer)
                try await page.wait(for: "\(Self.names) === '1 grace,2 ada'")
                try await page.wait(for: "\(Self.score("grace")) === '60'")
                // Gains that follow each other within a moment are shown as their sum.
                try await page.wait(for: "['+40', '+60'].some((gain) => window.gains.has(gain))")
                try await page.wait(for: "document.querySelector('#viewers').textContent === '1'")
                #expect(await page.problems.map(\.description) == [])
            }
        }
    }

    @Test("finds a player by keyboard, and follows them live")
    func find() async throws {
        try await withService { service, redis in
            for user in 1...12 { try await redis.command("ZADD", "lb:{main}:scores", "\(user * 100)", "u\(user)") }
            let writer = try await service.connect()
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/")
                try await page.wait(for: BrowserPage.isLive)
                try await page.press("/")
                try await page.type("u1")
                try await page.press("Enter")
                let rank = "document.querySelector('#player-rank').textContent"
                let score = "document.querySelector('#player-score').textContent"
                try await page.wait(for: "\(rank) === '#12' && \(score) === '100'")
                _ = try await service.update("u1", 150, on: writer)
                try await page.wait(for: "\(rank) === '#11' && \(score) === '250'")
                _ = try await service.update("u1", 1000, on: writer)
                try await page.wait(for: "\(rank) === '#1' && \(Self.names).startsWith('1 u1,2 u12')")
                try await page.press("/")
                try await page.evaluate("document.querySelector('#find-name').select()")
                try await page.type("nobody")
                try await page.press("Enter")
                try await page.wait(for: "document.querySelector('#find-answer').textContent.includes('nobody')")
                // The browser itself notes the 404.
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }

    @Test(
        "a followed player's card tells at once that they left the board, and that they are back",
        arguments: [3, 200]
    )
    func leaves(others: Int) async throws {
        try await withService { service, redis in
            for user in 1...others { try await redis.command("ZADD", "lb:{main}:scores", "\(user * 100)", "u\(user)") }
            _ = try await service.update("eve", 50, on: try await service.connect())
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/?player=eve")
                func shows(_ state: String, _ rank: String, _ score: String) async throws {
                    try await page.wait(
                        for:
                            "['state', 'rank', 'score'].map((part) => document.querySelector('#player-' + part).textContent)"
                            + ".join() === '\(state),\(rank),\(score)'"
                    )
                }
                try await page.wait(for: BrowserPage.isLive)
                try await shows("Following", "#\(others + 1)", "50")
                _ = try await service.operate("POST", "/users/eve/suspend", #"{"reason":"r"}"#)
                try await shows("Not on the board", "–", "–")
                _ = try await service.operate("POST", "/users/eve/reinstate", #"{"reason":"r"}"#)
                try await shows("Following", "#\(others + 1)", "50")
                _ = try await service.operate("POST", "/audit/revert", #"{"user_id":"eve","reason":"r"}"#)
                try await shows("Following", "#\(others + 1)", "0")
                _ = try await service.operate("DELETE", "/users/eve", #"{"reason":"r"}"#)
                try await shows("Not on the board", "–", "–")
                _ = try await service.update("eve", 7, on: try await service.connect())
                try await shows("Following", "#\(others + 1)", "7")
                // Another service takes her off, and tells.
                try await redis.command("ZREM", "lb:{main}:scores", "eve")
                try await redis.command("PUBLISH", "lb:{main}:events", #"{"reset":true}"#)
                try await shows("Not on the board", "–", "–")
            }
        }
    }

    /// The page's attempts to connect from now on, and those of them that are by WebSocket.
    private static let countAttempts = """
        (() => {
          window.attempts = 0;
          const pill = document.querySelector("#connection");
          const count = () => { if (pill.dataset.state === "connecting") attempts += 1; };
          new MutationObserver(count).observe(pill, { attributes: true, attributeFilter: ["data-state"] });
          window.sockets = 0;
          window.WebSocket = class extends WebSocket {
            constructor(...words) {
              super(...words);
              sockets += 1;
            }
          };
        })()
        """

    @Test("goes through a restart of the service, however often it is refused meanwhile, and goes on trying WebSockets")
    func restart() async throws {
        let redis = try await PrivateRedisServer()
        try await withBrowser { page in
            try await withService(["REDIS_URL": redis.url]) { service in
                _ = try await service.update("ada", 50, on: try await service.connect())
                try await page.open("http://127.0.0.1:\(service.port)/")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.names) === '1 ada'")
                try await page.evaluate("window.isTheSamePage = true")
                try await page.evaluate(Self.countAttempts)
            }
            // More than a WebSocket that is refused by a service that answers otherwise may fail.
            try await page.wait(for: "!(\(BrowserPage.isLive)) && attempts >= 3 && sockets >= 2")
            #expect(try await page.evaluate(Self.names) == "1 ada")
            let port = try await page.evaluate("location.port")
            try await withService(["REDIS_URL": redis.url, "PORT": port]) { service in
                let writer = try await service.connect()
                _ = try await service.update("grace", 70, on: writer)
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.names) === '1 grace,2 ada'")
                _ = try await service.update("ada", 50, on: writer)
                try await page.wait(for: "\(Self.names) === '1 ada,2 grace'")
                #expect(try await page.evaluate("window.isTheSamePage") == "true")
                #expect(try await page.evaluate("document.querySelector('#transport').textContent") == "by WebSocket")
            }
            // While the service was away, the browser noted that it could not connect.
            #expect(await page.problems.filter { $0.source != "network" && $0.source != "javascript" }.isEmpty)
        }
    }

    @Test("a row tells of the places it moved on the board, and of none from its times below it")
    func movement() async throws {
        try await withService { service, _ in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/")
                let move = """
                    (async () => {
                      const { Row } = await import("/assets/x/row.js");
                      const row = new Row();
                      row.take("ada");
                      for (let time = 0; time < 800; time += 100) {
                        row.show({ place: 5, rank: 6, score: 1, bar: 1 }, time);
                        row.show({ place: 9, rank: 10, score: 1, bar: 1 }, time + 10);
                        row.leave(time + 20);
                      }
                      row.show({ place: 8, rank: 9, score: 1, bar: 1 }, 900);
                      row.show({ place: 9, rank: 10, score: 1, bar: 1 }, 910);
                      return row.element.querySelector(".move").textContent;
                    })()
                    """
                #expect(try await page.evaluate(move) == "▼1")
            }
        }
    }

    @Test("cuts no label of the numbers on a phone", arguments: [320, 375, 430])
    func phone(width: Int) async throws {
        try await withService { service, _ in
            _ = try await service.update("ada", 1000, on: try await service.connect())
            try await withBrowser { page in
                try await page.resize(width: width, height: 700)
                try await page.open("http://127.0.0.1:\(service.port)/")
                try await page.wait(for: BrowserPage.isLive)
                // The widest that the cards must hold.
                try await page.evaluate(
                    "(() => { for (const id of ['rate', 'viewers', 'users']) document.getElementById(id).textContent = '12,345'; })()"
                )
                let parts = "[...document.querySelectorAll('.numbers :is(dt, small, dd)')]"
                let isCut = "\(parts).some((part) => part.scrollWidth > part.clientWidth + 1)"
                let isPastTheEdge = "document.documentElement.scrollWidth > innerWidth"
                #expect(try await page.evaluate("\(isCut) || \(isPastTheEdge)") == "false")
                // The board first.
                let top = "document.querySelector('#standings').getBoundingClientRect().top"
                #expect(try await page.evaluate("\(top) < 120 || \(top)") == "true")
            }
        }
    }

    @Test(
        "shows name and score of each row on a phone, however long the score is",
        arguments: [(320, 700), (360, 740), (390, 844)]
    )
    func longScores(width: Int, height: Int) async throws {
        try await withService { service, redis in
            let largest = 9_007_199_254_740_991
            for user in 1...10 {
                try await redis.command("ZADD", "lb:{main}:scores", "\(largest - user)", "player-\(user * 111_111)")
            }
            try await withBrowser { page in
                try await page.resize(width: width, height: height)
                try await page.open("http://127.0.0.1:\(service.port)/")
                try await page.wait(for: "document.querySelectorAll('#standings .row').length === 10")
                // Neither is cut, none covers another, and the row holds them all.
                let isWell = """
                    [...document.querySelectorAll("#standings .row")].every((row) => {
                      const [name, score] = ["name", "score"].map((part) => row.querySelector(`.${part}`));
                      const [a, b, whole] = [name, score, row].map((part) => part.getBoundingClientRect());
                      const isWhole = [name, score].every((part) => part.scrollWidth <= part.clientWidth);
                      const isApart = a.right <= b.left || a.bottom <= b.top + 3;
                      const isWithin = [a, b].every((part) => part.left >= whole.left && part.right <= whole.right
                        && part.top >= whole.top - 1 && part.bottom <= whole.bottom + 1);
                      return isWhole && isApart && isWithin && a.width > 90;
                    }) && document.documentElement.scrollWidth <= innerWidth
                    """
                #expect(try await page.evaluate(isWell) == "true")
            }
        }
    }

    @Test("goes over to Server-Sent Events where a WebSocket is refused")
    func eventStream() async throws {
        try await withService(["LIVE_ALLOWED_ORIGINS": "https://elsewhere.example"]) { service, _ in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/")
                try await page.wait(for: "\(BrowserPage.isLive)")
                let way = try await page.evaluate("document.querySelector('#transport').textContent")
                #expect(way == "by Server-Sent Events")
                let writer = try await service.connect()
                _ = try await service.update("ada", 50, on: writer)
                _ = try await service.update("grace", 60, on: writer)
                try await page.wait(for: "\(Self.names) === '1 grace,2 ada'")
            }
        }
    }

    @Test("as a wall display shows the standings, what they are of, and the way to them, and nothing else")
    func wallDisplay() async throws {
        try await withService { service, _ in
            _ = try await service.update("ada", 50, on: try await service.connect())
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/?display=tv")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.names) === '1 ada'")
                let others = "#connection, #find, #theme, .rail, footer"
                let hidden =
                    "[...document.querySelectorAll('\(others)')].every((part) => part.getClientRects().length === 0)"
                #expect(try await page.evaluate(hidden) == "true")
                try await page.wait(for: "document.querySelector('#screen-players').textContent === '1 player'")
                let code = "h1, #screen-clock, #screen-code, #screen-address"
                let shown =
                    "[...document.querySelectorAll('\(code)')].every((part) => part.getClientRects().length === 1)"
                #expect(try await page.evaluate(shown) == "true")
                #expect(
                    try await page.evaluate("getComputedStyle(document.querySelector('.row button')).cursor") == "none"
                )
                let fits = "document.documentElement.scrollHeight <= innerHeight"
                #expect(try await page.evaluate(fits) == "true")
            }
        }
    }

    @Test("as a wall display says that it is not live, beside the standings and not over them")
    func wallInTrouble() async throws {
        let snapshot = #"{"type":"snapshot","cursor":"1:5","scoreboard":[{"user_id":"ada","score":9}]}"#
        let live = ScriptedLive(.webSocket, [.init(messages: [snapshot])], then: .init(messages: [], hangsUp: true))
        try await live.run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/?display=tv")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.names) === '1 ada'")
                live.hangUp()
                try await page.wait(for: "document.querySelector('#connection').getClientRects().length === 1")
                let isBeside = """
                    document.querySelector("#connection").getBoundingClientRect().left
                      >= document.querySelector("#standings").getBoundingClientRect().right
                    """
                #expect(try await page.evaluate(isBeside) == "true")
                #expect(try await page.evaluate("document.documentElement.scrollHeight <= innerHeight") == "true")
                #expect(try await page.evaluate("document.querySelectorAll('#standings .row').length") == "1")
            }
        }
    }

    @Test("shows the API's description: every operation and every channel, and the browser has nothing to complain of")
    func docs() async throws {
        try await withService { service, _ in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/docs")
                let operations = Descriptions.operations.count { $0.method != "OPTIONS" }
                let channels = (Descriptions.asyncAPI["channels"] ?? .null).members.count
                #expect(operations > 10 && channels > 3)
                try await page.wait(for: "document.querySelectorAll('article').length === \(operations + channels)")
                for (part, words) in [("updateScore", "Idempotency-Key"), ("updateScore", "invalid_json")] + [
                    ("live", "snapshot"), ("leaderboard_update", "token_time"),
                ] {
                    let has = "document.getElementById('\(part)').textContent.includes('\(words)')"
                    #expect(try await page.evaluate(has) == "true", "\(part): \(words)")
                }
                #expect(try await page.evaluate("document.body.textContent.includes('[object')") == "false")
                // The contents stay in sight, lead to each part, and open it.
                let isFolded = "[...document.querySelectorAll('article > details')].every((part) => !part.open)"
                #expect(try await page.evaluate(isFolded) == "true")
                try await page.evaluate("(scrollTo(0, document.documentElement.scrollHeight), 0)")
                try await page.wait(
                    for:
                        "(({ top, bottom }) => top >= 0 && bottom <= innerHeight)(document.querySelector('#contents').getBoundingClientRect())"
                )
                try await page.evaluate("document.querySelector('#contents a[href=\"#updateScore\"]').click()")
                try await page.wait(
                    for: "document.querySelector('#updateScore > details').open && location.hash === '#updateScore'"
                )
                try await page.wait(
                    for: "document.querySelector('#updateScore').getBoundingClientRect().top < innerHeight / 2"
                )
                try await page.wait(for: "document.querySelector('#contents [aria-current]')?.hash === '#updateScore'")
                try await page.evaluate("document.querySelector('#fold').click()")
                try await page.wait(for: "document.querySelectorAll('article > details:not([open])').length === 0")
                #expect(try await page.evaluate("document.querySelector('#fold').textContent") == "Close all")
                let ids = "[...document.querySelectorAll('[id]')].map((part) => part.id)"
                #expect(try await page.evaluate("new Set(\(ids)).size === \(ids).length") == "true")
                #expect(await page.problems.map(\.description) == [])
            }
        }
    }
}
