import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Boards on other pages, in a real browser", .serialized, .timeLimit(.minutes(5)))
struct EmbedInBrowserTests {
    private static let element = "document.querySelector('live-leaderboard')"
    /// Rank, name and score of each row.
    private static let rows = """
        [...\(element).shadowRoot.querySelectorAll('li')].map((row) => ['.rank', '.name', '.score']
          .map((part) => row.querySelector(part).textContent).join(' ')).join()
        """

    /// A page's policy that allows no styles: the element brings its own all the same.
    private static func policy(_ port: Int) -> String {
        let service = "http://127.0.0.1:\(port)"
        let rules = "default-src 'none'; script-src \(service); connect-src http://127.0.0.1:* ws://127.0.0.1:*"
        return #"<meta http-equiv="Content-Security-Policy" content="\#(rules)">"#
    }

    @Test("an element shows a board on a page of another origin, live, through a line that breaks")
    func element() async throws {
        try await withService { service, _ in
            try await service.define("runs", #"{"title":"Any %","order":"asc","ties":"shared","operator":"best"}"#)
            for (user, score) in [("zoe", 90), ("ada", 70), ("bob", 70)] {
                try await service.play("runs", user, #""score":\#(score)"#)
            }
            let proxy = try await TCPProxy(to: service.port)
            let html = """
                \(Self.policy(service.port))
                <script type="module" src="http://127.0.0.1:\(service.port)/embed.js"></script>
                <live-leaderboard board="runs" rows="2" heading="Best runs" src="http://127.0.0.1:\(proxy.port)"></live-leaderboard>
                """
            try await Site.run(["/": html]) { origin in
                try await withBrowser { page in
                    try await page.open("\(origin)/")
                    try await page.wait(for: "\(Self.element).dataset.state === 'live'")
                    #expect(try await page.evaluate(Self.rows) == "1 ada 70,1 bob 70")
                    let root = "\(Self.element).shadowRoot"
                    #expect(try await page.evaluate("\(root).querySelector('.title').textContent") == "Best runs")
                    let weight = "getComputedStyle(\(root).querySelector('.score')).fontWeight"
                    #expect(try await page.evaluate(weight) == "650")
                    try await service.play("runs", "zoe", #""score":60"#)
                    try await page.wait(for: "\(Self.rows) === '1 zoe 60,2 ada 70'")
                    proxy.set(.cut)
                    try await page.wait(for: "\(Self.element).dataset.state === 'waiting'")
                    try await service.play("runs", "bob", #""score":50"#)
                    proxy.set(.open)
                    try await page.wait(for: "\(Self.rows) === '1 bob 50,2 zoe 60'")
                    // Attributes may change, and a board that is not there says so.
                    try await page.evaluate("(\(Self.element).setAttribute('rows', 3), 0)")
                    try await page.wait(for: "\(Self.rows) === '1 bob 50,2 zoe 60,3 ada 70'")
                    try await page.evaluate("(\(Self.element).setAttribute('board', 'nobody'), 0)")
                    try await page.wait(for: "\(root).textContent.includes('There is no such board.')")
                    #expect(try await page.evaluate(Self.rows) == "")
                    try await page.evaluate("(\(Self.element).remove(), 0)")
                    let problems = await page.problems.filter { $0.source != "network" }
                    #expect(problems.map(\.description) == [])
                }
            }
        }
    }

    @Test("the client goes by a stream where WebSockets are not let through, and a stalled line is left for another")
    func client() async throws {
        let settings = ["LIVE_PING_SECONDS": "2", "LIVE_ALLOWED_ORIGINS": "https://elsewhere.example"]
        try await withService(settings) { service, _ in
            try await service.play("main", "ada", #""score_increase":5"#)
            let proxy = try await TCPProxy(to: service.port)
            let html = """
                <script type="module">
                  import { Leaderboard } from "http://127.0.0.1:\(service.port)/client.js";
                  window.states = [];
                  window.live = new Leaderboard("http://127.0.0.1:\(proxy.port)").board("main").live({
                    silence: 4000, onState: ({ name }) => window.states.push(name),
                  });
                </script>
                """
            try await Site.run(["/": html]) { origin in
                try await withBrowser { page in
                    try await page.open("\(origin)/")
                    try await page.wait(for: "window.live?.standings?.rows[0]?.score === 5")
                    proxy.set(.stalled)
                    try await service.play("main", "ada", #""score_increase":6"#)
                    try await page.wait(for: "window.states.includes('waiting')")
                    proxy.set(.open)
                    try await page.wait(for: "window.live.standings.rows[0].score === 11")
                    try await page.evaluate("(window.live.close(), 0)")
                    #expect(try await page.evaluate("window.states.at(-1)") == "ended")
                }
            }
        }
    }

    @Test("elements of one page share a connection, and each shows its own board through a line that breaks")
    func shared() async throws {
        try await withService { service, _ in
            for board in ["a", "b"] { try await service.define(board, "{}") }
            for (number, board) in ["main", "a", "b"].enumerated() {
                try await service.play(board, "ada", #""score_increase":\#(number + 1)"#)
            }
            let proxy = try await TCPProxy(to: service.port)
            let address = "http://127.0.0.1:\(proxy.port)"
            let elements = ["main", "a", "b", "nobody"].map {
                #"<live-leaderboard id="\#($0)" board="\#($0)" src="\#(address)"></live-leaderboard>"#
            }
            let html = """
                <script>
                  window.opened = [];
                  window.WebSocket = class extends WebSocket {
                    constructor(...all) { super(...all); window.opened.push(this.url); }
                  };
                </script>
                <script type="module" src="http://127.0.0.1:\(service.port)/embed.js"></script>
                \(elements.joined())
                """
            let scores = """
                ['main', 'a', 'b', 'nobody']
                  .map((id) => document.getElementById(id).shadowRoot?.querySelector('.score')?.textContent).join()
                """
            try await Site.run(["/": html]) { origin in
                try await withBrowser { page in
                    try await page.open("\(origin)/")
                    try await page.wait(for: "\(scores) === '1,2,3,'")
                    let nobody = "document.getElementById('nobody')"
                    try await page.wait(for: "\(nobody).shadowRoot.textContent.includes('There is no such board.')")
                    let paths = "window.opened.map((url) => new URL(url).pathname).join()"
                    #expect(try await page.evaluate(paths) == "/api/v1/live")
                    proxy.set(.cut)
                    try await page.wait(for: "document.getElementById('b').dataset.state === 'waiting'")
                    for board in ["main", "a", "b"] {
                        try await service.play(board, "ada", #""score_increase":10"#)
                    }
                    proxy.set(.open)
                    try await page.wait(for: "\(scores) === '11,12,13,'")
                    try await page.evaluate("(document.getElementById('b').remove(), 0)")
                    try await service.play("a", "ada", #""score_increase":10"#)
                    try await page.wait(for: "document.getElementById('a').shadowRoot.textContent.includes('22')")
                    #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
                }
            }
        }
    }

    @Test("boards that need a token share a connection by it, and one that is refused says why")
    func sharedByToken() async throws {
        try await withService { service, _ in
            for board in ["guild", "clan", "closed"] {
                try await service.define(board, #"{"visibility":"\#(board == "closed" ? "members" : "private")"}"#)
            }
            for board in ["guild", "clan"] { try await service.play(board, "ada", #""score_increase":4"#) }
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/docs")
                try await page.evaluate(
                    """
                    (async () => {
                      window.opened = [];
                      window.WebSocket = class extends WebSocket {
                        constructor(...all) { super(...all); window.opened.push(this.url); }
                      };
                      const { Leaderboard } = await import("/client.js");
                      const own = new Leaderboard(location.origin, { token: "\(service.token("ada"))" });
                      const [guild, clan, closed] = ["guild", "clan", "closed"].map((name) => own.board(name).live());
                      window.lives = { guild, clan, closed, me: own.board("guild").live({ view: "me", neighbours: 1 }) };
                    })()
                    """
                )
                let scores = """
                    ['guild', 'clan', 'me'].map((name) => window.lives[name])
                      .map((live) => live.me?.score ?? live.standings?.rows[0]?.score).join()
                    """
                try await page.wait(for: "\(scores) === '4,4,4'")
                try await page.wait(for: "window.lives.closed.state.error?.code === 'board_not_found'")
                try await service.play("guild", "ada", #""score_increase":10"#)
                try await page.wait(for: "\(scores) === '14,4,14'")
                // No token is in an address.
                let paths = "window.opened.map((url) => url.replace(/^ws:..[^/]*/, '')).join()"
                #expect(try await page.evaluate(paths) == "/api/v1/live")
                // It left without a word to the others.
                try await page.evaluate("(window.lives.me.close(), 0)")
                try await service.play("guild", "ada", #""score_increase":10"#)
                try await page.wait(for: "\(scores) === '24,4,14'")
            }
        }
    }

    @Test("a frame shows the overlay where the service allows it, and nothing where it does not")
    func frame() async throws {
        try await Site.run([
            "/{port}": "<script>"
                + "document.write(`<iframe src=\"http://127.0.0.1:${location.pathname.slice(1)}/overlay?board=main&rows=1\"></iframe>`)"
                + "</script>"
        ]
        ) { origin in
            try await withService(["EMBED_ALLOWED_ANCESTORS": "https://a.example \(origin)"]) { service, _ in
                try await withBrowser { page in
                    try await page.open("\(origin)/\(service.port)")
                    let connection = try await service.connect()
                    // Only its script watches the board.
                    try await until {
                        try await connection.request("GET", "/api/v1/boards/main/stats").body.contains(#""viewers":1"#)
                    }
                    #expect(await page.problems.map(\.description) == [])
                }
            }
            try await withService { service, _ in
                try await withBrowser { page in
                    try await page.open("\(origin)/\(service.port)")
                    try await until {
                        try await page.evaluate("0")
                        return await page.problems.contains { $0.text.contains("frame-ancestors") }
                    }
                }
            }
        }
    }

    @Test("the overlay shows what its address asks for, on nothing, at the sizes of streams")
    func overlay() async throws {
        try await withService { service, _ in
            try await service.define("wall", #"{"operator":"set"}"#)
            for (user, score) in [("zoe", 90), ("ada", 70), ("bob", 9_007_199_254_740_991)] {
                try await service.play("wall", user, #""score":\#(score)"#)
            }
            try await withBrowser { page in
                try await page.resize(width: 480, height: 400, isPhone: false)
                try await page.open("http://127.0.0.1:\(service.port)/overlay?board=wall&rows=2&heading=Top+%3Cb%3E2")
                try await page.wait(for: "\(Self.element)?.dataset.state === 'live'")
                #expect(try await page.evaluate(Self.rows) == "1 bob 9,007,199,254,740,991,2 zoe 90")
                let title = "\(Self.element).shadowRoot.querySelector('.title').textContent"
                #expect(try await page.evaluate(title) == "Top <b>2")
                let ground =
                    "[document.documentElement, document.body].map((one) => getComputedStyle(one).backgroundColor)"
                #expect(try await page.evaluate("\(ground).join(' ')") == "rgba(0, 0, 0, 0) rgba(0, 0, 0, 0)")
                #expect(try await page.evaluate("document.documentElement.scrollWidth <= 480") == "true")
                #expect(await page.problems.map(\.description) == [])
            }
        }
    }
}
