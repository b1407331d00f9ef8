import Board
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

/// What one user does at which time (microseconds), and what comes of it.
struct RuleCase: Sendable, CustomTestStringConvertible {
    let rule: String
    var members = ""
    var operation = BoardDefinition.Operator.incr
    let steps: [(at: Int, user: String, value: Int, outcome: String)]

    var testDescription: String { rule + members }

    private static let (second, hour) = (1_000_000, 3_600_000_000)

    static let all: [Self] = [
        .init(
            rule: #""rule":"points_limit","points":100,"interval":"1h","action":"refuse""#,
            steps: [
                (0, "ada", 101, "implausible points_limit"), (0, "ada", 100, "applied 100"),
                (0, "ada", 0, "applied 100"),
                (1, "ada", 1, "implausible points_limit"), (1, "bob", 100, "applied 100"),
                (hour, "ada", 1, "implausible points_limit"),
                // The quarter in which it was gained has gone by.
                (hour + hour / 4 - 1, "ada", 1, "implausible points_limit"),
                (hour + hour / 4, "ada", 60, "applied 160"),
                (hour + hour / 2, "ada", 40, "applied 200"),
                (2 * hour + hour / 4, "ada", 1, "implausible points_limit"),
                (2 * hour + hour / 2, "ada", 61, "implausible points_limit"),
                (2 * hour + hour / 2, "ada", 60, "applied 260"),
                // The clock was set back: by little, and by much.
                (2 * hour, "ada", 1, "implausible points_limit"), (0, "ada", 100, "applied 360"),
            ]
        ),
        .init(
            rule: #""rule":"points_limit","points":9007199254740991,"interval":"31d","action":"refuse""#,
            steps: [
                (0, "ada", 9_007_199_254_740_990, "applied 9007199254740990"),
                (0, "ada", 1, "applied 9007199254740991"),
            ]
        ),
        .init(
            rule: #""rule":"points_limit","points":10,"interval":"1s","action":"refuse""#,
            members: #""order":"asc","operators":["set"],"operator":"set","#,
            operation: .set,
            // Who comes has gained nothing; then, what brings the user down.
            steps: [
                (0, "ada", 500, "applied 500"), (0, "ada", 600, "applied 600"), (0, "ada", 590, "applied 590"),
                (0, "ada", 589, "implausible points_limit"), (2 * second, "ada", 580, "applied 580"),
            ]
        ),
        .init(
            rule: #""rule":"least_time","interval":"2s","action":"refuse""#,
            steps: [
                (0, "ada", 1, "applied 1"), (0, "bob", 1, "applied 1"), (0, "ada", 1, "implausible least_time"),
                (2 * second - 1, "ada", 1, "implausible least_time"), (2 * second, "ada", 1, "applied 2"),
                // What is refused begins nothing; nor is there time before the clock was set back.
                (3 * second, "ada", 1, "implausible least_time"), (4 * second, "ada", 0, "applied 2"),
                (5 * second, "ada", 1, "implausible least_time"), (0, "ada", 1, "applied 3"),
            ]
        ),
        .init(
            rule: #""rule":"least_time","interval":"1ms","action":"refuse""#,
            steps: [
                (0, "ada", 1, "applied 1"), (999, "ada", 1, "implausible least_time"), (1000, "ada", 1, "applied 2"),
            ]
        ),
        .init(
            rule: #""rule":"largest_jump","against":"own","points":10,"times":3,"action":"refuse""#,
            steps: [
                (0, "ada", 11, "implausible largest_jump"), (0, "ada", 10, "applied 10"), (0, "ada", 30, "applied 40"),
                (0, "ada", 91, "implausible largest_jump"), (0, "ada", 1, "applied 41"), (0, "ada", 90, "applied 131"),
                (0, "bob", 11, "implausible largest_jump"),
            ]
        ),
        .init(
            rule: #""rule":"largest_jump","against":"own","points":10,"times":3,"action":"flag""#,
            // What met the rule is none to be measured by.
            steps: [
                (0, "ada", 500, "applied 500 largest_jump flagged"),
                (0, "ada", 500, "applied 1000 largest_jump flagged"),
                (0, "ada", 10, "applied 1010"), (0, "ada", 30, "applied 1040"),
            ]
        ),
        .init(
            rule: #""rule":"largest_jump","against":"own","points":10,"times":3,"action":"hold""#,
            // What is held is none to be measured by, and is on no board.
            steps: [
                (0, "ada", 11, "held largest_jump held"), (0, "ada", 10, "applied 10"),
                (0, "ada", 31, "held largest_jump held"), (0, "ada", 30, "applied 40"), (0, "ada", 0, "applied 40"),
            ]
        ),
        .init(
            rule: #""rule":"points_limit","points":100,"interval":"1h","action":"hold""#,
            steps: [
                (0, "ada", 101, "held points_limit held"), (0, "ada", 100, "applied 100"),
                (hour + hour / 4 - 1, "ada", 1, "held points_limit held"),
                (hour + hour / 4, "ada", 60, "applied 160"),
            ]
        ),
        .init(
            rule: #""rule":"least_time","interval":"2s","action":"hold""#,
            // What is held begins nothing.
            steps: [
                (0, "ada", 1, "applied 1"), (2 * second - 1, "ada", 1, "held least_time held"),
                (2 * second, "ada", 1, "applied 2"),
            ]
        ),
        .init(
            rule: #""rule":"first_day_cap","points":20,"action":"hold""#,
            steps: [
                (0, "ada", 20, "applied 20"), (24 * hour - 1, "ada", 1, "held first_day_cap held"),
                (24 * hour, "ada", 1, "applied 21"),
            ]
        ),
        .init(
            rule: #""rule":"largest_jump","against":"best","points":50,"action":"hold","dry_run":true"#,
            steps: [(0, "bob", 1, "applied 1"), (0, "ada", 52, "applied 52 largest_jump dry_run")]
        ),
        .init(
            rule: #""rule":"largest_jump","against":"best","points":50,"action":"refuse""#,
            steps: [
                (0, "ada", 1000, "applied 1000"), (0, "bob", 1051, "implausible largest_jump"),
                (0, "bob", 1050, "applied 1050"),
                (0, "bob", 51, "implausible largest_jump"), (0, "bob", 50, "applied 1100"),
                (0, "ada", 150, "applied 1150"),
                (0, "cid", 1, "applied 1"),
            ]
        ),
        .init(
            rule: #""rule":"largest_jump","against":"best","points":0,"action":"refuse""#,
            members: #""order":"asc","ties":"first","operators":["best"],"operator":"best","#,
            operation: .best,
            steps: [
                (0, "ada", 70, "applied 70"), (0, "bob", 69, "implausible largest_jump"), (0, "bob", 70, "applied 70"),
                (0, "cid", 71, "applied 71"),
            ]
        ),
        .init(
            rule: #""rule":"first_day_cap","points":100,"action":"refuse""#,
            steps: [
                (0, "ada", 101, "implausible first_day_cap"), (second, "ada", 60, "applied 60"),
                (12 * hour, "ada", 40, "applied 100"), (12 * hour, "ada", 1, "implausible first_day_cap"),
                (24 * hour + second - 1, "ada", 1, "implausible first_day_cap"),
                (24 * hour + second, "ada", 500, "applied 600"), (50 * hour, "ada", 500, "applied 1100"),
                (50 * hour, "bob", 101, "implausible first_day_cap"),
            ]
        ),
        .init(
            rule: #""rule":"users_per_address","users":2,"interval":"16m","action":"refuse""#,
            steps: [
                (0, "ada", 1, "applied 1"), (0, "bob", 1, "applied 1"), (0, "cid", 1, "implausible users_per_address"),
                (60 * second - 1000, "ada", 1, "applied 2"), (60 * second, "bob", 1, "applied 2"),
                // The place of who came last within the first sixteenth is free behind the seventeenth.
                (17 * 60 * second - 1000, "cid", 1, "implausible users_per_address"),
                (17 * 60 * second, "cid", 1, "applied 1"),
                (17 * 60 * second, "ada", 1, "implausible users_per_address"),
                (17 * 60 * second, "bob", 1, "applied 3"),
            ]
        ),
    ]
}

@Suite("A rule of plausibility", .timeLimit(.minutes(5)))
struct RuleEdgesTests {
    @Test("holds at its edges, whatever the clock does")
    func edges() async throws {
        try await withBoard { board in
            for row in RuleCase.all {
                let ruled = try await RuledBoard(board, "{\(row.rule)}", row.members)
                for (place, step) in row.steps.enumerated() {
                    try await ruled.set(step.at)
                    let outcome = try await ruled.update(step.user, step.value, row.operation)
                    #expect(outcome == step.outcome, "\(row.rule), step \(place)")
                }
                let words = ["implausible", "flagged", "held", "dry_run"]
                let met = row.steps.filter { step in words.contains(where: step.outcome.contains) }
                #expect(try await ruled.counts() == [met.count], "\(row.rule)")
                let report = try await ruled.verify()
                #expect(report.isSound)
                // All that is kept of users goes away by itself.
                for kind in ["pace", "from"] {
                    for key in try await board.command("KEYS", "*:\(kind):*").array?.compactMap(\.text) ?? [] {
                        #expect(try await board.command("PTTL", key).integer ?? 0 > 0, "\(key)")
                    }
                }
            }
        }
    }

    @Test("flags, counts what it would do, or refuses; the first that refuses is told, and then nothing flags")
    func actions() async throws {
        try await withBoard { board in
            let rules = [
                #"{"rule":"points_limit","points":10,"interval":"1h","action":"flag"}"#,
                #"{"rule":"least_time","interval":"1s","action":"refuse","dry_run":true}"#,
                #"{"rule":"points_limit","points":20,"interval":"1h","action":"refuse"}"#,
                #"{"rule":"first_day_cap","points":20,"action":"refuse"}"#,
            ]
            let ruled = try await RuledBoard(board, rules.joined(separator: ","))
            #expect(try await ruled.update("ada", 11) == "applied 11 points_limit flagged")
            #expect(try await ruled.update("ada", 1) == "applied 12 least_time dry_run, points_limit flagged")
            #expect(try await ruled.update("ada", 9) == "implausible points_limit least_time dry_run")
            #expect(try await ruled.counts() == [2, 2, 1, 0])
            let entries = try await ruled.store.audit(AuditFilter(), before: nil, limit: 9, on: board.loop).entries
            #expect(entries.map(\.flags) == [["points_limit"], ["points_limit"]])
            #expect(entries.allSatisfy { $0.malformed.isEmpty })
            #expect(try await ruled.verify().isSound)
            var filter = AuditFilter()
            filter.isFlagged = true
            try await ruled.set(3_600_000_000 * 2)
            #expect(try await ruled.update("ada", 1) == "applied 13")
            #expect(try await ruled.store.audit(filter, before: nil, limit: 9, on: board.loop).entries.count == 2)
        }
    }

    @Test("leaves a refused update's key free, replays what counted without judging it, and takes a token of both")
    func keys() async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, #"{"rule":"least_time","interval":"1s","action":"refuse"}"#)
            #expect(try await ruled.update("ada", 5, key: "a") == "applied 5")
            #expect(try await ruled.update("ada", 5, key: "a") == "replayed 5")
            #expect(try await ruled.update("ada", 5, key: "b") == "implausible least_time")
            try await ruled.set(1_000_000)
            #expect(try await ruled.update("ada", 6, key: "b") == "applied 11")
            #expect(try await ruled.update("ada", 6, key: "b") == "replayed 11")
            #expect(try await ruled.counts() == [1])
        }
    }

    @Test(
        "is for what users report of themselves, or for services as well; an adjustment is neither judged nor counted"
    )
    func hands() async throws {
        try await withBoard { board in
            let service = OtherHand.service(try UserID("server"), RateLimit(updates: 100, interval: .seconds(1)))
            let act = OtherHand.operator(try UserID("ops"), try AuditReason("a test"))
            let rule = #""rule":"points_limit","points":10,"interval":"1h","action":"refuse""#
            var ruled = try await RuledBoard(board, "{\(rule)},{\(rule.replacing("10", with: "50")),\"by\":\"all\"}")
            #expect(try await ruled.update("ada", 30, by: service) == "applied 30")
            #expect(try await ruled.update("ada", 10) == "applied 40")
            #expect(try await ruled.update("ada", 1) == "implausible points_limit")
            #expect(try await ruled.update("ada", 11, by: service) == "implausible points_limit")
            #expect(try await ruled.update("ada", 10, by: service) == "applied 50")
            #expect(try await ruled.update("ada", 500, by: act) == "applied 550")
            #expect(try await ruled.counts() == [1, 1])
            // A service puts a user on the board: the first day of what the user reports begins then.
            ruled = try await RuledBoard(board, #"{"rule":"first_day_cap","points":10,"action":"refuse"}"#)
            #expect(try await ruled.update("ada", 500, by: service) == "applied 500")
            #expect(try await ruled.update("ada", 11) == "implausible first_day_cap")
            #expect(try await ruled.update("ada", 10) == "applied 510")
            #expect(try await ruled.update("eve", 1, by: act) == "applied 1")
            #expect(try await ruled.update("eve", 99) == "applied 100")
        }
    }
}
