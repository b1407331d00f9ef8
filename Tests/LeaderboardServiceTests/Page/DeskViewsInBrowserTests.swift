import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The desk's audit and boards in a real browser", .serialized)
struct DeskViewsInBrowserTests {
    private static func text(_ part: String) -> String { DeskInBrowserTests.text(part) }
    private static let isAsking = "document.querySelector('#act').open"

    /// Does the act that is open.
    private static func agree(_ reason: String?, _ page: BrowserPage) async throws {
        try await page.wait(for: isAsking)
        if let reason { try await page.evaluate("document.querySelector('#act-reason').value = '\(reason)'") }
        try await page.evaluate("(document.querySelector('#act-form').requestSubmit(), 0)")
        try await page.wait(for: "!\(isAsking)")
    }

    private static func write(_ definition: String, _ page: BrowserPage) async throws {
        let write = """
            (() => {
              const text = document.querySelector("#definition-json");
              text.value = '\(definition)';
              text.dispatchEvent(new Event("input"));
              document.querySelector("#definition").requestSubmit();
            })()
            """
        try await page.evaluate(write)
    }

    @Test(
        "boards are made and changed by JSON and by fields, with what the service finds wrong; frozen, shown; seasons end"
    )
    func boards() async throws {
        try await withService { service, _ in
            try await service.define(
                "cup",
                #"{"title":"Cup","windows":[{"name":"all"},{"name":"round","reset":"manual"}]}"#
            )
            try await service.play("cup", "ada", #""score_increase":5"#)
            try await withBrowser { page in
                try await openDesk(service, page, "?board=cup&view=boards")
                try await page.wait(for: "\(Self.text("#definition-heading")) === 'cup'")
                try await page.wait(for: "document.querySelector('#definition-ties')?.value === 'id'")
                #expect(
                    try await page.evaluate(Self.text("#definition-words")).hasSuffix("Windows: all, round. Version 1.")
                )
                // A field writes the JSON, and what would change is told before it does.
                let choose = """
                    (() => {
                      const field = document.querySelector("#definition-visibility");
                      field.value = "private";
                      field.dispatchEvent(new Event("input"));
                      document.querySelector("#definition").requestSubmit();
                    })()
                    """
                try await page.evaluate(choose)
                try await page.wait(for: "\(Self.text("#act-says")).includes('visibility: \"public\" → \"private\"')")
                try await Self.agree(nil, page)
                try await page.wait(for: "\(Self.text("#definition-words")).endsWith('Version 2.')")
                // Somebody else was faster: nothing of theirs is lost.
                let windows = #""windows":[{"name":"all"},{"name":"round","reset":"manual"}]"#
                try await service.put("cup", #"{"title":"Other",\#(windows)}"#, ["If-Match": "\"2\""])
                try await Self.write(#"{"title":"Mine"}"#, page)
                try await page.wait(for: Self.isAsking)
                try await page.evaluate("(document.querySelector('#act-form').requestSubmit(), 0)")
                try await page.wait(for: "\(Self.text("#act-problem")).length > 20")
                #expect(try await service.operate("GET", "/boards/cup").body.contains("Other"))
                try await page.press("Escape")
                // All that is wrong is named.
                try await page.evaluate("document.querySelector('#boards-new').click()")
                try await page.evaluate("document.querySelector('#definition-name').value = 'level-1'")
                try await Self.write("{oops", page)
                try await page.wait(for: "\(Self.text("#definition-problem")).startsWith('That is no JSON object')")
                try await Self.write(#"{"order":"up","keep_days":0}"#, page)
                try await page.wait(for: Self.isAsking)
                try await page.evaluate("(document.querySelector('#act-form').requestSubmit(), 0)")
                try await page.wait(
                    for: "['order', 'keep_days'].every((part) => \(Self.text("#act-problem")).includes(part))"
                )
                try await page.press("Escape")
                try await Self.write(#"{"title":"Level <1>"}"#, page)
                try await Self.agree(nil, page)
                let rows = "[...document.querySelectorAll('#boards-rows bdi')].map((row) => row.textContent).join()"
                try await page.wait(
                    for: "\(rows) === 'Other,Level <1>,main' && \(Self.text("#definition-heading")) === 'level-1'"
                )
                #expect(try await page.evaluate(Self.text("#done-rows li span")) == "level-1 is made. On level-1.")

                try await openDesk(service, page, "?board=cup&view=boards&theme=dark")
                try await page.wait(for: "document.querySelector('#seasons-rows button') !== null")
                try await page.evaluate("document.querySelector('#seasons-rows button').click()")
                try await Self.agree("the round is over", page)
                try await page.wait(for: "\(Self.text("#seasons-rows")).includes('season 2')")
                try await page.wait(for: "\(Self.text("#freeze-acts")) === 'Freeze…'")
                try await page.evaluate("document.querySelector('#freeze-acts button').click()")
                try await Self.agree("the last hour", page)
                try await page.wait(for: "\(Self.text("#freeze-acts")) === 'Reveal…'")
                #expect(try await service.operate("GET", "/boards/cup").body.contains(#""frozen":"#))
                // An operator goes on seeing the board as it is.
                try await service.play("cup", "bob", #""score_increase":9"#)
                try await page.press("1")
                try await page.wait(for: "\(Self.text("#standings-rows")).includes('bob')")
                try await page.evaluate("[...document.querySelectorAll('#done-rows button')][0].click()")
                try await Self.agree(nil, page)
                #expect(try await !service.operate("GET", "/boards/cup").body.contains(#""frozen":"#))
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }

    @Test("the audit is filtered, read on, saved as files, and leads to who did it; one update is reverted from there")
    func audit() async throws {
        try await withService(["TRUSTED_PROXIES": "127.0.0.0/8", "RATE_LIMIT_UPDATES": "1000"]) { service, _ in
            let writer = try await service.connect()
            for turn in 1...130 {
                _ = try await service.update("ada", turn, on: writer, ["X-Forwarded-For": "192.0.2.1"])
                _ = try await service.update("bob", 1, on: writer, ["X-Forwarded-For": "192.0.2.2"])
            }
            _ = try await service.operate("POST", "/users/bob/suspend", #"{"reason":"=cmd, \"quoted\""}"#)
            try await withBrowser { page in
                try await openDesk(service, page, "?view=audit")
                let rows = "document.querySelectorAll('#audit-table tbody tr').length"
                try await page.wait(
                    for: "\(rows) === 200 && \(Self.text("#audit-table .note")).startsWith('200 entries: back to ')"
                )
                try await page.evaluate("document.querySelector('#audit-table .turn button').click()")
                try await page.wait(
                    for: "\(rows) === 261 && \(Self.text("#audit-table .note")) === '261 entries: all that match.'"
                )
                try await page.evaluate("document.querySelector('#audit-table [data-ip=\"192.0.2.1\"]').click()")
                try await page.wait(for: "\(rows) === 130 && document.querySelector('#audit-ip').value === '192.0.2.1'")
                // Live.
                _ = try await service.update("ada", 7, on: writer, ["X-Forwarded-For": "192.0.2.1"])
                let files = #"""
                    (async () => {
                      const { AuditReader } = await import("/assets/x/desk-audit.js");
                      const { asCSV, asNDJSON } = await import("/assets/x/desk-file.js");
                      const token = sessionStorage.getItem("moderator-token");
                      const read = (path, query) => fetch(`${path}?${new URLSearchParams(Object.entries(query).filter(([, value]) => value))}`,
                        { headers: { Authorization: `Bearer ${token}` } }).then((answer) => answer.json());
                      const reader = new AuditReader({ read, path: (board, part) => `/api/v1/admin/boards/${board}/${part}` }, "main", { user: "bob" });
                      await reader.more(100);
                      await reader.more(1000);
                      const lines = asCSV(reader.entries).split("\r\n");
                      const parsed = asNDJSON(reader.entries).trimEnd().split("\n").map((line) => JSON.parse(line));
                      return [reader.entries.length, reader.isDone, lines.length, lines[1].includes(`,ops,"'=cmd, ""quoted""",`), parsed.length, parsed[0].reason].join(" | ");
                    })()
                    """#
                #expect(try await page.evaluate(files) == #"131 | true | 133 | true | 131 | =cmd, "quoted""#)
                let save = """
                    (() => {
                      window.saved = null;
                      HTMLAnchorElement.prototype.click = function () { window.saved = `${this.download} ${this.protocol}`; };
                      [...document.querySelectorAll("#audit-table .turn button")].at(-1).click();
                      return window.saved;
                    })()
                    """
                #expect(try await page.evaluate(save) == "audit-main.ndjson blob:")

                try await page.evaluate("document.querySelector('#audit-table [data-user=ada]').click()")
                try await page.wait(for: "\(Self.text("#case-name")) === 'ada' && location.search === '?user=ada'")
                try await page.wait(for: "document.querySelectorAll('#case-audit tbody tr').length === 131")
                try await page.evaluate(
                    "document.querySelector('#case-audit tbody tr:nth-child(2) [data-seq]').click()"
                )
                try await page.wait(
                    for: "\(Self.text("#act-preview")).startsWith('1 update with 130 points is taken back')"
                )
                try await Self.agree("twice", page)
                let score = 130 * 131 / 2 + 7 - 130
                try await page.wait(for: "\(Self.text("#case-facts dd")) === (\(score)).toLocaleString('en-US')")
                #expect(await page.problems.map(\.description) == [])
            }
        }
    }

    @Test("who rises, from where, and how fast is reckoned from the audit, whatever stands in it")
    func reckoning() async throws {
        try await withService { service, _ in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/moderate")
                let found = """
                    (async () => {
                      const { readEntry } = await import("/assets/x/desk-audit.js");
                      const { rising } = await import("/assets/x/desk-rising.js");
                      const { addressesOf } = await import("/assets/x/desk-addresses.js");
                      const { Order } = await import("/assets/x/order.js");
                      const hour = 3_600_000;
                      const raw = [null, {}, { id: "x", action: "update" }, { id: "1-1", action: 5 },
                        { id: "9-9", time: 9 * hour, action: "unrevert", user_id: "dan", score_increase: 100, score: 760 },
                        { id: "9-8", time: 9 * hour, action: "release", user_id: "dan", score_increase: 60, score: 660, ip: "::5", actor: "ops", made_at: 7 * hour, reporter: "game-1" },
                        { id: "9-7", time: 9 * hour, action: "release", user_id: "dan", score_increase: 40, score: 600, ip: "::6", actor: "ops", made_at: 2 * hour },
                        { id: "9-0", time: 9 * hour, action: "update", user_id: "eve", score_increase: 500, score: 900, ip: "::1", hidden: true },
                        { id: "8-0", time: 8 * hour, action: "update", user_id: "eve", score_increase: 400, score: 400, ip: "::1" },
                        { id: "7-0", time: 1e300, action: "update", user_id: "eve", score_increase: 2 ** 60, ip: "::2" },
                        { id: "6-1", time: 6 * hour, action: "suspend", user_id: "bob", score_increase: 0 },
                        { id: "6-0", time: 6 * hour, action: "update", user_id: "bob", score_increase: 5, score: 5, ip: "::3", actor: "game-1" },
                        { id: "5-0", time: 5 * hour, action: "adjust", user_id: "bob", score_increase: 5000, score: 5000, ip: "::9", actor: "ops" },
                        { id: "4-1", time: 4 * hour, action: "reinstate", user_id: "cid", score_increase: 0 },
                        { id: "4-0", time: 4 * hour, action: "update", user_id: "cid", score_increase: -3, score: 1, ip: "::4", hidden: true }];
                      const entries = raw.map(readEntry).filter(Boolean);
                      const order = (text) => Order.read({ order: text, ties: "id" });
                      return JSON.stringify([
                        entries.length,
                        rising(entries, order("desc")).map(({ user, points, updates, score, mark }) => `${user} ${points} ${updates} ${score} ${mark}`),
                        rising(entries, order("desc"), 3 * hour).filter(({ user }) => user === "dan").map(({ points }) => points),
                        rising(entries, order("asc")).map(({ user, mark }) => user + mark),
                        addressesOf(entries).map(({ ip, reporter, updates, points, perHour }) => [ip, reporter, updates, points, perHour].join(" ")),
                      ]);
                    })()
                    """
                #expect(
                    try await page.evaluate(found)
                        == #"[11,["eve 900 2 900 hidden","dan 100 2 760 ","bob 5 1 5 suspended"],[60],["cid"],["::1  2 900 900","::3 game-1 1 5 ","::4  1 -3 ","::5 game-1 1 60 ","::6  1 40 "]]"#
                )
            }
        }
    }

    @Test(
        "can be read in both themes, and fits a screen and a phone",
        arguments: [("light", 1440), ("dark", 1440), ("light", 900), ("dark", 390)]
    )
    func looks(theme: String, width: Int) async throws {
        try await withService { service, redis in
            let writer = try await service.connect()
            for points in [5, 50, 500] { _ = try await service.update("eve", points, on: writer) }
            _ = try await service.update(String(repeating: "long-", count: 25), 7, on: writer)
            try await redis.command(
                "HSET",
                "lb:{main}:meta",
                "eve",
                #"{"name":"\#(String(repeating: "W", count: 60))"}"#
            )
            _ = try await service.operate(
                "POST",
                "/users/eve/suspend",
                #"{"reason":"\#(String(repeating: "x", count: 400))"}"#
            )
            try await withBrowser { page in
                try await page.resize(width: width, height: 900, isPhone: width < 500)
                try await openDesk(service, page, "?user=eve&theme=\(theme)")
                try await page.wait(for: "document.querySelectorAll('#case-audit tbody tr').length === 4")
                try await page.press("a")
                try await page.wait(for: Self.isAsking)
                for key in ["", "2", "3"] {
                    let low = try await page.evaluate("(() => { \(Contrast.script) \(Contrast.ofWords) })()")
                    #expect(low == "", "\(theme), \(key)")
                    let isWithin = "document.documentElement.scrollWidth <= innerWidth"
                    #expect(try await page.evaluate(isWithin) == "true", "\(width), \(key)")
                    if key.isEmpty {
                        try await page.press("Escape")
                        try await page.wait(for: "!\(Self.isAsking)")
                    }
                    if let next = ["": "2", "2": "3"][key] { try await page.press(next) }
                }
                // What a field, a list and a button are is told to who does not see them.
                let unnamed = """
                    [...document.querySelectorAll("input, select, textarea, button")].filter((part) => !part.closest("template")
                      && !(part.labels?.length || part.getAttribute("aria-label") || part.textContent.trim())).map((part) => part.id).join()
                    """
                #expect(try await page.evaluate(unnamed) == "")
                let ids = "[...document.querySelectorAll('[id]')].map((part) => part.id)"
                #expect(try await page.evaluate("new Set(\(ids)).size === \(ids).length") == "true")
                #expect(await page.problems.map(\.description) == [])
            }
        }
    }
}
