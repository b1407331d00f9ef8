import Board
import NIOConcurrencyHelpers
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("A change of a board's ties")
struct TiesChangeTests {
    private static func names(_ rows: [String]) -> [String] { rows.map { String($0.prefix { $0 != " " }) } }

    @Test(
        "keeps the order of equals, of the suspended among them too, and newcomers get the place that the new ties give",
        arguments: BoardDefinition.Order.allCases
    )
    func order(_ order: BoardDefinition.Order) async throws {
        try await withBoard { one in
            for ties in BoardOrder.Ties.allCases where ties != .id {
                let board = LivingBoard(one, try BoardID("to-\(ties)"))
                try await board.define(.test(.id, order))
                for number in 0..<40 { try await board.update("user\(number)", .set, number % 3) }
                let before = try await board.rows()
                for number in 0..<40 where number % 5 == 0 { try await board.setSuspended(true, "user\(number)") }
                let changed = try await board.change(to: ties)
                #expect((changed.ties, changed.version) == (ties, "2"))
                for number in 0..<40 where number % 5 == 0 { try await board.setSuspended(false, "user\(number)") }
                let after = try await board.rows()
                #expect(Self.names(after) == Self.names(before), "\(ties)")
                #expect(
                    try await AuditVerification(board.store(), on: one.loop).run().isSound,
                    "the audit tells of no other order: \(ties)"
                )
                let shared = order == .desc ? 27 : 28
                let lastRank = ties == .dense ? 3 : ties == .shared ? shared : 40
                #expect(after.last?.hasSuffix(" \(lastRank)") == true, "\(after)")
                try await board.update("zz", .set, 1)
                let equals = try await Self.names(board.rows().filter { $0.contains(" 1 ") })
                switch ties {
                case .first: #expect(equals.last == "zz")
                case .last: #expect(equals.first == "zz")
                default: #expect(equals.sorted() == (order == .desc ? equals.reversed() : equals))
                }
                // And back: the order of ids again.
                try await board.change(to: .id)
                #expect(
                    try await Self.names(board.rows().filter { $0.contains(" 1 ") })
                        == equals.filter { $0 != "zz" }.inserting("zz", order)
                )
                #expect(try await one.command("EXISTS", BoardKeys(board: "to-\(ties)").at).integer == 0)
            }
            #expect(try await one.command("KEYS", "*restoring*").array?.isEmpty == true)
        }
    }

    @Test(
        "of main, which nobody has defined, while updates go on: each that was acknowledged counts, and seqs follow each other"
    )
    func underUpdates() async throws {
        try await withBoard { one in
            let board = LivingBoard(one)
            for number in 0..<400 { try await board.update("user\(number)", .incr, number % 4) }
            let counted = NIOLockedValueBox<[String: Int]>([:])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        var number = writer
                        while !Task.isCancelled {
                            let user = "user\(number % 397)"
                            guard case .applied = try await board.update(user, .incr, 1, loop: writer % 2) else {
                                continue
                            }
                            counted.withLockedValue { $0[user, default: 0] += 1 }
                            number += 8
                        }
                    }
                }
                group.addTask {
                    for number in 0..<1000 where !Task.isCancelled {
                        try await board.setSuspended(number % 2 == 0, "user\(397 + number / 2 % 3)")
                    }
                }
                for ties in [BoardOrder.Ties.first, .last, .dense, .first, .id] {
                    try await board.change(to: ties)
                    #expect(try await board.store().board.definition.ties == ties)
                }
                try await board.change(to: .first)
                group.cancelAll()
            }
            let expected = counted.withLockedValue { $0 }
            for number in 397..<400 { try await board.setSuspended(false, "user\(number)") }
            let rows = try await board.rows()
            #expect(rows.count == 400)
            for row in rows {
                let words = row.split(separator: " ").map(String.init)
                let start = (Int(words[0].dropFirst(4)) ?? 0) % 4
                #expect(Int(words[1]) == start + expected[words[0], default: 0], "\(row)")
            }
            let audit = try await one.wholeAudit()
            #expect(audit.compactMap(\.seq) == Array(1...audit.count))
            try Self.expectArrivals(rows, audit)
        }
    }

    /// Who reached a score after the last change of ties stands behind all others that have it, in the order of arrival.
    private static func expectArrivals(_ rows: [String], _ audit: [AuditEntry]) throws {
        let change = try #require(audit.last { $0.action == .ties }?.seq)
        var since: [String: Int] = [:]
        for entry in audit where entry.action == .update { since[entry.user] = entry.seq }
        var last: (score: Substring, since: Int) = ("", 0)
        for row in rows {
            let words = row.split(separator: " ")
            let arrival = max(since[String(words[0])] ?? 0, change)
            if words[1] == last.score { #expect(arrival >= last.since, "\(row)") }
            last = (words[1], arrival)
        }
    }

    @Test("begins anew, whatever one that was interrupted has left")
    func interrupted() async throws {
        try await withBoard { one in
            let board = LivingBoard(one)
            try await board.update("alice", .incr, 7)
            // Of another service, which counts no updates: more equals than the board has seqs.
            for start in stride(from: 0, to: 4000, by: 500) {
                var words = ["ZADD", one.keys.scores]
                for number in start..<(start + 500) { words += ["\(number % 2)", "user\(number)"] }
                var command = RedisCommand()
                for word in words { command.append(word) }
                _ = try await one.redis.send(command, on: one.loop)
            }
            let before = try await board.rows()
            try await one.command("ZADD", "lb:{main}:restoring:scores", "5", "ghost", "0", "user3")
            try await one.command("HSET", "lb:{main}:restoring:at", "ghost", "00000000000001")
            try await board.change(to: .first)
            #expect(try await board.rows() == before)
            try await board.update("newcomer", .incr, 1)
            #expect(try await board.rows().last { $0.contains(" 1 ") }?.hasPrefix("newcomer") == true)
            #expect(try await one.command("KEYS", "*restoring*").array?.isEmpty == true)
        }
    }
}

extension [String] {
    /// In the order of ids that the board's order makes of them.
    fileprivate func inserting(_ name: String, _ order: BoardDefinition.Order) -> [String] {
        let all = (self + [name]).sorted()
        return order == .desc ? all.reversed() : all
    }
}
