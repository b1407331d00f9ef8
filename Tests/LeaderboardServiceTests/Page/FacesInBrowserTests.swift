import HTTPServer
import Synchronization
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Names, pictures and flags on the page in a real browser", .serialized)
struct FacesInBrowserTests {
    private static let definition =
        #"{"name":"main","title":"","order":"desc","ties":"id","visibility":"public","windows":[{"name":"all"}],"time_zone":"UTC"}"#
    private static let snapshot = #"""
        {"type":"snapshot","cursor":"7:5","scoreboard":[
          {"user_id":"mallory","score":900},{"user_id":"trudy","score":800},{"user_id":"ada","score":700},
          {"user_id":"bob","score":600},{"user_id":"eve","score":500}]}
        """#
    /// A name that is markup, one that turns the writing about, a picture that is not there, one that is none, and nothing at all.
    private static let faces = #"""
        [{"user_id":"mallory","score":900,"rank":1,"metadata":{"name":"<img src=x onerror=\"window.isHacked=1\">","country":"de"}},
         {"user_id":"trudy","score":800,"rank":2,"metadata":{"name":"abc\u202e321 \u2067cba","country":"<b>","avatar":"javascript:window.isHacked=1"}},
         {"user_id":"ada","score":700,"rank":3,"metadata":{"name":"Ada Lovelace","country":"GB","avatar":"https://127.0.0.1:9/ada.png"}},
         {"user_id":"bob","score":600,"rank":4,"metadata":["name"]},
         {"user_id":"eve","score":null,"rank":null}]
        """#

    private static func row(_ user: String, _ part: String) -> String {
        "document.querySelector('#standings [data-user=\"\(user)\"] \(part)')"
    }

    @Test(
        "are shown as what they are: hostile ones as text that moves nothing, a picture that does not load as initials"
    )
    func hostile() async throws {
        let live = ScriptedLive(.webSocket, [], then: .init(messages: [Self.snapshot])) { part, query in
            if part == "" { return Self.definition }
            return part == "scoreboard" && query.values("include") == ["metadata"] ? Self.faces : nil
        }
        try await live.run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/")
                try await page.wait(for: "\(Self.row("ada", ".name"))?.textContent === 'Ada Lovelace'")
                #expect(try await page.evaluate("\(Self.row("ada", ".name")).title") == "ada")
                #expect(
                    try await page.evaluate("\(Self.row("ada", ".flag")).getAttribute('aria-label')")
                        == "United Kingdom"
                )
                #expect(
                    try await page.evaluate("\(Self.row("mallory", ".name")).textContent")
                        == #"<img src=x onerror="window.isHacked=1">"#
                )
                // The initials are there from the beginning; the picture goes.
                try await page.wait(for: "document.querySelectorAll('#standings img').length === 0")
                #expect(try await page.evaluate("\(Self.row("ada", ".avatar")).textContent") == "AL")
                let initials =
                    "[...document.querySelectorAll('#standings .avatar')].map((part) => part.textContent).join()"
                #expect(try await page.evaluate(initials) == "<S,AC,AL,B,E")
                #expect(try await page.evaluate("document.querySelectorAll('.flag:not([hidden])').length") == "1")
                // Whatever the name says, all columns stand where they stand elsewhere.
                let places = """
                    new Set([...document.querySelectorAll("#standings .row")].map((row) =>
                      [".avatar", ".name", ".score"].map((part) => row.querySelector(part).getBoundingClientRect())
                        .map(({ left, right }, at) => Math.round(at === 2 ? right : left)).join())).size
                    """
                #expect(try await page.evaluate(places) == "1")
                let isolated = "getComputedStyle(\(Self.row("trudy", ".name"))).unicodeBidi"
                #expect(try await page.evaluate(isolated) == "isolate")
                // Who is followed is called by name, and found by id.
                try await page.evaluate("\(Self.row("ada", "button")).click()")
                #expect(try await page.evaluate("window.isHacked") == "undefined")
                let problems = await page.problems.filter { $0.source != "network" }
                #expect(problems.map(\.description) == [])
            }
        }
    }

    @Test("come with the feed where it tells of them: nobody is asked, and another name is there at once")
    func told() async throws {
        let snapshot = #"""
            {"type":"snapshot","cursor":"7:5","scoreboard":[
              {"user_id":"ada","score":700,"metadata":{"name":"Ada Lovelace"}},{"user_id":"bob","score":600,"metadata":null}]}
            """#
        let questions = Mutex(0)
        let live = ScriptedLive(.webSocket, [], then: .init(messages: [snapshot])) { part, _ in
            if part == "scoreboard" { questions.withLock { $0 += 1 } }
            return part == "" ? Self.definition : nil
        }
        try await live.run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/")
                try await page.wait(for: "\(Self.row("ada", ".name"))?.textContent === 'Ada Lovelace'")
                live.send(
                    #"{"type":"metadata","users":[{"user_id":"bob","metadata":{"name":"Bob","country":"GB"}},{"user_id":"ada","metadata":null}]}"#
                )
                try await page.wait(for: "\(Self.row("bob", ".name")).textContent === 'Bob'")
                try await page.wait(for: "\(Self.row("ada", ".name")).textContent === 'ada'")
                #expect(questions.withLock { $0 } == 0)
                #expect(live.queries.map { $0.values("include") } == [["metadata"]])
                // Of who comes later it tells, too; if not, they are asked for.
                live.send(
                    #"{"type":"changes","cursor":"7:6","from":6,"changes":[{"user_id":"cid","score":800,"score_increase":800,"seq":6}]}"#
                )
                try await until { questions.withLock { $0 } == 1 }
            }
        }
    }

    @Test("what is no name, no address, no country is none")
    func values() async throws {
        try await ScriptedLive(.webSocket, [], then: .init(messages: [])).run { port in
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(port)/")
                let read = #"""
                    import("/assets/x/face.js").then(({ readFace }) => [
                      null, 7, "name", [], {}, { name: "" }, { name: " " }, { name: "x".repeat(65) }, { name: 7 },
                      { avatar: "http://a.example/x" }, { avatar: "data:image/png;base64,x" }, { avatar: "//a.example/x" }, { avatar: "https://" },
                      { avatar: "https://a.example/" + "x".repeat(256) }, { country: "gb" }, { country: "GBR" }, { country: "G" }, { country: ["GB"] },
                    ].filter((metadata) => readFace(metadata) !== null).map((metadata) => JSON.stringify(metadata)).join())
                    """#
                #expect(try await page.evaluate(read) == "")
                let initials = #"""
                    import("/assets/x/face.js").then(({ initials }) =>
                      ["Ada Lovelace", "ada", "auth0|5f3c", "first.last+tag", "...", "\u202e\u202dx", "👩‍👩‍👧 x", "\u0300", "ß"].map(initials).join())
                    """#
                #expect(try await page.evaluate(initials) == "AL,A,A5,FL,.,X,👩‍👩‍👧X,,SS")
            }
        }
    }
}
