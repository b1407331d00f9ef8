import Board
import Leaderboard
import RedisClient
import Testing

@Suite("An audit of which entries were removed")
struct LostAuditTests {
    @Test(
        "at the beginning, be it all, is no audit that was trimmed",
        arguments: ["DEL", "XDEL", "XTRIM", "restarted"]
    )
    func removed(how: String) async throws {
        try await withBoard { board in
            for number in 0..<30 { _ = try await board.applied("user\(number % 7)", number) }
            if how == "restarted" { try await board.command("FUNCTION", "FLUSH") }
            let entries = try await board.audit()
            switch how {
            case "XDEL":
                for entry in entries.prefix(15) {
                    try await board.command("XDEL", board.keys.audit, entry.id.description)
                }
            case "XTRIM": try await board.command("XTRIM", board.keys.audit, "MAXLEN", "29")
            default: try await board.command("DEL", board.keys.audit)
            }
            _ = try await board.applied("user1", 1)
            let there = try #require(try await board.command("XLEN", board.keys.audit).integer)
            let report = try await board.verify()
            #expect(report.faults == [.removed(entries: there, expected: 31)])
            #expect(!report.isSound)
        }
    }

    @Test("to the length that it is trimmed to is sound, also where erasures and other lengths came between")
    func trimmed() async throws {
        try await withBoard(.trimmed(20)) { board in
            try await board.command("CONFIG", "SET", "stream-node-max-entries", "1")
            for number in 0..<50 { _ = try await board.applied("user\(number % 7)", number) }
            #expect(try await board.command("XLEN", board.keys.audit).integer == 20)
            #expect(try await board.verify().isSound)
            for user in ["user1", "user2"] {
                _ = try await board.store.erase(UserID(user), by: board.act(), on: board.loop)
                #expect(try await board.verify().isSound)
            }
            try await withBoard(.trimmed(100), on: board.server) { longer in
                for number in 0..<10 { _ = try await longer.applied("user\(number % 7)", number) }
                #expect(try await longer.command("XLEN", board.keys.audit).integer ?? 0 >= 30)
                #expect(try await longer.verify().isSound)
                try await longer.command("XTRIM", board.keys.audit, "MAXLEN", "25")
                #expect(try await longer.verify().faultCount == 1)
            }
            // The longer one is forgotten: only what is left of it may be there.
            for number in 0..<50 { _ = try await board.applied("user\(number % 7)", number) }
            #expect(try await board.verify().isSound)
            _ = try await board.restore(board.backup())
            #expect(try await board.verify().isSound)
        }
    }

    @Test("comes back from a backup, with what was added since", arguments: [0, 1, 700])
    func comesBack(since: Int) async throws {
        try await withBoard { board in
            for number in 0..<30 { _ = try await board.applied("user\(number % 7)", number) }
            _ = try await board.revert(.update(seq: 7))
            let lines = try await board.backup()
            try await board.command("DEL", board.keys.audit, board.keys.reverted)
            for number in 0..<since { _ = try await board.applied("user\(number % 7)", 1) }
            let scores = try await board.scores()
            #expect(try await !board.verify().isSound)
            #expect(try await board.verify(lines).faultCount == 0)
            #expect(try await board.repair(lines) == RepairSummary(entries: 31))
            let report = try await board.verify()
            #expect(report.isSound && report.isWhole, "\(report)")
            #expect(report.entries == 31 + since + 1)
            #expect(try await board.scores() == scores)
            #expect(try await board.revert(.update(seq: 7))?.updates == 0)
            _ = try await board.applied("user1", 1)
            #expect(try await board.verify().isSound)
        }
    }

    @Test(
        "with changes that the backup does not have goes on where it ended, and records what users have",
        arguments: [true, false],
        [0, 3]
    )
    func lostChanges(hasChain: Bool, since: Int) async throws {
        try await withBoard { board in
            for user in ["alice", "bob", "carol"] { _ = try await board.applied(user, 10) }
            let lines = try await board.backup()
            _ = try await board.applied("alice", 5)
            _ = try await board.store.suspend(UserID("bob"), by: board.act(), on: board.loop)
            _ = try await board.applied("dave", 7)
            try await board.command("DEL", board.keys.audit)
            if !hasChain { try await board.command("DEL", board.keys.chain) }
            for _ in 0..<since { _ = try await board.applied("alice", 1) }
            try await board.command("ZREM", board.keys.scores, "carol")
            let report = try await board.verify(lines)
            #expect(report.hasLostChanges && report.faultCount > 0, "\(report)")
            #expect(try await board.repair(lines) == RepairSummary(entries: 3, recovered: 3, users: 1))
            #expect(try await board.score("alice") == 15 + since)
            #expect(try await board.score("carol") == 10)
            #expect(try await board.score("dave") == 7)
            let after = try await board.verify()
            #expect(after.isSound, "\(after)")
            #expect(try await board.apply("bob", 1) == .suspended)
            #expect(try await board.withheld() == ["bob", "10"])
            #expect(after.knownGaps == (since == 0 ? 0 : 1))
            let entries = try await board.audit()
            #expect(entries.filter { $0.action == .recover }.map(\.user) == ["alice", "dave"])
            #expect(entries.last { $0.user == "alice" }?.score == 15 + since)
            // Nothing more may go there.
            if since > 0, let gap = entries.first(where: { $0.seq ?? 0 > 6 }) {
                try await board.command("XDEL", board.keys.audit, gap.id.description)
                #expect(try await board.verify().faultCount > 0)
            }
        }
    }

    @Test("of which no backup is there goes on when it is told to")
    func withoutBackup() async throws {
        try await withBoard { board in
            for number in 0..<30 { _ = try await board.applied("user\(number % 7)", number) }
            try await board.command("DEL", board.keys.audit)
            for number in 0..<30 { _ = try await board.applied("user\(number % 7)", number) }
            let report = try await board.verify()
            #expect(report.faults == [.removed(entries: 30, expected: 60)])
            _ = try await board.store.repair(report, with: nil, by: board.act(), on: board.loop)
            let after = try await board.verify()
            #expect(after.isSound && !after.isWhole, "\(after)")
            #expect(after.knownGaps == 1)
        }
    }
}

extension TestBoard {
    /// The audit as if it had been trimmed to the length that it then has.
    func trim(before entry: AuditEntry) async throws {
        try await command("XTRIM", keys.audit, "MINID", entry.id.description)
        let length = try await command("XLEN", keys.audit).integer ?? 0
        let seq = try await command("GET", keys.seq).text ?? ""
        try await command("SET", keys.audit + ":kept", "\(length) \(length) \(seq)")
    }
}

extension StoreOptions {
    /// An audit of so many entries.
    static func trimmed(_ entries: Int) -> StoreOptions {
        var options = StoreOptions.generous
        options.auditMaxEntries = entries
        return options
    }
}
