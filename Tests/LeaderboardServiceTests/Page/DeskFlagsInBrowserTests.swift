import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Flags and windows on the desk in a real browser", .serialized)
struct DeskFlagsInBrowserTests {
    private static func text(_ part: String) -> String { DeskInBrowserTests.text(part) }
    private static let flags = """
        [...document.querySelectorAll("#flags-rows button")].map((row) => [row.querySelector(".gain").textContent, row.querySelector("bdi").textContent,
          row.querySelector("small").textContent.split(" ")[0], row.querySelector(".score").textContent, row.querySelector(".taken-back") ? "reverted" : ""]
          .join(" ").trim()).join()
        """
    private static let standings = """
        [...document.querySelectorAll("#standings-rows button")]
          .map((row) => [".rank", ".who bdi", ".score"].map((part) => row.querySelector(part).textContent).join(" ")).join()
        """

    @Test(
        "what a rule flags comes up, leads to the user and their acts; reverted, it is marked, and nobody rises by it"
    )
    func flags() async throws {
        try await withService { service, _ in
            let rule = #"{"rule":"largest_jump","against":"own","points":100,"times":3,"action":"flag"}"#
            try await service.define("arena", #"{"increase_max":1000,"rules":[\#(rule)]}"#)
            try await service.play("arena", "ada", #""score_increase":50"#)
            try await withBrowser { page in
                try await openDesk(service, page, "?board=arena")
                try await page.wait(for: "\(Self.text("#flags-note")) === 'Nothing was flagged.'")
                try await service.play("arena", "eve", #""score_increase":900"#)
                try await service.play("arena", "eve", #""score_increase":20"#)
                try await page.wait(for: "\(Self.flags) === '+900 eve largest_jump #2'")
                #expect(try await page.evaluate(Self.text("#flags-note")) == "1: all that the audit has.")
                try await page.evaluate("document.querySelector('#flags-rows button').click()")
                let rows =
                    "[...document.querySelectorAll('#case-audit tbody tr')].map((row) => row.className + row.cells[1].textContent).join()"
                try await page.wait(for: "\(rows) === 'scored,scored flagged: largest_jump'")
                try await page.evaluate("document.querySelector('#case-audit [data-seq=\"2\"]').click()")
                try await page.wait(
                    for: "\(Self.text("#act-preview")).startsWith('1 update with 900 points is taken back')"
                )
                try await page.evaluate("document.querySelector('#act-reason').value = 'not believed'")
                try await page.evaluate("(document.querySelector('#act-form').requestSubmit(), 0)")
                try await page.wait(
                    for:
                        "\(rows) === 'by-handupdates taken back by opsnot believed,scored,taken-backscored reverted flagged: largest_jump'"
                )
                // Nobody takes it back once more.
                #expect(
                    try await page.evaluate(
                        "[...document.querySelectorAll('#case-audit [data-seq]')].map((one) => one.dataset.seq).join()"
                    ) == "3"
                )
                try await page.wait(for: "\(Self.flags) === '+900 eve largest_jump #2 reverted'")
                // It was right after all; and then it was not.
                func agree() async throws {
                    try await page.wait(
                        for: "document.querySelector('#act-go').getAttribute('aria-disabled') === 'false'"
                    )
                    try await page.evaluate("(document.querySelector('#act-form').requestSubmit(), 0)")
                }
                try await page.evaluate("document.querySelector('#done-rows button').click()")
                try await page.wait(
                    for: "\(Self.text("#act-preview")) === '1 update counts again (+900); the score becomes 920.'"
                )
                try await agree()
                try await page.wait(for: "\(rows).startsWith('by-handupdates count again')")
                try await page.wait(for: "\(rows).endsWith(',scored,scored flagged: largest_jump')")
                try await page.wait(for: "\(Self.flags) === '+900 eve largest_jump #2'")
                #expect(
                    try await page.evaluate("document.querySelector('#case-facts dd').textContent") == "920"
                )
                try await page.evaluate("document.querySelector('#case-audit [data-seq=\"2\"]').click()")
                try await page.wait(
                    for: "\(Self.text("#act-preview")).startsWith('1 update with 900 points is taken back')"
                )
                try await page.evaluate("document.querySelector('#act-reason').value = 'for good'")
                try await page.evaluate("document.querySelector('#act-reason').dispatchEvent(new Event('input'))")
                try await agree()
                try await page.wait(for: "document.querySelectorAll('#case-audit [data-back]').length === 3")
                try await page.wait(for: "\(Self.flags) === '+900 eve largest_jump #2 reverted'")
                let rising =
                    "[...document.querySelectorAll('#rising-rows button')].map((row) => row.innerText.replace(/\\s+/g, ' ')).join()"
                try await page.evaluate("document.querySelector('#rising-again').click()")
                try await page.wait(
                    for: "\(rising) === '+50 ada 1 update from 1 address 50,+20 eve 1 update from 1 address 20'"
                )
                // The board's audit, by what is flagged alone.
                try await page.press("2")
                let count = "document.querySelectorAll('#audit-table tbody tr').length"
                try await page.wait(for: "\(count) === 6")
                try await page.evaluate("document.querySelector('#audit-flagged').click()")
                try await page.wait(for: "\(count) === 1")
                // A board without such rules says so.
                try await openDesk(service, page)
                try await page.wait(for: "\(Self.text("#flags-note")) === 'No rule of this board flags updates.'")
                #expect(await page.problems.map(\.description) == [])
            }
        }
    }

    @Test(
        "what waits for review comes up with its evidence, and is released or rejected by a key, with a preview and a reason"
    )
    func held() async throws {
        try await withService { service, _ in
            let rule = #"{"rule":"largest_jump","against":"own","points":100,"times":3,"action":"hold"}"#
            try await service.define("arena", #"{"increase_max":1000,"rules":[\#(rule)]}"#)
            try await service.play("arena", "ada", #""score_increase":50"#)
            try await withBrowser { page in
                try await openDesk(service, page, "?board=arena")
                try await page.wait(for: "\(Self.text("#held-note")) === 'Nothing waits.'")
                for (user, points) in [("eve", 900), ("bob", 800), ("eve", 700)] {
                    let said = user == "eve" ? #","metadata":{"name":"Eva"}"# : ""
                    try await service.play("arena", user, "\"score_increase\":\(points)\(said)", status: 202)
                }
                let rows = """
                    [...document.querySelectorAll("#held-rows button")].map((row) => [row.querySelector(".gain").textContent, row.querySelector("bdi").textContent,
                      row.querySelector("small").textContent.split(" ")[0], row.querySelector(".score").textContent].join(" ")).join()
                    """
                try await page.wait(
                    for:
                        "\(rows) === '+900 eve largest_jump then – → 900,+800 bob largest_jump then – → 800,+700 eve largest_jump then – → 700'"
                )
                #expect(try await page.evaluate(Self.text("#held-rows .says")) == "name Eva")
                func agree(_ reason: String) async throws {
                    try await page.evaluate(
                        """
                        (() => {
                          const field = document.querySelector("#act-reason");
                          field.value = "\(reason)";
                          field.dispatchEvent(new Event("input"));
                        })()
                        """
                    )
                    try await page.wait(
                        for: "document.querySelector('#act-go').getAttribute('aria-disabled') === 'false'"
                    )
                    try await page.evaluate("(document.querySelector('#act-form').requestSubmit(), 0)")
                }
                // By a key on the row that has the focus.
                try await page.evaluate("document.querySelectorAll('#held-rows button')[1].focus()")
                try await page.press("l")
                try await page.wait(for: "\(Self.text("#act-preview")) === 'The score becomes 800 (+800).'")
                try await agree("was right")
                try await page.wait(for: "\(Self.standings) === '1 bob 800,2 ada 50'")
                try await page.wait(
                    for:
                        "\(Self.text("#done-rows")).includes('An update of bob was released: the score is 800 (+800).')"
                )
                // It counts as one of its user's, from where it came.
                let rising =
                    "[...document.querySelectorAll('#rising-rows button')].map((row) => row.innerText.replace(/\\s+/g, ' ')).join()"
                try await page.evaluate("document.querySelector('#rising-again').click()")
                try await page.wait(
                    for: "\(rising) === '+800 bob 1 update from 1 address 800,+50 ada 1 update from 1 address 50'"
                )
                // It is undone by a revert, from here or from its entry in the audit.
                let revert = "\(Self.text("#act-preview")).startsWith('1 update with 800 points is taken back')"
                try await page.evaluate("document.querySelector('#done-rows button').click()")
                try await page.wait(for: revert)
                try await page.press("Escape")
                try await page.wait(for: "!document.querySelector('#act').open")
                try await page.evaluate("document.querySelector('#rising-rows button').click()")
                try await page.wait(for: "document.querySelector('#case-audit [data-seq]') !== null")
                try await page.evaluate("document.querySelector('#case-audit [data-seq]').click()")
                try await page.wait(for: revert)
                try await agree("was not")
                try await page.wait(for: "\(Self.standings).startsWith('1 ada 50')")
                // One that is chosen opens its user; all of theirs by a button.
                try await page.evaluate("document.querySelector('#held-rows button').click()")
                try await page.wait(for: "\(Self.text("#case-name")) === 'eve'")
                // The focus is on the user then: the keys are of the one that is chosen all the same.
                try await page.press("l")
                try await page.wait(for: "\(Self.text("#act-preview")) === 'The score becomes 900 (+900).'")
                // Escape on a button of the dialog closes that alone.
                try await page.evaluate("document.querySelector('#act-cancel').focus()")
                try await page.press("Escape")
                try await page.wait(for: "!document.querySelector('#act').open")
                #expect(try await page.evaluate("document.querySelector('#case').hidden") == "false")
                try await page.press("L")
                try await page.wait(
                    for:
                        "\(Self.text("#act-preview")) === '2 updates of eve, together +1,600: the score becomes 1,600, unless a bound of the board holds some of it.'"
                )
                try await page.press("Escape")
                try await page.wait(for: "!document.querySelector('#act').open")
                try await page.evaluate("document.querySelector('#held-acts [data-act=X]').click()")
                try await page.wait(for: "\(Self.text("#act-preview")) === '2 updates of eve.'")
                try await agree("no")
                try await page.wait(for: "\(Self.text("#held-note")) === 'Nothing waits.'")
                #expect(
                    try await page.evaluate("document.querySelector('#held-acts').hidden && \(rows) === ''") == "true"
                )
                try await service.play("arena", "eve", #""score_increase":900"#, status: 202)
                try await page.wait(for: "\(rows).startsWith('+900 eve')")
                try await page.evaluate("document.querySelector('#held-rows button').focus()")
                try await page.press("L")
                try await page.wait(for: "\(Self.text("#act-preview")).startsWith('1 update of eve, together +900')")
                try await agree("yes")
                try await page.wait(
                    for: "\(Self.text("#done-rows")).includes('1 update of eve was released: the score is 900.')"
                )
                #expect(await page.problems.map(\.description) == [])
            }
        }
    }

    @Test("the standings are of a window that is chosen, live, or of a season that is over; the address keeps it")
    func windows() async throws {
        try await withService { service, _ in
            try await service.define("cup", #"{"windows":[{"name":"all"},{"name":"round","reset":"manual"}]}"#)
            try await service.play("cup", "ada", #""score_increase":5"#)
            _ = try await service.operate("POST", "/boards/cup/reset", #"{"window":"round","reason":"over"}"#)
            try await service.play("cup", "bob", #""score_increase":3"#)
            try await withBrowser { page in
                try await openDesk(service, page, "?board=cup")
                let options = "[...document.querySelectorAll('#window option')].map((option) => option.value).join()"
                try await page.wait(for: "\(options) === ',round,round 1'")
                try await page.wait(for: "\(Self.standings) === '1 ada 5,2 bob 3'")
                func choose(_ value: String) async throws {
                    try await page.evaluate(
                        """
                        (() => {
                          const select = document.querySelector("#window");
                          select.value = "\(value)";
                          select.dispatchEvent(new Event("change"));
                        })()
                        """
                    )
                }
                try await choose("round")
                try await page.wait(
                    for: "\(Self.standings) === '1 bob 3' && location.search === '?board=cup&window=round'"
                )
                try await service.play("cup", "cid", #""score_increase":9"#)
                try await page.wait(for: "\(Self.standings) === '1 cid 9,2 bob 3'")
                try await choose("round 1")
                try await page.wait(
                    for: "\(Self.standings) === '1 ada 5' && \(Self.text("#standings-note")) === 'Rows 1 to 1, final'"
                )
                let address = try await page.evaluate("location.search")
                #expect(address == "?board=cup&window=round&season=1")
                // Where a user stands in each, and stood.
                try await page.evaluate("document.querySelector('#standings-rows button').click()")
                let places =
                    "[...document.querySelectorAll('#case-seasons-rows li')].map((row) => row.textContent).join()"
                try await page.wait(for: "\(places) === 'round 2 runsnot in it,round 1 final5, rank 1 of 1'")
                try await openDesk(service, page, address)
                try await page.wait(
                    for: "\(Self.standings) === '1 ada 5' && document.querySelector('#window').value === 'round 1'"
                )
                // A season that is not there: the board.
                try await openDesk(service, page, "?board=cup&window=round&season=77")
                try await page.wait(
                    for:
                        "\(Self.standings).startsWith('1 cid 9,2 ada 5') && document.querySelector('#window').value === ''"
                )
                try await openDesk(service, page)
                try await page.wait(for: "document.querySelector('#windows').hidden")
                #expect(try await page.evaluate(Self.text("#connection-text")) == "Live")
                // What is over is not live.
                let over =
                    #"{"windows":[{"name":"all"},{"name":"cup","reset":"once"}],"from":"2001-01-01T00:00:00Z","until":"2001-01-02T00:00:00Z"}"#
                try await service.define("old", over)
                try await openDesk(service, page, "?board=old")
                try await page.wait(for: "\(Self.text("#connection-text")) === 'Over'")
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }
}
