import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The page in a real browser, before a service that talks rubbish", .serialized)
struct PageAndRubbishTests {
    private static let board =
        #"{"type":"snapshot","cursor":"1:5","scoreboard":[{"user_id":"ada","score":9},{"user_id":"bob","score":7}]}"#
    private static let good = ScriptedLive.Part(messages: [board])

    /// What no message may be like. Each stands for a fault that would show a wrong board, or none, for ever.
    private static let rubbish = [
        "null", "[]", "7", "{}", #"{"type":7,"cursor":"1:5"}"#,
        #"{"type":"snapshot","scoreboard":[]}"#, snapshot("1e400:5"), snapshot("1:1e400"), snapshot(":5"),
        snapshot("1:"), snapshot("1:-5"), snapshot("1:9007199254740992"), snapshot("1:5:"),
        snapshot(scoreboard: #"{"length":1}"#), snapshot(scoreboard: "null"), snapshot(scoreboard: "[null]"),
        snapshot(scoreboard: #"[{"user_id":7,"score":1}]"#), snapshot(scoreboard: #"[{"user_id":"","score":1}]"#),
        snapshot(scoreboard: #"[{"user_id":"eve","score":"1"}]"#),
        snapshot(scoreboard: #"[{"user_id":"eve","score":1.5}]"#),
        snapshot(scoreboard: #"[{"user_id":"eve","score":1e300}]"#),
        snapshot(scoreboard: #"[{"user_id":"eve","score":1},{"user_id":"eve","score":1}]"#),
        snapshot(scoreboard: #"[{"user_id":"eve","score":1},{"user_id":"mallory","score":2}]"#),
        changes(#""6""#, "[]"), changes("null", "[]"), changes("-1", "[]"), changes("8", "[]"), changes("6", "{}"),
        changes("6", "[7]"), changes("6", #"[{"user_id":"eve","score":"1","seq":6}]"#),
        changes("6", #"[{"user_id":["eve"],"score":1,"seq":6}]"#),
        changes("6", #"[{"user_id":"eve","score":1,"score_increase":"1","seq":6}]"#),
        snapshot("1.:5"), snapshot("1.w.s:"), snapshot("1.w/s:5"), snapshot("w.s:5"), #"{"type":"season"}"#,
        #"{"type":"season","window":"w","season":"s"}"#, #"{"type":"season","window":7,"season":"s","scoreboard":[]}"#,
        #"{"type":"season","window":"w","season":"","scoreboard":[]}"#,
        #"{"type":"season","window":"w","season":"s","scoreboard":[{"user_id":"eve","score":1},{"user_id":"mallory","score":2}]}"#,
        #"{"type":"metadata"}"#, #"{"type":"metadata","users":{}}"#, #"{"type":"metadata","users":[{"user_id":7}]}"#,
    ]

    private static func snapshot(_ cursor: String = "1:6", scoreboard: String = #"[{"user_id":"eve","score":1}]"#)
        -> String
    {
        #"{"type":"snapshot","cursor":"\#(cursor)","scoreboard":\#(scoreboard)}"#
    }

    private static func changes(_ from: String, _ changes: String) -> String {
        #"{"type":"changes","cursor":"1:6","from":\#(from),"changes":\#(changes)}"#
    }

    @Test("takes none of it for a message")
    func read() async throws {
        try await ScriptedLive(.webSocket, [], then: Self.good).run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/")
                let texts = Self.rubbish.map { "`\($0)`" }.joined(separator: ",")
                let taken = """
                    import("/assets/x/message.js").then(({ readMessage }) =>
                      [\(texts)].filter((text) => readMessage(JSON.parse(text)) !== null).join("\\n"))
                    """
                #expect(try await page.evaluate(taken) == "")
                // Rubbish beside good standings is left out, and they are shown.
                let times = """
                    import("/assets/x/message.js").then(({ readMessage }) =>
                      [[1, 2], [2, 1], ["1", 2], [0, 1e300], [-1, 5], [null, 5], [3, null]].map(([from, until]) => {
                        const message = { type: "snapshot", cursor: "1.w.s:5", scoreboard: [], window: "w", season: "s", from, until, now: "7", frozen: 7 };
                        const { season, time, frozen } = readMessage(message);
                        return [season.from, season.until, time, frozen].map(String).join(" ");
                      }).join())
                    """
                let nothing = "null null null null"
                #expect(
                    try await page.evaluate(times)
                        == "1 2 null null,2 null null null,\(nothing),0 null null null,\(nothing),\(nothing),3 null null null"
                )
                let passedOver = #"import("/assets/x/message.js").then((m) => m.readMessage({ type: "hello" }).type)"#
                #expect(try await page.evaluate(passedOver) == "unknown")
            }
        }
    }

    static let scripts: [(String, [ScriptedLive.Part])] = [
        ("from the first message on", [["not JSON"], [snapshot("1e400:5")], [snapshot(":5")]]),
        (
            "changes before a snapshot",
            [[changes("6", "[]")], [changes("0", #"[{"user_id":"eve","score":1,"seq":6}]"#)]]
        ),
        (
            "after a good snapshot",
            [
                [board, changes(#""6""#, "[]")], [board, #"{"type":"changes","from":6,"changes":[]}"#],
                [board, changes("6", #"[{"user_id":"eve","score":"1","seq":6}]"#)],
            ]
        ),
        ("a hole", [[board, changes("8", "[]")], [board, changes("7", "[]")], [board, snapshot(scoreboard: "{}")]]),
    ].map { name, script in (name, script.map { ScriptedLive.Part(messages: $0) }) }

    @Test(
        "comes back a few times, each after a pause, and shows the right board once the service is well",
        arguments: scripts
    )
    func comeBack(_ name: String, script: [ScriptedLive.Part]) async throws {
        try await follow(ScriptedLive(.webSocket, script, then: Self.good))
    }

    @Test("does not let a stream that breaks off bring it back as fast as the stream says")
    func eventStream() async throws {
        let part = ScriptedLive.Part(messages: [Self.board], hangsUp: true)
        try await follow(ScriptedLive(.eventStream, [part, part, part], then: Self.good))
    }

    private func follow(_ live: ScriptedLive) async throws {
        try await live.run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/")
                let pill = "document.querySelector('#connection').dataset.state"
                // That the network is back again and again is no reason to come back again and again.
                try await page.evaluate("void setInterval(() => dispatchEvent(new Event('online')), 20)")
                try await until { live.times.count > live.count }
                let names = "[...document.querySelectorAll('#standings .name')].map((name) => name.textContent).join()"
                try await page.wait(for: "\(pill) === 'live' && \(names) === 'ada,bob'")
                live.send(
                    #"{"type":"changes","cursor":"1:6","from":6,"#
                        + #""changes":[{"user_id":"cid","score":8,"score_increase":8,"seq":6}]}"#
                )
                try await page.wait(for: "\(names) === 'ada,cid,bob'")
                // The browser itself notes a WebSocket that is refused.
                let problems = await page.problems.filter { $0.source != "network" && !$0.text.contains("WebSocket") }
                #expect(problems.map(\.description) == [])
                // No pause is shorter than 200 ms, and one in five seconds is cut short.
                let spent = live.times[live.count] - live.times[0]
                let cutShort = Int(spent / .seconds(5)) + 1
                #expect(spent >= .milliseconds(190) * (live.count - cutShort), "\(live.times)")
            }
        }
    }

    @Test("waits longer with each failure, and starts over only after ten good seconds")
    func backOff() async throws {
        try await ScriptedLive(.webSocket, [], then: Self.good).run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/")
                // The longest of many waits is near the end of their range.
                let longest = """
                    import("/assets/x/retry.js").then(({ Backoff }) => {
                      const longest = (before) => Math.max(...Array.from({ length: 400 }, () => {
                        const backoff = new Backoff();
                        return before(backoff) ?? backoff.failed(100_000);
                      }));
                      const after = (well) => (backoff) => {
                        for (let failure = 0; failure < 9; failure += 1) backoff.failed(0);
                        if (well !== null) backoff.well(100_000 - well);
                      };
                      return [longest(() => {}), longest(after(null)), longest(after(9_999)), longest(after(10_000))]
                        .map((wait) => Math.ceil(wait / 1_000)).join();
                    })
                    """
                #expect(try await page.evaluate(longest) == "1,15,15,1")
            }
        }
    }
}

extension PageAndRubbishTests {
    @Test("makes another connection when neither an answer nor a message comes any more")
    func silence() async throws {
        try await ScriptedLive(.webSocket, [], then: Self.good).run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/")
                // What the feed was told after each question; between the third and the fourth a message came.
                let told = """
                    import("/assets/x/stats.js").then(async ({ Stats }) => {
                      const feed = { lastMessageAt: 1, count: 0, reconnect() { this.count += 1; } };
                      const board = { ask: () => Promise.reject(new DOMException("", "TimeoutError")) };
                      const stats = new Stats({ board, feed, onNumbers() {} });
                      const counts = [];
                      for (const at of [1, 1, 1, 2, 2]) {
                        feed.lastMessageAt = at;
                        await stats.ask();
                        counts.push(feed.count);
                      }
                      return counts.join();
                    })
                    """
                #expect(try await page.evaluate(told) == "0,1,1,1,2")
            }
        }
    }
}

extension ScriptedLive {
    /// Connections that get rubbish.
    var count: Int { script.count }
}
