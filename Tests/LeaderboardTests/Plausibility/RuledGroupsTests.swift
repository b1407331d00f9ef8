import Board
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("Updates of a board with rules", .timeLimit(.minutes(5)))
struct RuledGroupsTests {
    static let rules = [
        #"{"rule":"points_limit","points":60,"interval":"4s","action":"refuse"}"#,
        #"{"rule":"points_limit","points":40,"interval":"8s","action":"flag","by":"all"}"#,
        #"{"rule":"least_time","interval":"1s","action":"flag","dry_run":true}"#,
        #"{"rule":"largest_jump","against":"own","points":10,"times":2,"action":"flag"}"#,
        #"{"rule":"largest_jump","against":"best","points":25,"action":"refuse"}"#,
        #"{"rule":"first_day_cap","points":150,"action":"refuse"}"#,
        #"{"rule":"users_per_address","users":4,"interval":"3s","action":"refuse"}"#,
    ]

    @Test(
        "in groups have the outcomes that they have one by one, and leave the same",
        arguments: ["id", "dense", "first"]
    )
    func groups(ties: String) async throws {
        try await withBoard { board in
            var random = SeededGenerator(seed: UInt64(ties.utf8.count))
            let users = ["a", "b", "c", "d", "e", "f"]
            let steps = (0..<60).map { _ in
                (
                    after: Int.random(in: 0...1_500_000, using: &random),
                    updates: (0..<Int.random(in: 1...7, using: &random)).map { _ in
                        (users.randomElement(using: &random) ?? "a", Int.random(in: 0...30, using: &random))
                    }
                )
            }
            var told: [[String]] = []
            var left: [[String]] = []
            for isGrouped in [false, true] {
                let ruled = try await RuledBoard(board, Self.rules.joined(separator: ","), #""ties":"\#(ties)","#)
                var (time, outcomes) = (0, [String]())
                for step in steps {
                    time += step.after
                    try await ruled.set(time)
                    if isGrouped {
                        outcomes += try await ruled.updates(step.updates)
                    } else {
                        for update in step.updates { outcomes += try await ruled.updates([update]) }
                    }
                }
                told.append(outcomes)
                #expect(try await ruled.verify().isSound)
                let counts = try await ruled.counts().map(String.init)
                var state = counts
                for user in users {
                    let pace = ruled.store.keys.pacePrefix + user
                    if case .string(let bytes)? = try? await board.command("GET", pace) { state.append("\(bytes)") }
                }
                left.append(state + (try await board.chainOfRuled()))
                #expect(!counts.contains("0"), "a rule was never met: \(counts)")
            }
            #expect(told[0] == told[1])
            #expect(left[0] == left[1])
        }
    }

    @Test("are refused to an instance that does not know the rules, with nothing written, and the other way round")
    func olderInstance() async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, Self.rules[0])
            let older = ScoreStore(board.store.functions, ruled.store.board.id, try without(ruled))
            let before = try await board.command("DBSIZE").integer
            let error = await #expect(throws: ScoreStoreError.self) {
                _ = try await older.apply(
                    BoardUpdate(user: UserID("ada"), .incr, 1),
                    origin: UpdateOrigin(ip: "", requestID: ""),
                    idempotencyKey: nil,
                    withRank: false,
                    on: board.loop
                )
            }
            #expect(error?.isSurelyNotExecuted == true)
            #expect(try await board.command("DBSIZE").integer == before)
            // Who knows an older definition than the one that holds is told so, and looks.
            try await board.command("SET", ruled.store.keys.board, #"{"version":"2"}"#)
            #expect(try await ruled.update("ada", 1).contains("boardChanged"))
        }
    }

    private func without(_ ruled: RuledBoard) throws -> BoardDefinition {
        var definition = ruled.store.board.definition
        definition.rules = []
        return definition
    }

    @Test("count also where what is kept for the rules is another writer's")
    func foreignState() async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, Self.rules.joined(separator: ","))
            let (pace, from) = (ruled.store.keys.pacePrefix + "ada", ruled.store.keys.addressPrefix + "192.0.2.1")
            for text in ["", "x", "\u{1}", "\u{7f}", String(repeating: "9", count: 1000)] {
                try await ruled.set(100_000_000)
                try await board.command("SET", pace, text)
                try await board.command("SET", from, "x")
                #expect(try await ruled.update("ada", 1).hasPrefix("applied"), "\(text)")
                #expect(try await board.command("TYPE", from).text == "zset")
                try await board.command("DEL", pace, from)
                try await board.command("LPUSH", pace, "x")
                #expect(try await ruled.update("ada", 1).hasPrefix("applied"))
                try await board.command("DEL", pace)
            }
        }
    }

    @Test("leave nothing of a user who is erased, and nothing of a board that is deleted with its data")
    func erased() async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, Self.rules.joined(separator: ","))
            _ = try await ruled.update("ada", 1)
            #expect(try await board.command("EXISTS", ruled.store.keys.pacePrefix + "ada").integer == 1)
            _ = try await ruled.store.erase(UserID("ada"), by: board.act(), on: board.loop)
            #expect(try await board.command("EXISTS", ruled.store.keys.pacePrefix + "ada").integer == 0)
            #expect(ruled.store.keys.named.contains(ruled.store.keys.met))
        }
    }
}

extension TestBoard {
    /// The end of the chain, which tells all of the audit but the ids of its entries; and the scores.
    fileprivate func chainOfRuled() async throws -> [String] {
        let keys = BoardKeys(board: "ruled")
        let rows = try await command("ZRANGE", keys.scores, "0", "-1", "WITHSCORES").array?.compactMap(\.text) ?? []
        return rows + [try await command("GET", keys.chain).text ?? "", try await command("GET", keys.seq).text ?? ""]
    }
}
