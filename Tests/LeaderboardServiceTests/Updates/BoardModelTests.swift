@testable import TestSupport
import Testing

@testable import LeaderboardService

/// Many clients at once, on boards with rules of their own, by one board and by several in a request. What the answers tell must be
/// what a model of each board tells when the updates are made one after the other, in the order of their seqs.
@Suite("Boards through HTTP, against a model", .timeLimit(.minutes(5)))
struct BoardModelTests {
    private struct Answer: Sendable, CustomStringConvertible {
        let board: Int
        let update: ModelUpdate
        let score: Int
        let rank: Int
        let seq: Int
        let isChange: Bool

        /// An increase of 0 has a seq of its own, though nothing is other than it was.
        var hasOwnSeq: Bool { isChange || update.operation == .incr && update.value == 0 }

        /// As the model says it.
        var outcome: String {
            "\(hasOwnSeq ? isChange ? "applied" : "applied_same" : "unchanged") \(score) \(seq) \(rank)"
        }

        var description: String { "board \(board): \(update): \(outcome)" }
    }

    private static let rules: [BoardRules] = BoardRules.Ties.allCases.flatMap { ties in
        [false, true].map { ascends in
            var rules = BoardRules()
            rules.ties = ties
            rules.ascends = ascends
            rules.operators = ascends ? [.best, .incr, .set, .decr] : [.incr, .decr, .set, .best]
            if ties == .first || ties == .dense {
                rules.scores = -2...9
                rules.clamps = ascends
            }
            return rules
        }
    }

    private static func update(using generator: inout SeededGenerator) -> ModelUpdate {
        let operation = BoardRules.Operator.allCases.randomElement(using: &generator) ?? .incr
        let range = operation == .incr || operation == .decr ? 0...3 : -3...12
        return ModelUpdate(
            user: "",
            operation: operation,
            value: .random(in: range, using: &generator),
            isRanked: true
        )
    }

    private static func change(_ update: ModelUpdate) -> String {
        switch update.operation {
        case .incr, nil: #""score_increase":\#(update.value)"#
        case .decr: #""score_decrease":\#(update.value)"#
        case .set, .best: #""score":\#(update.value),"operator":"\#(update.operation ?? .set)""#
        }
    }

    private static let clients = 24
    private static let requests = 20
    private static let users = 7

    /// One client's requests; of each update that was not refused, the answer.
    private static func play(_ seed: UInt64, _ service: RunningService) async throws -> [Answer] {
        var generator = SeededGenerator(seed: seed)
        let connection = try await service.connect()
        defer { connection.close() }
        var answers: [Answer] = []
        for _ in 0..<requests {
            let user = "user-\(Int.random(in: 0..<users, using: &generator))"
            let count = Bool.random(using: &generator) ? 1 : Int.random(in: 2...rules.count, using: &generator)
            let boards = rules.indices.shuffled(using: &generator).prefix(count)
            var updates: [ModelUpdate] = []
            for _ in boards {
                var update = update(using: &generator)
                update.user = user
                updates.append(update)
            }
            let members = zip(boards, updates).map { #"{"board":"b\#($0)",\#(change($1))}"# }
            let isOne = count == 1
            let response = try await connection.request(
                "POST",
                isOne ? "/api/v1/boards/b\(boards[0])/score/update" : "/api/v1/score/updates",
                [
                    "Authorization": "Bearer \(service.token(user))", "Content-Type": "application/json",
                    "Prefer": "return=representation",
                ],
                body: isOne
                    ? #"{"user_id":"\#(user)",\#(change(updates[0]))}"#
                    : #"{"user_id":"\#(user)","updates":[\#(members.joined(separator: ","))]}"#
            )
            let json = try #require(response.json)
            let results = isOne ? [json] : json["results"] as? [[String: Any]] ?? []
            try #require(results.count == count, "\(response.body)")
            for (result, (board, update)) in zip(results, zip(boards, updates)) {
                guard result["status"] as? String == "success" else {
                    #expect(result["code"] as? String == "score_limit", "\(update): \(response.body)")
                    continue
                }
                answers.append(
                    Answer(
                        board: board,
                        update: update,
                        score: try #require(result["score"] as? Int),
                        rank: try #require(result["rank"] as? Int),
                        seq: try #require(result["seq"] as? Int),
                        isChange: try #require(result["changed"] as? Bool)
                    )
                )
            }
        }
        return answers
    }

    @Test(
        "every answer is what the board was at its seq, and no seq is missing",
        arguments: [UInt64.random(in: 0...999_999)]
    )
    func model(seed: UInt64) async throws {
        try await withService { service, redis in
            for (number, rules) in Self.rules.enumerated() {
                try await redis.command("SET", "lb:{b\(number)}:board", rules.json)
            }
            let answers = try await withThrowingTaskGroup { group in
                for client in 0..<Self.clients {
                    group.addTask { try await Self.play(seed &+ UInt64(client) &* 1_000_003, service) }
                }
                return try await group.reduce(into: [Answer]()) { $0 += $1 }
            }
            for (number, rules) in Self.rules.enumerated() {
                let own = answers.filter { $0.board == number }.sorted { one, other in
                    one.seq == other.seq ? one.hasOwnSeq && !other.hasOwnSeq : one.seq < other.seq
                }
                #expect(own.filter(\.hasOwnSeq).map(\.seq) == Array(1...max(1, own.count(where: \.hasOwnSeq))))
                var model = BoardModel(rules)
                for answer in own {
                    let expected = model.write(answer.update)
                    #expect(answer.outcome == expected, "seed \(seed), \(rules): \(answer)")
                    if answer.outcome != expected { break }
                }
                let board = try await service.connect().request("GET", "/api/v1/boards/b\(number)/scoreboard?limit=100")
                let rows = model.standings.map { #"{"user_id":"\#($0.user)","score":\#($0.score),"rank":\#($0.rank)}"# }
                #expect(board.body == "[\(rows.joined(separator: ","))]", "seed \(seed), \(rules)")
                #expect(try await redis.command("XLEN", "lb:{b\(number)}:audit") == "\(model.seq)")
            }
        }
    }
}
