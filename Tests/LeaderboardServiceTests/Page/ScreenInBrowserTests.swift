import Foundation
import HTTPServer
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The page on a big screen, in a real browser", .serialized)
struct ScreenInBrowserTests {
    private static let definition = #"""
        {"name":"main","title":"Arena","order":"desc","ties":"id","visibility":"public","time_zone":"UTC",
         "windows":[{"name":"all"},{"name":"weekly","reset":"weekly"}]}
        """#
    private static let rows = """
        [...document.querySelectorAll("#standings .row:not(.leaving)")]
          .sort((a, b) => a.dataset.rank - b.dataset.rank).map((row) => `${row.dataset.rank} ${row.dataset.user ?? "?"}`).join()
        """

    private static func text(_ part: String) -> String { "document.querySelector('\(part)').textContent" }

    private static func live(_ snapshot: String, then stats: String? = nil) -> ScriptedLive {
        ScriptedLive(.webSocket, [], then: .init(messages: [snapshot])) { part, _ in
            part == "" ? definition : part == "stats" ? stats : nil
        }
    }

    @Test(
        "says what it shows, for how long, and how many play; three rows fill it, and no bar crosses a name or is too faint",
        arguments: [(1920, 1080, "dark"), (3840, 2160, "light"), (1080, 1920, "light")]
    )
    func screen(width: Int, height: Int, theme: String) async throws {
        let now = Int(Date().timeIntervalSince1970 * 1000)
        let snapshot = #"""
            {"type":"snapshot","window":"weekly","season":"2026-W48","cursor":"7.weekly.2026-W48:5","from":\#(now - 60_000),
             "until":\#(now + 200_000_000),"now":\#(now),"scoreboard":[
             {"user_id":"ada","score":9007199254740991,"metadata":{"name":"Katherine Coleman Goble Johnson","country":"US"}},
             {"user_id":"bob","score":7,"metadata":null},{"user_id":"cid","score":1,"metadata":null}]}
            """#
        try await Self.live(snapshot).run { port in
            try await withBrowser { page in
                try await page.resize(width: width, height: height, isPhone: false)
                try await page.open("http://127.0.0.1:\(port)/?display=tv&window=weekly&theme=\(theme)&player=ada")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 ada,2 bob,3 cid'")
                try await page.wait(for: "\(Self.text("#screen-left")) === '2 d 7 h left'")
                #expect(try await page.evaluate(Self.text("#screen-window")) == "This week")
                #expect(try await page.evaluate(Self.text("#screen-players")) == "3 players")
                #expect(try await page.evaluate(Self.text("h1")) == "Arena")
                let address = try await page.evaluate(Self.text("#screen-address"))
                #expect(address == "127.0.0.1:\(port)")
                // The code leads to the player's view of the same window.
                let code = """
                    import("/assets/x/qr.js").then(({ qrCode }) => {
                      const rows = qrCode("http://127.0.0.1:\(port)/?window=weekly");
                      const dark = rows.flat().filter(Boolean).length;
                      return document.querySelector("#screen-code path").getAttribute("d").split("M").length - 1 === dark;
                    })
                    """
                #expect(try await page.evaluate(code) == "true")
                // The rows share the stage, each bar is below the words of its row, and all of it is on the screen.
                let isWell = """
                    (() => {
                      const stage = document.querySelector(".stage").getBoundingClientRect();
                      const rows = [...document.querySelectorAll("#standings .row")].map((row) => row.getBoundingClientRect());
                      const fill = rows.reduce((sum, { height }) => sum + height, 0);
                      const isApart = [...document.querySelectorAll("#standings .row")].every((row) => {
                        const bar = row.querySelector(".bar").getBoundingClientRect();
                        return [".name", ".score", ".rank"].every((part) => row.querySelector(part).getBoundingClientRect().bottom <= bar.top);
                      });
                      const isWhole = [...document.querySelectorAll("#standings :is(.name, .score)")]
                        .every((part) => part.scrollWidth <= part.clientWidth && part.scrollHeight <= part.clientHeight + 1);
                      return Math.abs(fill - stage.height) < 4 && isApart && isWhole && document.documentElement.scrollHeight <= innerHeight
                        && document.documentElement.scrollWidth <= innerWidth;
                    })()
                    """
                #expect(try await page.evaluate(isWell) == "true")
                let bars = """
                    (() => {
                      \(Contrast.script)
                      const ground = colour(getComputedStyle(document.documentElement).backgroundColor);
                      return Math.min(...[...document.querySelectorAll(".row .bar")]
                        .map((bar) => contrast(colour(getComputedStyle(bar).backgroundColor), ground))) >= 3;
                    })()
                    """
                #expect(try await page.evaluate(bars) == "true")
                // On the podium too the longest name and all digits of the largest score are seen.
                try await page.open("http://127.0.0.1:\(port)/?display=podium&window=weekly&theme=\(theme)")
                let cut = """
                    [...document.querySelectorAll("#great-podium :is(.name, .score)")]
                      .filter((part) => part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight + 1)
                      .map((part) => part.textContent).join()
                    """
                try await page.wait(for: "document.querySelectorAll('#great-podium .step').length === 3")
                #expect(try await page.evaluate(cut) == "")
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }

    private static func revealing(_ covered: Int, _ seq: Int, frozen: Bool = true, suspended: Int = 0) -> String {
        let players = [
            #"{"user_id":"ada","score":9,"metadata":{"name":"Ada Lovelace"}}"#,
            #"{"user_id":"bob","score":7,"metadata":null}"#, #"{"user_id":"cid","score":5,"metadata":null}"#,
            #"{"user_id":"dan","score":1,"metadata":null}"#,
        ]
        let rows = (0..<covered).map { #"{"rank":\#($0 + 1),"hidden":true}"# } + players.dropFirst(covered + suspended)
        let state = frozen ? #","frozen":{"since":1795996800000,"hidden":\#(covered)}"# : ""
        return #"{"type":"snapshot","cursor":"7:\#(seq)"\#(state),"scoreboard":[\#(rows.joined(separator: ","))]}"#
    }

    @Test(
        "a board that is revealed place by place shows covered places, and each player as large as the screen in turn"
    )
    func reveal() async throws {
        let live = Self.live(Self.revealing(3, 5))
        try await live.run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/?display=tv")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 ?,2 ?,3 ?,4 dan'")
                #expect(try await page.evaluate(Self.text("#remark")).contains("Place 3 comes next."))
                #expect(try await page.evaluate("document.querySelector('#show').hidden") == "true")
                live.send(Self.revealing(2, 6))
                try await page.wait(for: "\(Self.rows) === '1 ?,2 ?,3 cid,4 dan'")
                let shown = """
                    (document.querySelector("#show").hidden ? "" :
                      ["rank", "name", "score"].map((part) => document.querySelector(`#show .${part}`).textContent).join(" "))
                    """
                try await page.wait(for: "\(shown) === '3 cid 5'")
                // The last two at once, as when the board is opened: one after the other, the winner last.
                live.send(Self.revealing(0, 7, frozen: false))
                try await page.wait(for: "\(Self.rows) === '1 ada,2 bob,3 cid,4 dan'")
                try await page.wait(for: "\(shown) === '2 bob 7'")
                try await page.wait(for: "\(shown) === '1 Ada Lovelace 9'")
                try await page.wait(for: "\(shown) === '' && document.querySelector('#remark').hidden")
                #expect(live.times.count == 1)

                try await page.open("http://127.0.0.1:\(port)/?display=podium")
                let podium = """
                    [...document.querySelectorAll("#great-podium .step")]
                      .map((step) => step.querySelector(".rank").textContent + " " + step.querySelector(".name").textContent).join()
                    """
                try await page.wait(
                    for: "\(podium) === '1 Not revealed yet,2 Not revealed yet,3 Not revealed yet'"
                )
                live.send(Self.revealing(0, 8, frozen: false))
                try await page.wait(for: "\(podium) === '1 Ada Lovelace,2 bob,3 cid'")
                #expect(
                    try await page.evaluate("document.querySelector('#standings').getClientRects().length") == "0"
                )
                // On a page of one's own nothing covers the standings, and who listens hears it.
                try await page.open("http://127.0.0.1:\(port)/?player=cid")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 ?,2 ?,3 ?,4 dan'")
                live.send(Self.revealing(2, 9))
                try await page.wait(for: "\(Self.rows) === '1 ?,2 ?,3 cid,4 dan'")
                #expect(try await page.evaluate("document.querySelector('#show').hidden") == "true")
                try await page.wait(for: "\(Self.text("#announcer")).includes('Place 3: cid with 5 points.')")
                // Of those who are covered one is suspended, and then the other: nobody who was shown is announced again.
                live.send(Self.revealing(1, 10, suspended: 1))
                try await page.wait(for: "\(Self.rows) === '1 ?,2 cid,3 dan'")
                live.send(Self.revealing(0, 11, suspended: 2))
                try await page.wait(for: "\(Self.rows) === '1 cid,2 dan'")
                #expect(try await page.evaluate(Self.text("#remark")).contains("The board is opened next."))
                #expect(try await !page.evaluate(Self.text("#announcer")).contains("Place 2: cid"))
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }

    @Test("holds no more after 3,000 updates, as of an hour, than before them")
    func growth() async throws {
        let players = (0..<10).map { #"{"user_id":"p\#($0)","score":\#(900 - $0)}"# }.joined(separator: ",")
        let live = Self.live(#"{"type":"snapshot","cursor":"7:1","scoreboard":[\#(players)]}"#)
        try await live.run { port in
            try await withBrowser { page in
                try await page.resize(width: 1920, height: 1080, isPhone: false)
                try await page.open("http://127.0.0.1:\(port)/?display=tv")
                try await page.wait(for: BrowserPage.isLive)
                // Each takes the lead, and drops another off the screen.
                func play(_ updates: ClosedRange<Int>) async throws {
                    for seq in updates {
                        let change =
                            #"{"user_id":"p\#(seq * 7 % 40)","score":\#(1000 + seq),"score_increase":7,"seq":\#(seq)}"#
                        live.send(#"{"type":"changes","cursor":"7:\#(seq)","from":\#(seq),"changes":[\#(change)]}"#)
                        if seq.isMultiple(of: 20) { try await page.evaluate("new Promise(requestAnimationFrame)") }
                    }
                    let lead =
                        "document.querySelector('#standings .row[data-rank=\"1\"]:not(.leaving) .score').textContent"
                    try await page.wait(for: "\(lead).replace(',', '') === '\(1000 + updates.upperBound)'")
                    try await page.wait(for: "document.querySelectorAll('#standings .row').length === 10")
                }
                try await play(2...1000)
                let before = try await page.held()
                try await play(1001...4000)
                let after = try await page.held()
                #expect(after.bytes - before.bytes < 200_000 && after.nodes - before.nodes < 200, "\(before) \(after)")
                #expect(live.times.count == 1)
            }
        }
    }

    /// By another encoder (qrcodegen 1.8): text, mask, modules a side, the beginning of the SHA-256 of its rows of 0 and 1.
    private static let codes: [(String, Int, Int, String)] = [
        ("HELLO", 0, 21, "b664c5ebcc2451fb"), ("http://a/bbbbb", 1, 21, "637ed14ea9911f82"),
        ("https://play.example.com/boards/cup?window=weekly", 2, 33, "205bb65fe4346170"),
        ("äöü€", 3, 21, "3a2a9de9b096ab1f"), (address(75), 4, 37, "30bf36ccfd3f018e"),
        (address(113), 5, 45, "01096a8762244f3d"), (address(171), 6, 53, "25df1a292ffa8ed6"),
        (address(204), 7, 57, "7528e5943ec68e76"),
    ]

    private static func address(_ length: Int) -> String { "http://a/" + String(repeating: "b", count: length) }

    @Test("its code is what other encoders make of the same text, and none of one that is too long")
    func code() async throws {
        try await Self.live("null").run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/docs")
                for (text, mask, size, hash) in Self.codes {
                    let found = """
                        import("/assets/x/qr.js").then(async ({ qrCode }) => {
                          const rows = qrCode("\(text)", \(mask));
                          const text = rows.map((row) => row.map(Number).join("")).join("\\n");
                          const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
                          return `${rows.length} ${[...hash.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
                        })
                        """
                    #expect(try await page.evaluate(found) == "\(size) \(hash)", "\(text)")
                }
                let tooLong =
                    "import('/assets/x/qr.js').then(({ qrCode }) => [qrCode('\(Self.address(205))'), qrCode('x') !== null])"
                #expect(try await page.evaluate(tooLong) == ",true")
                // Of the masks it takes one of the eight.
                let best = """
                    import("/assets/x/qr.js").then(({ qrCode }) => {
                      const all = Array.from({ length: 8 }, (_, mask) => String(qrCode("HELLO", mask)));
                      return new Set(all).size === 8 && all.includes(String(qrCode("HELLO")));
                    })
                    """
                #expect(try await page.evaluate(best) == "true")
            }
        }
    }

    @Test("words can be read on all that they may stand on, in both themes, while it flashes too; controls are seen")
    func contrast() async throws {
        try await Self.live("null").run { port in
            try await withBrowser { page in
                for theme in ["light", "dark"] {
                    try await page.open("http://127.0.0.1:\(port)/?theme=\(theme)")
                    let low = """
                        (async () => {
                          \(Contrast.script)
                          const { Look } = await import("/assets/x/look.js");
                          const look = new Look(new Image());
                          const probe = document.body.appendChild(document.createElement("i"));
                          const named = (name) => {
                            probe.style.color = `var(--${name})`;
                            return colour(getComputedStyle(probe).color);
                          };
                          const low = [];
                          const check = (what, above, below, least) => {
                            const found = contrast(above, below);
                            if (!(found >= least)) low.push(`${what}: ${found.toFixed(2)}`);
                          };
                          // The page's own, and those of boards.
                          for (const accent of [null, "#000000", "#ffffff", "#ffe600", "#0000ff", "#808080", "#00a36c"]) {
                            look.show({ accent, logo: null });
                            // What has no colour marks the leader by a shape.
                            const isGrey = ["#000000", "#ffffff", "#808080"].includes(accent);
                            if ((document.documentElement.dataset.accent === "grey") !== isGrey) low.push(`${accent} is taken for ${isGrey ? "a colour" : "grey"}`);
                            for (const name of ["ground", "surface", "bar", "bar-first"]) {
                              const flash = over(named(name === "bar-first" ? "pulse-first" : "pulse"), named(name));
                              for (const words of ["text", "quiet", "rise", "fall"]) {
                                check(`${words} on ${name} of ${accent}`, named(words), named(name), 4.5);
                                if (name !== "surface") check(`${words} on ${name} of ${accent}, flashing`, named(words), flash, 4.5);
                              }
                              if (name !== "bar") check(`accent ${accent} on ${name}`, named("accent"), named(name), 4.5);
                              check(`edge on ${name} of ${accent}`, named("edge"), named(name), 3);
                            }
                            for (const name of ["ground", "surface"]) check(`warn on ${name}`, named("warn"), named(name), 4.5);
                            check("initials", named("quiet"), named("line"), 4.5);
                            check(`button ${accent}`, named("ground"), named("accent"), 4.5);
                          }
                          look.show({ accent: null, logo: null });
                          return low.join("\\n");
                        })()
                        """
                    #expect(try await page.evaluate(low) == "", "\(theme)")
                    // Nothing is left of it, and another theme has another shade.
                    let shades = """
                        import("/assets/x/look.js").then(async ({ Look }) => {
                          const [root, logo] = [document.documentElement, new Image()];
                          const shade = () => getComputedStyle(root).getPropertyValue("--accent");
                          const usual = shade();
                          const look = new Look(logo);
                          look.show({ accent: "#808080", logo: "https://127.0.0.1/none.png" });
                          const before = shade();
                          root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
                          await 0;
                          const after = shade();
                          root.dataset.theme = "\(theme)";
                          look.show({ accent: null, logo: null });
                          return [before !== usual, after !== before, shade() === usual && !("accent" in root.dataset), logo.hidden, logo.hasAttribute("src")];
                        })
                        """
                    #expect(try await page.evaluate(shades) == "true,true,true,true,false", "\(theme)")
                }
            }
        }
    }
}
