import Testing

@testable import Leaderboard
@testable import RedisClient

@Suite("The reply to a group of updates")
struct GroupReplyTests {
    private static let applied: RESPValue = .array([
        "applied".reply, .integer(200), .integer(121), .integer(1_795_580_834_809), .integer(1_000_000), .integer(0),
    ])
    private static let limit = RateLimit(updates: 60, interval: .seconds(60))

    /// What each update of a group makes of it.
    private static func outcomes(_ reply: RESPValue, count: Int) async -> [String] {
        await withCheckedContinuation { done in
            let told = Told(count: count) { done.resume(returning: $0) }
            var waiting = UpdateGroup.Waiting()
            for index in 0..<count {
                let continuation = ReplyContinuation { told.take($0, of: index) }
                if index == 0 { waiting.first = continuation } else { waiting.others.append(continuation) }
            }
            waiting.resume(.success(reply))
        }
    }

    /// One after the other, as nothing here leaves the task.
    private final class Told: @unchecked Sendable {
        private var words: [String?]
        private let done: ([String]) -> Void

        init(count: Int, _ done: @escaping ([String]) -> Void) {
            words = Array(repeating: nil, count: count)
            self.done = done
        }

        func take(_ reply: ReplyContinuation.Reply, of index: Int) {
            #expect(words[index] == nil, "told once")
            switch reply {
            case .failure(let error): words[index] = "\(error)"
            case .success(let value):
                let outcome = UpdateOutcome(reply: value, rateLimit: GroupReplyTests.limit)
                words[index] = outcome.map { String("\($0)".prefix { $0 != "(" }) } ?? "none"
            }
            let known = words.compactMap { $0 }
            if known.count == words.count { done(known) }
        }
    }

    @Test("tells each its own outcome, in order; an error among them is of that update")
    func each() async {
        let reply: RESPValue = .array([
            Self.applied, .array(["suspended".reply]), .error(RedisRefusal("NOAUDIT full")),
            .array(["rate_limited".reply, .integer(5)]),
            .array(["unchanged".reply, .integer(1), .integer(0), .integer(1), .integer(0), .integer(0)]),
            .array(["bad_op".reply]), .array(["bad_value".reply]), "-9007199254740991 12 1795580834809 1000000".reply,
        ])
        let told = await Self.outcomes(reply, count: 8)
        #expect(
            told == [
                "applied", "suspended", "refused: NOAUDIT", "rateLimited", "applied", "operatorNotAllowed",
                "valueNotAllowed", "applied",
            ]
        )
    }

    @Test("tells what was applied in a text of four numbers, and of no other")
    func texts() async {
        let bucket = Self.limit.state(fullIn: 1_000_000)
        #expect(
            UpdateOutcome(reply: "-5 12 1795580834809 1000000".reply, rateLimit: Self.limit)
                == .applied(
                    AppliedUpdate(
                        score: -5,
                        seq: 12,
                        rank: nil,
                        rateLimit: bucket,
                        isReplay: false,
                        time: 1_795_580_834_809
                    )
                )
        )
        for wrong in [
            "1", "1 2 3", "1 2 3 4 5", " 1 2 3 4", "1  2 3 4", "1 2 3 4 ", "1 2 3 x", "-", "1 - 3 4", "1 -2 3 4",
            "1 2 -3 4",
            "9007199254740992 1 1 1", "-9007199254740992 1 1 1", "1 99999999999999999 1 1", "1\t2 3 4", "1 2 3 4\0",
        ] {
            let told = await Self.outcomes(.array(["1 2 3 4".reply, wrong.reply, "1 2 3 4".reply]), count: 3)
            #expect(told == ["applied", "none", "applied"], "\(wrong)")
        }
    }

    @Test("that is one answer for all tells it to each", arguments: [1, 3])
    func all(count: Int) async {
        for (words, name) in [
            (["no_board"], "noBoard"), (["bad_definition"], "badDefinition"), (["board_changed", "2"], "boardChanged"),
        ] {
            let told = await Self.outcomes(.array(words.map(\.reply)), count: count)
            #expect(told == Array(repeating: name, count: count))
        }
    }

    @Test("that is neither tells each that nobody knows", arguments: [1, 2])
    func malformed(count: Int) async {
        let outcome = Self.applied
        let whole = Array(repeating: outcome, count: count)
        let wrong: [RESPValue] = [
            .null, .integer(1), "applied".reply, .array([]), .array([.null]), .array([.integer(1)]),
            .array(whole + [outcome]), .array(Array(whole.dropLast()) + [.integer(1)]),
            .array(Array(whole.dropLast()) + [.array([])]),
            .array(Array(whole.dropLast()) + [.array([.integer(1)])]),
            .array(Array(whole.dropLast()) + [.array([outcome])]),
            .array(Array(whole.dropLast()) + [.array([.array(["no_board".reply])])]),
            .array(["suspended".reply]), .array(["applied".reply]), .array(["no_board".reply, .integer(1)]),
            .array(["board_changed".reply]), .array(["board_changed".reply, .null]),
            .array(["board_changed".reply, "1".reply, "2".reply]), .array(["season_over".reply, .integer(1)]),
            outcome,
        ]
        for reply in wrong {
            // Those before the last one are well, unless the reply as a whole is not.
            let told = await Self.outcomes(reply, count: count)
            #expect(told == Array(repeating: "none", count: count), "\(reply)")
        }
    }

    @Test("of which one outcome is malformed tells the others theirs")
    func one() async {
        let fields = Self.applied.array ?? []
        var wrong: [[RESPValue]] = [
            ["no_board".reply], ["board_changed".reply, "1".reply], ["applied".reply],
            ["suspended".reply, .integer(1)],
            ["rate_limited".reply], ["rate_limited".reply, .null], ["unknown".reply], fields + [.integer(1)],
        ]
        for index in 1..<fields.count {
            for value: RESPValue in [.null, "x".reply, .array([]), .integer(.min)] {
                // A bucket is held to what it can be.
                if index == 4, value == .integer(.min) { continue }
                var fields = fields
                fields[index] = value
                wrong.append(fields)
            }
        }
        for fields in wrong {
            let told = await Self.outcomes(.array([Self.applied, .array(fields), Self.applied]), count: 3)
            #expect(told == ["applied", "none", "applied"], "\(fields)")
        }
    }
}

extension String {
    fileprivate var reply: RESPValue { .string(Array(utf8)) }
}
