import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The page of a private board in a real browser", .serialized)
struct PrivateBoardInBrowserTests {
    private static let asks =
        "!document.querySelector('#token-form').hidden && document.querySelector('#connection').dataset.state === 'private'"
    private static let names =
        "[...document.querySelectorAll('#standings .name')].map((name) => name.textContent).join()"
    private static let problem = "document.querySelector('#token-problem').textContent"

    private static func paste(_ token: String, into page: BrowserPage) async throws {
        try await page.evaluate("(document.querySelector('#token').focus(), 0)")
        try await page.type(token)
        try await page.press("Enter")
    }

    @Test(
        "asks for a token, says why one is not taken, and shows the board live with one that is, until it ends",
        arguments: [("secret", "/boards/secret"), ("main", "/")]
    )
    func token(board: String, path: String) async throws {
        try await withService(["JWT_LEEWAY_SECONDS": "0"]) { service, _ in
            try await service.define(board, #"{"visibility":"private","title":"Our secret"}"#)
            try await service.play(board, "ada", #""score_increase":5"#)
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)\(path)")
                try await page.wait(for: Self.asks)
                #expect(try await page.evaluate("document.body.innerText.includes('ada')") == "false")
                try await Self.paste("no token", into: page)
                try await page.wait(for: "\(Self.problem).startsWith('That is no access token.')")
                try await Self.paste("a.b.c", into: page)
                try await page.wait(for: "\(Self.asks) && \(Self.problem).startsWith('The access token is not valid')")
                #expect(try await page.evaluate("sessionStorage.length") == "0")

                try await Self.paste(
                    "Bearer \(service.token("bob", lifetime: board == "main" ? .seconds(600) : .seconds(12)))",
                    into: page
                )
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.names) === 'ada'")
                #expect(try await page.evaluate("document.querySelector('h1').textContent") == "Our secret")
                #expect(
                    try await page.evaluate("document.querySelector('#transport').textContent")
                        == "by Server-Sent Events"
                )
                try await service.play(board, "eve", #""score_increase":9"#)
                try await page.wait(for: "\(Self.names).includes('eve')")
                // It is in no address, and in nothing that outlives the tab.
                let kept =
                    "JSON.stringify([performance.getEntries().map((entry) => entry.name), location.href, localStorage, document.cookie])"
                #expect(try await page.evaluate("\(kept).includes('eyJ')") == "false")
                #expect(try await page.evaluate("document.querySelector('#token').value") == "")

                if board != "main" {
                    try await page.wait(for: "\(Self.asks) && \(Self.problem).includes('it has expired')")
                    try await page.wait(for: "\(Self.names) + sessionStorage.length === '0'")
                    try await Self.paste(service.token("bob"), into: page)
                    try await page.wait(for: "\(BrowserPage.isLive) && \(Self.names).includes('ada')")
                }
                // It is kept over a reload, and gone when it is taken away.
                try await page.open("http://127.0.0.1:\(service.port)\(path)?player=ada")
                try await page.wait(
                    for: "\(BrowserPage.isLive) && document.querySelector('#player-rank').textContent === '#2'"
                )
                try await page.evaluate("document.querySelector('#forget').click()")
                try await page.wait(for: "\(Self.asks) && sessionStorage.length === 0 && \(Self.names) === ''")
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }

    @Test("notices in a few seconds that a board was made, or opened, and asks no more often meanwhile")
    func noticing() async throws {
        try await withService { service, _ in
            try await service.define("secret", #"{"visibility":"private"}"#)
            try await withBrowser { page in
                for (board, state) in [("secret", "private"), ("cup", "gone")] {
                    try await page.open("http://127.0.0.1:\(service.port)/boards/\(board)")
                    try await page.wait(for: "document.querySelector('#connection').dataset.state === '\(state)'")
                    // By the page's own clock.
                    let asked = """
                        (window.asked = () => performance.getEntriesByType("resource")
                          .filter((entry) => entry.name.endsWith("/api/v1/boards/\(board)")), 0)
                        """
                    try await page.evaluate(asked)
                    let before = try #require(Int(try await page.evaluate("window.asked().length")))
                    try await page.wait(for: "window.asked().length >= \(before + 2)")
                    let starts = "window.asked().map((entry) => entry.startTime).slice(\(before - 1))"
                    let arePaused =
                        "\(starts).every((start, index, all) => index === 0 || start - all[index - 1] > 2900)"
                    #expect(try await page.evaluate(arePaused) == "true")
                    if board == "cup" {
                        try await service.define("cup")
                    } else {
                        try await service.put("secret", "{}", ["If-Match": "\"1\""])
                    }
                    // It is live a frame before that is drawn.
                    let notice = "document.querySelector('#empty strong').textContent"
                    try await page.wait(for: "\(BrowserPage.isLive) && \(notice) === 'Nobody has scored yet.'")
                }
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }

    @Test("waits a few seconds after a refusal while somebody looks, and longer while nobody does")
    func delay() async throws {
        try await withService { service, _ in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/docs")
                let waits = """
                    import("/assets/x/board.js").then(({ refusedDelay }) => [true, false].flatMap((isSeen) =>
                      [0, 1].map((random) => refusedDelay({ isSeen, random: () => random }))).join())
                    """
                #expect(try await page.evaluate(waits) == "3000,4500,20000,30000")
                let events = #"""
                    import("/assets/x/events.js").then(({ EventReader }) => {
                      const text = ": hello\r\nid: 1\r\ndata: {\"a\":\ndata:1}\r\n\r\nretry: 5\n\nevent: end\rdata: x\r\r\ndata\n\nid: 2\ndata: cut";
                      const told = (pieces) => {
                        const reader = new EventReader();
                        return JSON.stringify(pieces.flatMap((piece) => reader.take(piece)));
                      };
                      const whole = told([text]);
                      const cut = Array.from({ length: text.length }, (_, at) => told([text.slice(0, at), text.slice(at)]));
                      let isBounded = false;
                      const endless = new EventReader();
                      try { for (let piece = 0; piece < 50; piece += 1) endless.take("data: " + "x".repeat(100_000)); }
                      catch { isBounded = true; }
                      return [whole, cut.every((other) => other === whole), told([...text]) === whole, isBounded].join(" ");
                    })
                    """#
                let expected =
                    #"[{"name":"message","data":"{\"a\":\n1}"},{"name":"end","data":"x"},{"name":"message","data":""}]"#
                #expect(try await page.evaluate(events) == "\(expected) true true true")
            }
        }
    }
}
