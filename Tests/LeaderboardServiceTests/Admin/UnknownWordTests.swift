import Text
import Testing

@testable import LeaderboardService

@Suite("An unknown name in an operator's request")
struct UnknownWordTests {
    @Test(
        "is told with the one that may be meant, or with all that there are",
        arguments: [
            ("user", "user is no parameter here: is user_id meant?"),
            ("sinse", "sinse is no parameter here: is since meant?"),
            ("Until", "Until is no parameter here: is until meant?"),
            ("ids", "ids is no parameter here: there are user_id, ip, since, until, flagged, limit, after, cursor."),
            ("foo", "foo is no parameter here: there are user_id, ip, since, until, flagged, limit, after, cursor."),
            ("i", "i is no parameter here: is ip meant?"),
            (
                "\u{0}",
                "The empty name is no parameter here: there are user_id, ip, since, until, flagged, limit, after, cursor."
            ),
        ]
    )
    func told(name: String, text: String) throws {
        let unknown = try #require(UnknownWord(in: ["since", name], known: AuditQuery.parameters))
        #expect(unknown.text(as: "parameter") == text)
    }

    @Test("is shown no longer than any of ours, and without what could hide in it")
    func bounded() throws {
        let unknown = try #require(UnknownWord(in: ["\u{202E}" + String(repeating: "x", count: 5000)], known: []))
        #expect(unknown.text(as: "member") == String(repeating: "x", count: 64) + " is no member here: there is none.")
    }
}
