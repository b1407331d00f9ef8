import Foundation
import Leaderboard
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The file of webhook endpoints")
struct WebhookFileTests {
    private static let secret = HookReceiver.secret

    @Test("says whom to tell of what")
    func endpoints() throws {
        let secrets = try TemporaryFile("\(Self.secret)\n\n  \(WebhookSecret.made())  \n")
        let json = """
            [{"url":"https://a.example/","secret":"\(Self.secret)"},
             {"url":"https://b.example/","secret_file":"\(secrets.path)","boards":["weekly-*","main"],
              "events":["board.overtaken","board.new_leader"],"top":3},
             {"url":"https://c.example/","secret":["\(Self.secret)"],"boards":"*"}]
            """
        let endpoints = try WebhookFile(json: Array(json.utf8), allowsHTTP: false).endpoints
        #expect(endpoints.map(\.secrets.count) == [1, 2, 1] && endpoints.map(\.top) == [10, 3, 10])
        #expect(Set(endpoints.map(\.id)).count == 3 && endpoints.allSatisfy { $0.id.utf8.count == 32 })
        let boards = try ["main", "weekly-1", "weekly", "other"].map { try BoardID($0) }
        #expect(boards.map { endpoints[0].wants(.seasonEnded, of: $0) } == [true, false, false, false])
        #expect(boards.map { endpoints[1].wants(.overtaken, of: $0) } == [true, true, false, false])
        #expect(boards.map { endpoints[2].wants(.seasonEnded, of: $0) } == [true, true, true, true])
        #expect(!endpoints[1].wants(.seasonEnded, of: .main) && !endpoints[0].wants(.newLeader, of: .main))
    }

    @Test(
        "is refused with all that is wrong, and without a value of it",
        arguments: [
            ("", "no JSON"), ("{}", "must be a JSON list"), ("[]", "must be a JSON list"),
            ("[1]", "endpoint 1: must be an object"),
            (#"[{"secret":"SECRET"}]"#, "url must be a text"),
            (#"[{"url":"http://a/","secret":"SECRET"}]"#, "WEBHOOKS_ALLOW_HTTP"),
            (#"[{"url":"https://a/"}]"#, "needs either secret or secret_file"),
            (#"[{"url":"https://a/","secret":"SECRET","secret_file":"/x"}]"#, "needs either secret or secret_file"),
            (#"[{"url":"https://a/","secret":"hush"}]"#, "a secret must be whsec_"),
            (#"[{"url":"https://a/","secret":[]}]"#, "needs 1 to 8 secrets"),
            (#"[{"url":"https://a/","secret":7}]"#, "secret must be a text or a list of texts"),
            (#"[{"url":"https://a/","secret_file":"/nowhere/hush"}]"#, "the secret_file is not there"),
            (#"[{"url":"https://a/","secret":"SECRET","board":"x"}]"#, "board is no member here: is boards meant?"),
            (#"[{"url":"https://a/","secret":"SECRET","boards":["A"]}]"#, "boards must be names"),
            (#"[{"url":"https://a/","secret":"SECRET","boards":[]}]"#, "boards must be 1 to 1000 names"),
            (#"[{"url":"https://a/","secret":"SECRET","events":["season.end"]}]"#, "is season.ended meant?"),
            (#"[{"url":"https://a/","secret":"SECRET","events":["ping"]}]"#, "ping is no event here"),
            (#"[{"url":"https://a/","secret":"SECRET","events":[]}]"#, "events must name one or more"),
            (#"[{"url":"https://a/","secret":"SECRET","top":101}]"#, "top must be a whole number from 1 to 100"),
            (
                #"[{"url":"https://a/","secret":"SECRET"},{"url":"https://A/","secret":"SECRET"}]"#,
                "endpoint 2: has the url of another one"
            ),
            (#"[{"url":"https://a/"},{"url":"x","secret":"SECRET"}]"#, "endpoint 2: url"),
        ]
    )
    func faults(json: String, fault: String) {
        let text = json.replacing("SECRET", with: Self.secret)
        do {
            _ = try WebhookFile(json: Array(text.utf8), allowsHTTP: false)
            Issue.record("it is taken")
        } catch {
            #expect("\(error)".contains(fault), "\(error)")
            #expect(!"\(error)".contains("hush") && !"\(error)".contains(Self.secret.dropFirst(6)))
        }
    }

    @Test("keeps the service from starting where it is wrong, and costs nothing where it is not set")
    func settings() throws {
        let file = try TemporaryFile("[]")
        #expect(throws: InvalidSettings.self) {
            try ServiceConfiguration(testSettings(["WEBHOOKS_FILE": file.path]))
        }
        #expect(throws: InvalidSettings.self) {
            try ServiceConfiguration(testSettings(["WEBHOOKS_FILE": "/nowhere"]))
        }
        #expect(try ServiceConfiguration(testSettings()).webhooks == nil)
    }
}
