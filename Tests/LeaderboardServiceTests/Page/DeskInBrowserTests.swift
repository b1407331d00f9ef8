import TestSupport
import Testing

@testable import LeaderboardService

/// Opens the desk and pastes an operator's token, as a moderator does.
func openDesk(_ service: RunningService, _ page: BrowserPage, _ query: String = "") async throws {
    try await page.open("http://127.0.0.1:\(service.port)/moderate\(query)")
    // The tab may have one.
    try await page.wait(for: "document.activeElement?.id === 'token' || document.querySelector('#connection') !== null")
    if try await page.evaluate("document.querySelector('#connection') === null") == "true" {
        try await pasteToken(service.token("ops", scope: "leaderboard:admin"), page)
    }
    try await page.wait(for: "document.querySelector('#connection')?.dataset.state === 'live'")
}

func pasteToken(_ token: String, _ page: BrowserPage) async throws {
    // The page gives it the focus when it listens.
    try await page.wait(for: "document.activeElement?.id === 'token'")
    try await page.type(token)
    try await page.press("Enter")
}

@Suite("The desk of moderators in a real browser", .serialized)
struct DeskInBrowserTests {
    static func text(_ part: String) -> String { "document.querySelector('\(part)').textContent" }
    private static let standings = """
        [...document.querySelectorAll("#standings-rows button")]
          .map((row) => [".rank", ".who bdi", ".score"].map((part) => row.querySelector(part).textContent).join(" ")).join()
        """
    private static let isAsking = "document.querySelector('#act').open"
    private static let marks =
        "[...document.querySelectorAll('#case-marks span')].map((mark) => mark.textContent).join()"
    private static let onHold = """
        [...document.querySelectorAll("#on-hold-rows button")]
          .map((row) => [...row.querySelectorAll("bdi")].map((part) => part.textContent).join(", ")).join("; ")
        """
    private static let facts = "[...document.querySelectorAll('#case-facts dd')].map((fact) => fact.textContent).join()"

    /// Writes a reason, and does the act that is open.
    private static func agree(_ reason: String, _ page: BrowserPage) async throws {
        try await page.wait(for: isAsking)
        try await page.evaluate("(document.querySelector('#act-reason').focus(), 0)")
        try await page.type(reason)
        try await page.wait(for: "document.querySelector('#act-go').getAttribute('aria-disabled') === 'false'")
        try await page.press("Enter")
        try await page.wait(for: "!\(isAsking)")
    }

    @Test("is nothing but a form for who has no token that operates, and says why; forgotten, nothing of it is left")
    func gate() async throws {
        try await withService { service, _ in
            _ = try await service.update("ada", 50, on: try await service.connect())
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/moderate?user=ada")
                let problem = Self.text("#token-problem")
                let isBare =
                    "!document.querySelector('#gate').hidden && !document.querySelector('#players, #connection, dialog') && sessionStorage.length === 0"
                #expect(try await page.evaluate(isBare) == "true")
                for (token, words) in [
                    ("no token", "That is no access token."), ("a.b.c", "The access token is not valid"),
                    (try service.token("eve"), "This needs a token with the scope leaderboard:admin."),
                    (try service.token("eve", scope: "leaderboard:report"), "This needs a token with the scope"),
                ] {
                    try await pasteToken(token, page)
                    try await page.wait(for: "\(problem).startsWith('\(words)') && \(isBare)")
                    #expect(try await page.evaluate("document.querySelector('#token').value") == "")
                    #expect(try await page.evaluate("document.body.innerText.includes('ada')") == "false")
                }
                try await pasteToken(service.token("ops", scope: "leaderboard:admin"), page)
                try await page.wait(for: "\(Self.facts) === '50,1,–'")
                // It is kept for the tab, in no address and no cookie.
                let kept =
                    "JSON.stringify([performance.getEntries().map((entry) => entry.name), location.href, localStorage, document.cookie])"
                #expect(try await page.evaluate("\(kept).includes('eyJ')") == "false")
                try await page.open("http://127.0.0.1:\(service.port)/moderate?user=ada&theme=dark")
                try await page.wait(for: "\(Self.facts) === '50,1,–'")
                try await page.evaluate("document.querySelector('#forget').click()")
                try await page.wait(for: "\(isBare) && !document.body.innerText.includes('ada')")
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }

    @Test("an operator's token that ends takes the desk away at the next request")
    func ends() async throws {
        try await withService(["JWT_LEEWAY_SECONDS": "0"]) { service, _ in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/moderate")
                try await pasteToken(
                    service.token("ops", lifetime: .seconds(12), scope: "leaderboard:admin"),
                    page
                )
                try await page.wait(for: "document.querySelector('#rising-again') !== null")
                let isGone = """
                    (() => {
                      document.querySelector("#rising-again")?.click();
                      return document.querySelector("#players") === null;
                    })()
                    """
                try await page.wait(for: isGone)
                try await page.wait(for: "\(Self.text("#token-problem")).includes('it has expired')")
            }
        }
    }

    @Test("a cheat appears live, is found, suspended, let back, and what was won by it taken back; the board is right")
    func cheat() async throws {
        try await withService(["TRUSTED_PROXIES": "127.0.0.0/8"]) { service, _ in
            let writer = try await service.connect()
            func score(_ user: String, _ points: Int, from address: String) async throws {
                let answer = try await service.update(user, points, on: writer, ["X-Forwarded-For": address])
                #expect(answer.status == 200)
            }
            try await score("ada", 50, from: "192.0.2.1")
            try await score("eve", 30, from: "192.0.2.9")
            try await score("mallory", 10, from: "203.0.113.6")
            try await withBrowser { page in
                try await openDesk(service, page)
                try await page.wait(for: "\(Self.standings) === '1 ada 50,2 eve 30,3 mallory 10'")
                // Between what was fair and what was not.
                let moment = try await page.evaluate("new Promise((done) => setTimeout(() => done(Date.now()), 20))")
                for _ in 1...3 { try await score("eve", 900, from: "203.0.113.6") }
                try await page.wait(for: "\(Self.standings) === '1 eve 2,730,2 ada 50,3 mallory 10'")
                try await page.evaluate("document.querySelector('#rising-again').click()")
                let rising = "document.querySelector('#rising-rows button')?.innerText.replace(/\\s+/g, ' ')"
                try await page.wait(for: "\(rising) === '+2,730 eve 4 updates from 2 addresses 2,730'")
                #expect(
                    try await page.evaluate(Self.text("#rising-note")).hasPrefix("By all 6 entries of the audit since")
                )

                // By keys alone: down the list and up again, and a user by name.
                try await page.press("/")
                for key in ["ArrowDown", "End", "ArrowUp"] { try await page.press(key) }
                #expect(try await page.evaluate("document.activeElement.dataset.key") == "ada")
                #expect(
                    try await page.evaluate("document.querySelectorAll('#standings-rows [tabindex=\"0\"]').length")
                        == "1"
                )
                try await page.press("/")
                try await page.type("eve")
                try await page.press("Enter")
                try await page.wait(for: "\(Self.facts) === '2,730,1,–' && document.activeElement.id === 'case'")
                let addresses =
                    "[...document.querySelectorAll('#case-addresses tbody tr')].map((row) => ['.address', 'td:nth-child(2)', 'td:nth-child(3)', 'td:last-child'].map((cell) => row.querySelector(cell).textContent.trim()).join(' ')).join()"
                try await page.wait(for: "\(addresses) === '203.0.113.6 3 2,700 mallory,192.0.2.9 1 30 nobody'")
                #expect(
                    try await page.evaluate(Self.text("#case-addresses-note")).contains(
                        "203.0.113.6: 4 entries, all there are"
                    )
                )
                try await page.wait(for: "document.querySelectorAll('#case-audit tbody tr').length === 4")
                #expect(
                    try await page.evaluate("document.querySelector('#case-chart svg').getAttribute('aria-label')")
                        .contains("from 30 to 2,730, by 4 entries")
                )

                try await page.press("s")
                try await page.wait(for: "\(Self.isAsking) && document.activeElement.id === 'act-reason'")
                #expect(try await page.evaluate(Self.text("#act-says")).contains("rank 1 with 2,730 points"))
                try await page.press("Enter")
                try await page.wait(for: "\(Self.text("#act-problem")).includes('A reason is needed')")
                #expect(try await service.shownRows().contains("eve"))
                try await Self.agree("impossible scores", page)
                try await page.wait(
                    for: "\(Self.marks) === 'Suspended' && \(Self.standings) === '1 ada 50,2 mallory 10'"
                )
                #expect(try await page.evaluate(Self.text("#done-rows li span")) == "eve is suspended. On main.")
                #expect(
                    try await service.shownRows()
                        == #"[{"user_id":"ada","score":50},{"user_id":"mallory","score":10}]"#
                )

                // Undone, by the opposite act, which asks for its own reason.
                try await page.evaluate("document.querySelector('#done-rows button').click()")
                try await page.wait(for: "\(Self.isAsking) && \(Self.text("#act-title")) === 'Reinstate eve'")
                try await page.press("Enter")
                try await page.wait(for: "\(Self.marks) === '' && \(Self.standings).startsWith('1 eve 2,730')")

                try await page.press("r")
                let preview = Self.text("#act-preview")
                try await page.wait(
                    for: "\(preview) === '4 updates with 2,730 points are taken back; the score becomes 0, now 2,730.'"
                )
                let since = """
                    import("/assets/x/desk-times.js").then(({ fieldOfTime }) => {
                      const field = document.querySelector("#revert-since");
                      field.value = fieldOfTime(\(moment));
                      field.dispatchEvent(new Event("input", { bubbles: true }));
                    })
                    """
                try await page.evaluate(since)
                try await page.wait(
                    for: "\(preview) === '3 updates with 2,700 points are taken back; the score becomes 30, now 2,730.'"
                )
                try await Self.agree("won by a bot", page)
                try await page.wait(
                    for: "\(Self.facts) === '30,2,–' && \(Self.standings) === '1 ada 50,2 eve 30,3 mallory 10'"
                )
                #expect(
                    try await service.shownRows()
                        == #"[{"user_id":"ada","score":50},{"user_id":"eve","score":30},{"user_id":"mallory","score":10}]"#
                )
                let audit = try await service.operate("GET", "/audit?user_id=eve&limit=3").body
                for part in ["revert", "won by a bot", "Undone: impossible scores", "suspend"] {
                    #expect(audit.contains(part))
                }
                #expect(audit.matches(of: /"actor":"ops"/).count == 3)
                #expect(await page.problems.map(\.description) == [])
            }
        }
    }

    @Test(
        "adjusts with a preview and back by the opposite, takes a name away and allows it, erases who was written out"
    )
    func acts() async throws {
        try await withService { service, redis in
            let writer = try await service.connect()
            _ = try await service.update("ada", 50, on: writer)
            _ = try await service.update("bob", 40, on: writer)
            try await redis.command("HSET", "lb:{main}:meta", "ada", #"{"name":"Rude Word"}"#)
            try await withBrowser { page in
                try await openDesk(service, page, "?user=ada")
                try await page.wait(for: "\(Self.facts) === '50,1,Rude Word'")
                try await page.press("a")
                try await page.wait(for: "\(Self.isAsking) && \(Self.text("#act-preview")).startsWith('Say how many')")
                try await page.evaluate(
                    "(document.querySelector('#adjust-kind').value = 'score_decrease', document.querySelector('#adjust-amount').focus(), 0)"
                )
                try await page.type("20")
                try await page.wait(for: "\(Self.text("#act-preview")) === 'From 50 to 30 (−20).'")
                try await Self.agree("a double report", page)
                try await page.wait(for: "\(Self.facts) === '30,2,Rude Word'")
                try await page.evaluate("document.querySelector('#done-rows button').click()")
                try await page.wait(for: "\(Self.text("#act-preview")) === 'From 30 to 50 (+20).'")
                #expect(try await page.evaluate(Self.text("#act-says")).contains("the opposite adjustment"))
                try await page.press("Enter")
                try await page.wait(for: "\(Self.facts) === '50,1,Rude Word' && !\(Self.isAsking)")

                try await page.press("n")
                try await Self.agree("rude", page)
                try await page.wait(for: "\(Self.facts) === '50,1,–' && \(Self.marks) === 'Name taken away'")
                try await page.press("n")
                try await Self.agree("asked for forgiveness", page)
                try await page.wait(for: "\(Self.marks) === ''")

                // Hidden, who goes on scoring, and shown again.
                try await page.press("h")
                try await Self.agree("a bot", page)
                try await page.wait(for: "\(Self.marks) === 'Hidden' && \(Self.standings) === '1 bob 40'")
                #expect(try await service.update("ada", 0, on: writer).status == 200)
                try await page.press("h")
                try await page.wait(for: "\(Self.isAsking) && \(Self.text("#act-title")) === 'Show ada again'")
                try await Self.agree("no bot", page)
                try await page.wait(for: "\(Self.marks) === '' && \(Self.facts) === '50,1,–'")

                // On hold, where updates wait, and off it by the undo.
                try await page.press("o")
                try await Self.agree("a close look", page)
                try await page.wait(for: "\(Self.marks) === 'On hold'")
                #expect(try await service.update("ada", 5, on: writer).status == 202)
                try await page.wait(
                    for: "document.querySelector('#held-rows')?.textContent.includes('on hold by ops: a close look')"
                )
                try await page.wait(for: "\(Self.onHold) === 'ada, ops, a close look'")
                #expect(try await page.evaluate(Self.text("#on-hold-note")) == "1: all that are.")
                // By the key on a row, or the button.
                for open in ["rows button').focus()", "acts button').click()"] {
                    try await page.evaluate("document.querySelector('#on-hold-\(open)")
                    if open.hasSuffix("focus()") { try await page.press("o") }
                    try await page.wait(for: "\(Self.isAsking) && \(Self.text("#act-title")) === 'Take ada off hold'")
                    try await page.press("Escape")
                    try await page.wait(for: "!\(Self.isAsking)")
                }
                try await page.evaluate("document.querySelector('#done-rows button').click()")
                try await page.wait(for: "\(Self.isAsking) && \(Self.text("#act-title")) === 'Take ada off hold'")
                try await page.press("Enter")
                try await page.wait(for: "\(Self.marks) === '' && !\(Self.isAsking)")
                try await page.wait(for: "\(Self.text("#on-hold-note")) === 'Nobody is on hold.'")
                #expect(try await page.evaluate(Self.onHold) == "")
                #expect(try await page.evaluate("document.querySelector('#on-hold-acts').hidden") == "true")
                #expect(try await service.update("ada", 0, on: writer).status == 200)

                // What the service refuses is told in its words, and the dialog stays.
                try await page.press("s")
                try await page.wait(for: "\(Self.isAsking) && document.activeElement.id === 'act-reason'")
                // A reason that nobody sees is none; with an invisible character in it, it can be mended at once.
                try await page.type(" \u{200B}")
                let isDisabled = "document.querySelector('#act-go').getAttribute('aria-disabled')"
                #expect(try await page.evaluate(isDisabled) == "true")
                try await page.type("a look")
                #expect(try await page.evaluate(isDisabled) == "false")
                try await page.evaluate("(document.querySelector('#act-go').focus(), 0)")
                try await page.press("Enter")
                try await page.wait(
                    for: "\(Self.text("#act-problem")) !== '' && document.activeElement.id === 'act-reason'"
                )
                try await page.evaluate("(document.querySelector('#act-reason').value = '', 0)")
                try await Self.agree("a look first", page)
                try await page.wait(for: "\(Self.marks) === 'Suspended'")
                try await page.press("a")
                try await page.wait(for: Self.isAsking)
                try await page.type("5")
                try await page.wait(
                    for:
                        "\(Self.text("#act-preview")).includes('suspended') && 'refused' in document.querySelector('#act-preview').dataset"
                )
                try await page.evaluate("document.querySelector('#act-reason').value = 'x'")
                try await page.press("Enter")
                try await page.wait(for: "\(Self.text("#act-problem")).includes('not done before')")
                try await page.press("Escape")
                try await page.wait(for: "!\(Self.isAsking)")

                try await page.press("e")
                try await page.wait(
                    for:
                        "\(Self.text("#act-preview")).startsWith('Kept of ada now: a score of 50, kept while suspended;')"
                )
                try await page.evaluate(
                    "(document.querySelector('#act-reason').value = 'asked for', document.querySelector('#act-typed').focus(), 0)"
                )
                try await page.type("ad")
                try await page.press("Enter")
                try await page.wait(for: "\(Self.text("#act-problem")) === 'Write ada to go on.'")
                #expect(try await service.operate("GET", "/users/ada").body.contains(#""withheld_score":50"#))
                try await page.type("a")
                try await page.press("Enter")
                try await page.wait(
                    for:
                        "!\(Self.isAsking) && \(Self.text("#done-rows li span")).includes('entries of the audit are under erased-')"
                )
                #expect(try await service.operate("GET", "/users/ada").body.contains(#""withheld_score":null"#))
                let isForgotten =
                    "document.querySelector('#case').hidden && document.querySelectorAll('#case-audit tbody tr').length === 0"
                try await page.wait(
                    for: "\(isForgotten) && !document.querySelector('#rising-rows').textContent.includes('ada')"
                )
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }
}

extension RunningService {
    fileprivate func shownRows() async throws -> String {
        try await connect().request("GET", "/api/v1/scoreboard").body
    }
}
