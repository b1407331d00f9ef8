import Board
import Testing

@testable import Leaderboard

@Suite("What an event tells of windows")
struct WindowScoresTests {
    private static func event(_ windows: String) -> String {
        #"{"user_id":"a","score":9,"score_increase":5\#(windows),"seq":7,"epoch":"1","time":5}"#
    }

    @Test(
        "is read alike by the scanner of our own and by the reader of all",
        arguments: [
            (event(""), nil), (event(#","windows":[5]"#), WindowScores([5])),
            (event(#","windows":[0,-5,9007199254740991,7]"#), WindowScores([0, -5, 9_007_199_254_740_991, 7])),
            (event(#","windows":[5,6],"window_increases":[1,-6]"#), WindowScores([5, 6], increases: [1, -6])),
            (
                event(#","windows":[5,6],"of":"daily 2026-11-27;weekly 2026-W48""#),
                WindowScores([5, 6], seasons: ["daily 2026-11-27", "weekly 2026-W48"])
            ),
            (event(#","windows":null,"window_increases":null,"of":null"#), nil),
        ] as [(String, WindowScores?)]
    )
    func reads(json: String, windows: WindowScores?) throws {
        #expect(try Change(json: Array(json.utf8)).windows == windows)
        let spaced = json.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ", ")
        #expect(try Change(json: Array(#"{"x":1,\#(spaced.dropFirst())"#.utf8)).windows == windows)
    }

    @Test("of a group is in each of its updates, and in which seasons in the group")
    func group() throws {
        let json =
            #"{"from":6,"updates":[{"user_id":"a","score":9,"score_increase":5,"windows":[1,2]},"#
            + #"{"user_id":"b","score":8,"score_increase":5,"windows":[3,4]}],"of":"d 1;w 2","seq":7,"epoch":"1","time":5}"#
        guard case .group(let group) = try BoardEvent(json: Array(json.utf8)) else {
            Issue.record("no group")
            return
        }
        #expect(
            group.updates.map(\.windows) == [
                WindowScores([1, 2], seasons: ["d 1", "w 2"]), WindowScores([3, 4], seasons: ["d 1", "w 2"]),
            ]
        )
        let own = json.split(separator: #","of":"d 1;w 2""#).joined()
        guard case .group(let plain) = try BoardEvent(json: Array(own.utf8)) else {
            Issue.record("no group")
            return
        }
        #expect(plain.updates.map(\.windows) == [WindowScores([1, 2]), WindowScores([3, 4])])
    }

    @Test(
        "is refused where it is not as many whole numbers as there may be windows",
        arguments: [
            #","windows":[]"#, #","windows":[1,2,3,4,5]"#, #","windows":[1.5]"#, #","windows":["1"]"#,
            #","windows":7"#, #","windows":[9007199254740992]"#, #","windows":[1,]"#, #","windows":[1"#,
            #","windows":[1],"window_increases":[1,2]"#, #","windows":[1],"window_increases":7"#,
            #","windows":[1],"of":"d 1;w 2""#, #","windows":[1],"of":7"#,
            #","windows":[1],"of":""# + String(repeating: "x", count: 641) + #"""#,
        ]
    )
    func refused(windows: String) {
        #expect(throws: InvalidScoreEvent.self) { try Change(json: Array(Self.event(windows).utf8)) }
    }
}
