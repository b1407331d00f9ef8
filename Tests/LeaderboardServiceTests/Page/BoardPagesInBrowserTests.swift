import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The pages of boards in a real browser", .serialized)
struct BoardPagesInBrowserTests {
    /// Rank and name of each row as they stand on the screen, from top to bottom.
    private static let rows = """
        [...document.querySelectorAll("#standings .row:not(.leaving)")]
          .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
          .map((row) => `${row.querySelector(".rank").textContent} ${row.querySelector(".name").textContent}`).join()
        """
    private static func text(_ part: String) -> String { "document.querySelector('\(part)').textContent" }

    @Test("a board is shown by its order and its ties, live; the finder and the wall display are its own")
    func board() async throws {
        try await withService { service, _ in
            try await service.define("runs", #"{"title":"Any %","order":"asc","ties":"first","operator":"best"}"#)
            for (user, score) in [("zoe", 90), ("ada", 70), ("bob", 70)] {
                try await service.play("runs", user, #""score":\#(score)"#)
            }
            try await withBrowser { page in
                let address = "http://127.0.0.1:\(service.port)/boards/runs"
                try await page.open("\(address)?player=zoe")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 ada,2 bob,3 zoe'")
                #expect(try await page.evaluate(Self.text("h1")) == "Any %")
                #expect(try await page.evaluate("document.title") == "Any % · Leaderboard")
                #expect(try await page.evaluate(Self.text("#rules")).hasPrefix("Lowest score first"))
                try await page.wait(for: "\(Self.text("#player-rank")) === '#3' && \(Self.text("#users")) === '3'")
                // Comes to where two are already, behind them; and is told from a loss.
                try await page.lookOut(for: "document.querySelector('.gain.on:not(.loss)')?.textContent === '−20'")
                try await service.play("runs", "zoe", #""score":70"#)
                try await page.wait(for: BrowserPage.isSeen)
                try await page.wait(for: "\(Self.rows) === '1 ada,2 bob,3 zoe'")
                try await service.play("runs", "zoe", #""score":60"#)
                try await page.wait(for: "\(Self.rows) === '1 zoe,2 ada,3 bob'")
                try await page.wait(for: "\(Self.text("#player-rank")) === '#1'")

                try await page.open("\(address)?display=tv")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 zoe,2 ada,3 bob'")
                #expect(try await page.evaluate("document.documentElement.scrollHeight <= innerHeight") == "true")
                #expect(try await page.evaluate("document.querySelector('h1').getClientRects().length") == "1")
                #expect(await page.problems.map(\.description) == [])
            }
        }
    }

    @Test(
        "equals look equal where they share a rank",
        arguments: [("shared", "1 eve,1 dan,3 bob,3 ada,5 cleo"), ("dense", "1 eve,1 dan,2 bob,2 ada,3 cleo")]
    )
    func ties(ties: String, rows: String) async throws {
        try await withService { service, _ in
            try await service.define("quiz", #"{"ties":"\#(ties)"}"#)
            for (user, points) in [("ada", 5), ("bob", 5), ("cleo", 1), ("dan", 9)] {
                try await service.play("quiz", user, #""score_increase":\#(points)"#)
            }
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/boards/quiz")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows).startsWith('1 dan,2 bob,2 ada,')")
                try await service.play("quiz", "eve", #""score_increase":9"#)
                try await page.wait(for: "\(Self.rows) === '\(rows)'")
                let backgrounds = """
                    new Set([...document.querySelectorAll("[data-rank='1'] .bar")]
                      .map((bar) => getComputedStyle(bar).backgroundColor)).size
                    """
                #expect(try await page.evaluate(backgrounds) == "1")
                // By name, where it has no title.
                #expect(try await page.evaluate(Self.text("h1")) == "quiz")
            }
        }
    }

    @Test("a board for members is shown to who pastes a member's token, live, and is gone for who is a member no more")
    func members() async throws {
        try await withService { service, redis in
            try await service.define("guild", #"{"visibility":"members"}"#)
            #expect(try await service.operate("PUT", "/boards/guild/members/ada").status == 200)
            try await service.play("guild", "ada", #""score_increase":5"#)
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/boards/guild")
                let isGone = "\(Self.text("#empty strong")) === 'There is no such board.'"
                try await page.wait(for: "\(isGone) && !document.querySelector('#token-form').hidden")
                let paste = "document.querySelector('#token').value = '\(try service.token("ada"))'"
                try await page.evaluate("(\(paste), document.querySelector('#token-form').requestSubmit(), 0)")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 ada'")
                #expect(try await page.evaluate("document.querySelector('#token-form').hidden") == "true")
                // The tab has the token: the page finds the board with it at once.
                try await page.open("http://127.0.0.1:\(service.port)/boards/guild")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 ada'")
                #expect(try await service.operate("DELETE", "/boards/guild/members/ada").status == 200)
                try await page.wait(for: isGone)
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }

    @Test("who watches a board that is deleted is told so, and sees it when it is made again")
    func deleted() async throws {
        try await withService { service, redis in
            try await service.define("cup")
            try await service.play("cup", "ada", #""score_increase":5"#)
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/boards/cup")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 ada'")
                #expect(try await service.operate("DELETE", "/boards/cup?data=delete").status == 200)
                // Whatever ends the stream, what the board is is asked before the next one.
                try await page.evaluate("(dispatchEvent(new Event('pagehide')), 0)")
                try await page.evaluate("(dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })), 0)")
                try await page.wait(for: "\(Self.text("#empty strong")) === 'There is no such board.'")
                #expect(try await page.evaluate("document.querySelector('#connection').dataset.state") == "gone")
                // In no text either, and who listens hears what is, and nothing of a connection.
                try await page.wait(for: "!document.body.textContent.includes('ada')")
                #expect(try await page.evaluate(Self.text("#announcer")) == "There is no such board.")
                try await service.define("cup")
                try await service.play("cup", "bob", #""score_increase":5"#)
                try await page.evaluate("(dispatchEvent(new Event('online')), 0)")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 bob'")
                #expect(try await page.evaluate("document.querySelector('#empty').hidden") == "true")
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }

    @Test(
        "fills the screen and does not scroll, and a long title leaves the rest of the head in its place",
        arguments: ["Cup", String(repeating: "The longest of all titles ", count: 5)]
    )
    func screen(title: String) async throws {
        try await withService { service, _ in
            let title = title.prefix(128)
            try await service.define("cup", #"{"title":"\#(title)"}"#)
            try await service.play("cup", "ada", #""score_increase":5"#)
            try await withBrowser { page in
                for path in ["/", "/boards/cup"] {
                    try await page.open("http://127.0.0.1:\(service.port)\(path)")
                    try await page.wait(for: BrowserPage.isLive)
                    for (width, height) in [(1280, 900), (1280, 800), (1920, 1080)] {
                        try await page.resize(width: width, height: height, isPhone: false)
                        let size = "document.documentElement.scrollHeight + ' ' + document.documentElement.scrollWidth"
                        #expect(try await page.evaluate(size) == "\(height) \(width)", "\(path)")
                        let head = """
                            (() => {
                              const parts = ["#connection", "#find", "#theme"].map((part) => document.querySelector(part).getBoundingClientRect());
                              const isWithin = parts.every(({ top, right }) => right <= innerWidth && top < 100);
                              return isWithin && parts.every(({ left }, at) => at === 0 || left >= parts[at - 1].right);
                            })()
                            """
                        #expect(try await page.evaluate(head) == "true", "\(path) \(width)")
                    }
                }
            }
        }
    }

    @Test("the list has the boards that anybody may see, in pages, with who leads; a name opens its board")
    func list() async throws {
        try await withService { service, _ in
            try await service.define("secret", #"{"visibility":"private"}"#)
            for level in 10...30 { try await service.define("level-\(level)", #"{"title":"Level \#(level)"}"#) }
            for (user, points) in [("ada", 5), ("bob", 7)] {
                try await service.play("level-11", user, #""score_increase":\#(points)"#)
            }
            try await service.define(
                "level-09",
                #"{"windows":[{"name":"all"},{"name":"w","reset":"weekly"},{"name":"cup","reset":"every 72h"}]}"#
            )
            try await withBrowser { page in
                let links =
                    "[...document.querySelectorAll('#boards .which > a')].map((link) => link.getAttribute('href')).join()"
                let first = (["09"] + (10...28).map(String.init)).map { "/boards/level-\($0)" }.joined(separator: ",")
                try await page.open("http://127.0.0.1:\(service.port)/")
                try await page.evaluate("document.querySelector('.way a').click()")
                try await page.wait(for: "location.pathname === '/boards' && \(links) === '\(first)'")
                let windows =
                    "[...document.querySelectorAll('#boards .of a')].map((a) => a.textContent + a.search).join()"
                #expect(try await page.evaluate(windows) == "This week?window=w,cup?window=cup")
                let third = "document.querySelector('#boards li:nth-child(3)').innerText.replace(/\\s+/g, ' ')"
                #expect(
                    try await page.evaluate(third)
                        == "Level 11 level-11 Highest score first Leader bob Score 7 Players 2"
                )
                try await page.evaluate("document.querySelector('#pages a[rel=next]').click()")
                try await page.wait(for: "\(links) === '/boards/level-29,/boards/level-30,/boards/main'")
                try await page.evaluate("(document.querySelector('#open-name').focus(), 0)")
                try await page.type("level-11")
                try await page.press("Enter")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 bob,2 ada'")
                #expect(await page.problems.map(\.description) == [])
            }
        }
    }

    /// What the page knows of a board with random updates is the beginning of the board, and its ranks are the board's.
    private static func model(seed: Int) -> String {
        """
        (async () => {
          const { Standings, places } = await import("/assets/x/standings.js");
          const { Order } = await import("/assets/x/order.js");
          let state = \(seed);
          const random = (bound) => (state = (state * 48271) % 2147483647) % bound;
          const wrong = [];
          for (const order of ["asc", "desc"]) for (const ties of ["id", "shared", "dense", "first", "last"]) {
            const sign = order === "asc" ? 1 : -1;
            const among = {
              first: (a, b) => a.at - b.at,
              last: (a, b) => b.at - a.at,
            }[ties] ?? ((a, b) => sign * (a.user < b.user ? -1 : 1));
            const users = new Map();
            const standings = new Standings();
            standings.order = Order.read({ order, ties });
            for (let step = 0; step < 1000; step += 1) {
              const [user, score] = [`u${random(70)}`, random(9)];
              const old = users.get(user);
              if (old?.score !== score) users.set(user, { user, score, at: step });
              standings.set(user, score, score !== (old?.score ?? 0));
              const board = [...users.values()].sort((a, b) => sign * (a.score - b.score) || among(a, b));
              const rank = ({ score }, place) => {
                const better = board.slice(0, place).map((row) => row.score).filter((other) => other !== score);
                if (ties === "shared") return better.length + 1;
                return ties === "dense" ? new Set(better).size + 1 : place + 1;
              };
              const told = (rows, rank) => rows.map((row, place) => `${rank(row, place)} ${row.user} ${row.score}`).join();
              const known = told(standings.rows, (row) => standings.find(row.user).rank);
              const isAll = !standings.isWhole || standings.rows.length === board.length;
              if (known !== told(board.slice(0, standings.rows.length), rank) || !isAll) {
                wrong.push(`${order} ${ties} after ${step} steps: ${known}`);
                break;
              }
              if (standings.isThin) standings.reset(board.slice(0, places));
            }
          }
          return wrong.join("\\n");
        })()
        """
    }

    @Test("the page's rows are the board's, in each order and with all ties")
    func model() async throws {
        let seed = Int.random(in: 1..<1_000_000)
        try await withService { service, _ in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/docs")
                #expect(try await page.evaluate(Self.model(seed: seed)) == "", "seed \(seed)")
            }
        }
    }
}
