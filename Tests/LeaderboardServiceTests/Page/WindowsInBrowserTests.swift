import Foundation
import HTTPServer
import Synchronization
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Windows and seasons on the page in a real browser", .serialized)
struct WindowsInBrowserTests {
    private static let rows = """
        [...document.querySelectorAll("#standings .row:not(.leaving)")]
          .sort((a, b) => a.dataset.rank - b.dataset.rank).map((row) => `${row.dataset.rank} ${row.dataset.user}`).join()
        """
    private static let tabs = """
        [...document.querySelectorAll("#windows [role=tab]")]
          .map((tab) => (tab.getAttribute("aria-selected") === "true" ? "*" : "") + tab.textContent).join()
        """
    private static let podium = """
        [...document.querySelectorAll("#podium .step")]
          .map((step) => step.querySelector(".rank").textContent + " " + step.querySelector(".name").title).join()
        """
    private static let notice =
        "(document.querySelector('#empty').hidden ? '' : document.querySelector('#empty strong').textContent)"

    private static let windows =
        #"[{"name":"all"},{"name":"daily","reset":"daily"},{"name":"cup","reset":"every 72h"},{"name":"weekly","reset":"weekly"}]"#
    private static let definition =
        #"{"name":"main","title":"Arena","order":"desc","ties":"id","visibility":"public","time_zone":"UTC","windows":"#
        + windows + "}"

    private static func text(_ part: String) -> String { "document.querySelector('\(part)').textContent" }

    @Test("a board's windows are tabs, by mouse and by keys, in the address, and live; each has its own standings")
    func tabs() async throws {
        try await withService { service, _ in
            try await service.define("arena", #"{"title":"Arena","windows":\#(Self.windows)}"#)
            try await service.play("arena", "ada", #""score_increase":5"#)
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/boards/arena")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 ada'")
                #expect(try await page.evaluate(Self.tabs) == "*All time,Today,cup,This week")
                #expect(try await page.evaluate("document.querySelector('#time-left').hidden") == "true")
                try await page.evaluate("(document.querySelector('[role=tab]').focus(), 0)")
                try await page.press("ArrowRight")
                try await page.wait(for: "\(Self.tabs) === 'All time,*Today,cup,This week' && \(BrowserPage.isLive)")
                #expect(try await page.evaluate("location.search") == "?window=daily")
                #expect(try await page.evaluate("document.activeElement.textContent") == "Today")
                try await page.wait(for: "/^\\d\\d:\\d\\d:\\d\\d left$/.test(\(Self.text("#time-left")))")
                try await service.play("arena", "bob", #""score_increase":9"#)
                try await page.wait(for: "\(Self.rows) === '1 bob,2 ada'")
                try await page.press("End")
                try await page.wait(for: "location.search === '?window=weekly' && \(BrowserPage.isLive)")
                let panel = "document.querySelector('[role=tabpanel]').getAttribute('aria-labelledby')"
                #expect(try await page.evaluate(panel) == "window-weekly")

                // Kept over a reload, for the finder too; one that is not there is the board itself.
                try await page.open("http://127.0.0.1:\(service.port)/boards/arena?window=weekly&player=ada")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 bob,2 ada'")
                try await page.wait(for: "\(Self.text("#player-rank")) === '#2'")
                #expect(try await page.evaluate(Self.tabs) == "All time,Today,cup,*This week")
                // It may have left that address before anybody looks.
                try await page.evaluate("(location.assign('/boards/arena?window=none'), 0)")
                let isBoardItself = "location.search === '' && \(Self.tabs).startsWith('*All time')"
                try await page.wait(for: "\(BrowserPage.isLive) && \(isBoardItself)")
                #expect(await page.problems.map(\.description) == [])
            }
        }
    }

    @Test("who watches sees the end of a season, its first three, and the next one")
    func ends() async throws {
        try await withService { service, redis in
            try await service.define("arena", #"{"windows":[{"name":"all"},{"name":"daily","reset":"daily"}]}"#)
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/docs")
                // What Redis holds of a season that runs is everybody's opinion: one of an hour, which becomes one of seconds.
                let from = Int(Date().timeIntervalSince1970) - 60
                for (length, players) in [(3600, [("ada", 5), ("bob", 9), ("cid", 3)]), (3, [("dan", 1)])] {
                    let until = (Int(Date().timeIntervalSince1970) + length) * 1_000_000
                    let seasons = "\(until) 1 all - 0 0;daily early \(from * 1_000_000) \(until)"
                    try await redis.command("SET", "lb:{arena}:seasons", seasons)
                    for (user, points) in players {
                        try await service.play("arena", user, #""score_increase":\#(points)"#)
                    }
                }
                try await page.open("http://127.0.0.1:\(service.port)/boards/arena?window=daily")
                try await page.wait(
                    for: "\(Self.podium) === '1 bob,2 ada,3 cid' && \(Self.rows) === '' && \(BrowserPage.isLive)"
                )
                try await page.wait(for: "\(Self.notice) !== ''")
                try await service.play("arena", "eve", #""score_increase":2"#)
                try await page.wait(for: "\(Self.rows) === '1 eve' && \(Self.notice) === ''")
                try await page.wait(for: "document.querySelector('#past-seasons a')?.dataset.season === 'early'")
                try await page.evaluate("document.querySelector('#past-seasons a').click()")
                try await page.wait(for: "\(Self.rows) === '1 bob,2 ada,3 cid,4 dan'")
                #expect(try await page.evaluate("location.search") == "?window=daily&season=early")
                #expect(try await page.evaluate(Self.text("#remark")).contains("not live"))
                try await page.evaluate("history.back()")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows) === '1 eve'")
            }
        }
    }

    private static func standings(_ season: String, _ scoreboard: String, rest: String = "", type: String = "snapshot")
        -> String
    {
        #"{"type":"\#(type)","window":"weekly","season":"\#(season)","cursor":"7.weekly.\#(season):5"\#(rest),"scoreboard":\#(scoreboard)}"#
    }

    private static let top =
        #"[{"user_id":"ada","score":9},{"user_id":"bob","score":7},{"user_id":"cid","score":7},{"user_id":"dan","score":1}]"#

    @Test(
        "an end that the feed tells of leaves the first three beside the empty board, without a question, and is heard"
    )
    func told() async throws {
        // The page's clock is an hour wrong, in the eyes of the service.
        let now = Int(Date().timeIntervalSince1970 * 1000) + 3_600_000
        @Sendable func times(_ from: Int, _ until: Int) -> String {
            #","from":\#(from),"until":\#(until),"now":\#(now)"#
        }
        let running = Self.standings("2026-W48", Self.top, rest: times(now - 60_000, now + 2_990_000))
        let live = ScriptedLive(.webSocket, [], then: .init(messages: [running])) { part, query in
            if part == "" { return Self.definition }
            return part == "seasons" && query.values("before").isEmpty ? "[]" : nil
        }
        try await live.run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/?window=weekly")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows).startsWith('1 ada,2 bob')")
                #expect(try await page.evaluate(Self.text("#time-left")).hasPrefix("00:4"))
                #expect(try await page.evaluate("document.querySelector('#time-left').title").hasPrefix("Ends "))
                #expect(try await page.evaluate("document.querySelector('#seasons').hidden") == "true")
                #expect(try await page.evaluate(Self.text("#users")) == "4")
                live.send(Self.standings("2026-W48", Self.top, rest: times(now - 60_000, now), type: "season"))
                live.send(Self.standings("2026-W49", "[]", rest: times(now, now + 606_600_000)))
                try await page.wait(for: "\(Self.podium) === '1 ada,2 bob,3 cid' && \(Self.rows) === ''")
                try await page.wait(for: "\(Self.notice) === 'A new season has just begun.'")
                #expect(try await page.evaluate(Self.text("#time-left")) == "7 d 0 h left")
                // As soon as the rows are gone, and without a question.
                #expect(try await page.evaluate(Self.text("#users")) == "0")
                try await page.wait(for: "\(Self.text("#announcer")).includes('ada has won with 9 points.')")
                #expect(live.times.count == 1)
            }
        }
    }

    @Test("a window without a next season says that it has ended as soon as it has, and keeps its rows")
    func once() async throws {
        let now = Int(Date().timeIntervalSince1970 * 1000)
        let times = #","from":\#(now - 60_000),"until":\#(now + 600_000),"now":\#(now)"#
        let over = #","from":\#(now - 60_000),"until":\#(now),"now":\#(now + 1),"final":true,"next":null"#
        let running = Self.standings("once", Self.top, rest: times)
        let live = ScriptedLive(.webSocket, [], then: .init(messages: [running])) { part, _ in
            part == "" ? Self.definition.replacing(#""reset":"weekly""#, with: #""reset":"once""#) : nil
        }
        try await live.run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/?window=weekly")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows).startsWith('1 ada,2 bob')")
                live.send(Self.standings("once", Self.top, rest: over, type: "season"))
                live.send(Self.standings("once", Self.top, rest: over))
                try await page.wait(for: "\(Self.text("#time-left")) === 'Ended'")
                #expect(try await page.evaluate("\(Self.rows).startsWith('1 ada,2 bob')") == "true")
                // On a phone, each window is to be seen.
                try await page.resize(width: 390, height: 844)
                let isWhole = """
                    [...document.querySelectorAll("[role=tab]")].every((tab) => {
                      const { left, right } = tab.getBoundingClientRect();
                      return left >= 0 && right <= innerWidth && tab.scrollWidth <= tab.clientWidth;
                    })
                    """
                #expect(try await page.evaluate(isWhole) == "true")
            }
        }
    }

    @Test("a board that takes no updates any more has ended, also on a wall display: nobody leads, somebody has won")
    func over() async throws {
        let snapshot = #"{"type":"snapshot","cursor":"7:5","scoreboard":\#(Self.top)}"#
        let live = ScriptedLive(.webSocket, [], then: .init(messages: [snapshot])) { part, _ in
            part == "" ? String(Self.definition.dropLast()) + #","until":"2001-01-02T00:00:00Z"}"# : nil
        }
        try await live.run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/?display=tv")
                try await page.wait(for: "\(BrowserPage.isLive) && \(Self.rows).startsWith('1 ada,2 bob')")
                try await page.wait(for: "\(Self.text("#connection-text")) === 'Ended'")
                try await page.wait(for: "\(Self.text("#announcer")).includes('ada has won with 9 points.')")
                #expect(try await page.evaluate(Self.text("#screen-left")) == "Ended")
                #expect(try await !page.evaluate(Self.text("#announcer")).contains("Live"))
            }
        }
    }

    @Test("past seasons are listed in pages, and each shown in pages with its ranks: not live, and it says so")
    func past() async throws {
        let week = 604_800_000
        let first = 1_763_942_400_000
        let live = ScriptedLive(.webSocket, [], then: .init(messages: [])) { part, query in
            switch part {
            case "": return Self.definition
            case "seasons":
                let before = query.values("before").first.flatMap { Int($0) } ?? .max
                let all = (0..<9).map { (from: first - $0 * week, until: first - $0 * week + week, week: 48 - $0) }
                let page = all.filter { $0.until < before }.prefix(Int(query.values("limit").first ?? "") ?? 20)
                let seasons = page.map {
                    #"{"window":"weekly","season":"2025-W\#($0.week)","from":\#($0.from),"until":\#($0.until),"final":true,"users":12}"#
                }
                return "[\(seasons.joined(separator: ","))]"
            case "scoreboard":
                guard query.values("season").first == "2025-W46" || query.values("limit").first == "3" else {
                    return nil
                }
                let from = Int(query.values("offset").first ?? "0") ?? 0
                let rows = (from..<12).prefix(Int(query.values("limit").first ?? "") ?? 10).map {
                    #"{"user_id":"u\#($0 + 1)","score":\#(100 - $0),"rank":\#($0 + 1)}"#
                }
                return "[\(rows.joined(separator: ","))]"
            default: return nil
            }
        }
        try await live.run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/?window=weekly&season=2025-W46")
                let ten = (1...10).map { "\($0) u\($0)" }.joined(separator: ",")
                try await page.wait(for: "\(Self.rows) === '\(ten)'")
                #expect(try await page.evaluate(Self.text("#connection-text")) == "Past season")
                try await page.wait(
                    for: "\(Self.text("#remark")).includes('Nov 10') && \(Self.text("#users")) === '12'"
                )
                #expect(
                    try await page.evaluate(Self.text("#remark")).contains(
                        "Final standings, not live. Back to this week"
                    )
                )
                try await page.evaluate("document.querySelector('#pages a[rel=next]').click()")
                try await page.wait(for: "\(Self.rows) === '11 u11,12 u12'")
                #expect(try await page.evaluate("location.search") == "?window=weekly&season=2025-W46&offset=10")
                let listed =
                    "[...document.querySelectorAll('#past-seasons a')].map((link) => link.dataset.season).join()"
                #expect(try await page.evaluate(listed) == "2025-W48,2025-W47,2025-W46")
                try await page.evaluate("document.querySelector('#earlier').click()")
                try await page.wait(for: "\(listed) === '2025-W45,2025-W44,2025-W43'")
                try await page.evaluate("document.querySelector('#newest').click()")
                try await page.wait(for: "\(listed) === '2025-W48,2025-W47,2025-W46'")
                // One of which nothing is kept.
                try await page.evaluate("document.querySelector('#past-seasons a').click()")
                try await page.wait(for: "\(Self.notice) === 'Nothing is known of this season.' && \(Self.rows) === ''")
                #expect(live.times.isEmpty)
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }

    private static let seasons =
        #"[{"window":"weekly","season":"2025-W48","from":1763942400000,"until":1764547200000,"final":true,"users":12}]"#

    @Test(
        "a board that is frozen says since when, in each window, and has no past seasons; once it is opened, all is as before"
    )
    func frozen() async throws {
        let isFrozen = Mutex(true)
        let snapshot = #"{"type":"snapshot","cursor":"7:5","frozen":{"since":1795996800000},"scoreboard":\#(Self.top)}"#
        let live = ScriptedLive(.webSocket, [], then: .init(messages: [snapshot])) { part, _ in
            if part == "seasons" { return isFrozen.withLock { $0 } ? nil : Self.seasons }
            guard part == "" else { return nil }
            return isFrozen.withLock { $0 }
                ? String(Self.definition.dropLast()) + #","frozen":1795996800000}"# : Self.definition
        }
        try await live.run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/?window=weekly&season=2026-W40")
                try await page.wait(
                    for:
                        "\(BrowserPage.isLive) && \(Self.rows).startsWith('1 ada,2 bob') && location.search === '?window=weekly'"
                )
                #expect(try await page.evaluate(Self.text("#remark")).hasPrefix("Frozen since "))
                #expect(try await page.evaluate(Self.tabs) == "All time,Today,cup,*This week")
                #expect(try await page.evaluate("document.querySelector('#seasons').hidden") == "true")
                isFrozen.withLock { $0 = false }
                live.send(#"{"type":"snapshot","cursor":"7:9","scoreboard":\#(Self.top)}"#)
                try await page.wait(for: "document.querySelector('#remark').hidden")
                // What the board is, is asked for before the next stream at the latest.
                try await page.evaluate("(dispatchEvent(new Event('pagehide')), 0)")
                try await page.evaluate("(dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })), 0)")
                try await page.wait(for: "document.querySelector('#past-seasons a')?.dataset.season === '2025-W48'")
            }
        }
    }

    @Test("says how long a season still has, and when it ends, as people say it")
    func words() async throws {
        try await ScriptedLive(.webSocket, [], then: .init(messages: [])).run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/")
                let left = """
                    import("/assets/x/countdown.js").then(({ timeLeft }) =>
                      [-20_000, 0, 1, 1_000, 59_001, 3_600_000, 172_799_999, 172_800_000, 2_678_400_000].map(timeLeft).join())
                    """
                #expect(
                    try await page.evaluate(left)
                        == "Ended,Ending,00:00:01 left,00:00:01 left,00:01:00 left,01:00:00 left,48:00:00 left,2 d 0 h left,31 d 0 h left"
                )
                // By the browser's own zone: a midnight is the end of the day before.
                let end = """
                    import("/assets/x/season.js").then(({ Calendar }) => {
                      const calendar = new Calendar("No/Where");
                      return [new Date(2027, 1, 1), new Date(2027, 1, 1, 12, 30)].map((date) => calendar.end(date.getTime())).join(" | ");
                    })
                    """
                #expect(try await page.evaluate(end) == "Sunday, January 31, 24:00 | Monday, February 1, 12:30")
                let days = """
                    import("/assets/x/season.js").then(({ Calendar }) =>
                      [["UTC", 0, 604_800_000], ["Europe/Berlin", 1_774_738_800_000, 1_774_821_600_000], ["UTC", null, null]]
                        .map(([zone, from, until]) => new Calendar(zone).words({ id: "x", from, until })).join(" | ").replace(/\\u2009/g, " "))
                    """
                #expect(try await page.evaluate(days).hasPrefix("Jan 1 – 7, 1970 | Mar 29"))
                #expect(try await page.evaluate(days).hasSuffix(" | x"))
                let windows = """
                    import("/assets/x/season.js").then(({ readWindows }) => [
                      [{ name: "all" }, { name: "d", reset: "daily" }, { name: "e", reset: "daily" }, { name: "cup", reset: "cron 0 0 1 1 *" }],
                      [{ name: "<b>" }, null, { name: "x", reset: "toString" }, { name: "w", reset: ["weekly"] }], "many", null,
                    ].map((given) => readWindows(given).map(({ words }) => words).join()).join(" | "))
                    """
                #expect(try await page.evaluate(windows) == "All time,d,e,cup | x,This week | All time | All time")
            }
        }
    }
}
