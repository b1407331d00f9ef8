import Board
import Leaderboard
import RedisClient
import Testing

@Suite("A verification of an audit from which users were erased")
struct ErasedVerificationTests {
    @Test(
        "finds it sound and whole, whoever was erased, in whichever order",
        arguments: ["a", "ab", "ba", "cab", "abcd"]
    )
    func sound(users: String) async throws {
        try await withBoard { board in
            for number in 0..<12 { _ = try await board.applied(String("abcd"[number % 4]), number) }
            for user in users { try await board.erase("\(user)") }
            let report = try await board.verify()
            #expect(report.isSound, "\(report)")
            #expect((report.isWhole, report.uncheckedErasures) == (true, 0))
            #expect(report.wholeUsers == 4 - users.count)
        }
    }

    @Test("finds an entry before an erased one that was removed")
    func removed() async throws {
        try await withBoard { board in
            _ = try await board.applied("bob", 5)
            _ = try await board.store.suspend(UserID("bob"), by: board.act(), on: board.loop)
            _ = try await board.applied("carol", 7)
            _ = try await board.applied("alice", 1)
            let entries = try await board.audit()
            try await board.erase("carol")
            #expect(try await board.verify().isSound)
            try await board.command("XDEL", board.keys.audit, entries[1].id.description)
            #expect(try await board.verify().faults == [.broken(entries[2].id)])
        }
    }

    @Test(
        "finds an entry before erased ones that was edited, with its own hash computed anew",
        arguments: ["c", "cd", "dc"]
    )
    func edited(erased: String) async throws {
        try await withBoard { board in
            for (user, increase) in [("b", 5), ("cheat", 700), ("c", 7), ("d", 8), ("a", 1)] {
                _ = try await board.applied(user, increase)
            }
            let entries = try await board.audit()
            for user in erased { try await board.erase("\(user)") }
            try await board.edit(entries[1], after: entries[0]) { field in
                ["increase", "score"].contains(field.name) ? .init(name: field.name, value: "900") : field
            }
            try await board.command("ZADD", board.keys.scores, "900", "cheat")
            let report = try await board.verify()
            #expect(report.differences.isEmpty)
            #expect(report.faults == [.broken(entries[2].id)])
        }
    }

    @Test(
        "finds an entry that was removed before its neighbour was erased, or between two erased ones",
        arguments: [true, false]
    )
    func removedFirst(isBetween: Bool) async throws {
        try await withBoard { board in
            for user in ["b", "c", "b", "d", "a"] { _ = try await board.applied(user, 5) }
            let entries = try await board.audit()
            if isBetween { try await board.erase("c") }
            try await board.command("XDEL", board.keys.audit, entries[2].id.description)
            try await board.erase("d")
            #expect(try await board.verify().faults == [.broken(entries[3].id)])
        }
    }

    @Test("tells what it cannot check: entries that an older edition erased")
    func olderEdition() async throws {
        try await withBoard { board in
            for user in ["a", "b", "c", "b", "a"] { _ = try await board.applied(user, 5) }
            for user in ["b", "a"] {
                let reply = try await board.command(
                    "FCALL",
                    "leaderboard_erase_audit",
                    "2",
                    board.keys.audit,
                    board.keys.chain,
                    user,
                    "erased-\(user)",
                    "1000",
                    "0-0",
                    "+",
                    "500"
                )
                #expect(reply.array?[1].integer == 2)
                try await board.command("ZREM", board.keys.scores, user)
            }
            _ = try await board.applied("c", 5)
            let report = try await board.verify()
            #expect(report.isSound, "\(report)")
            #expect((report.isWhole, report.uncheckedErasures) == (false, 2))
        }
    }

    @Test("is as right when what stood before the erased ones was trimmed")
    func trimmed() async throws {
        try await withBoard { board in
            for user in ["a", "b", "c", "b", "a"] { _ = try await board.applied(user, 5) }
            let entries = try await board.audit()
            try await board.trim(before: entries[1])
            try await board.erase("b")
            try await board.trim(before: entries[4])
            _ = try await board.applied("new", 3)
            let report = try await board.verify()
            #expect(report.isSound, "\(report)")
            #expect(!report.isWhole)
        }
    }

    @Test("and a pseudonym that is erased leaves what is kept of its entries")
    func pseudonym() async throws {
        try await withBoard { board in
            for user in ["a", "b", "a"] { _ = try await board.applied(user, 5) }
            let pseudonym = try await board.erase("a")
            #expect(try await board.store.erase(UserID(pseudonym), by: board.act(), on: board.loop).auditEntries == 1)
            let report = try await board.verify()
            #expect(report.isSound, "\(report)")
            #expect(report.isWhole)
        }
    }
}

extension String {
    fileprivate subscript(index: Int) -> Character { self[self.index(startIndex, offsetBy: index)] }
}

extension TestBoard {
    @discardableResult
    fileprivate func erase(_ user: String) async throws -> String {
        try await store.erase(UserID(user), by: act(), on: loop).pseudonym
    }

    /// Writes one entry anew with fields changed and the hash that these have.
    fileprivate func edit(
        _ edited: AuditEntry,
        after: AuditEntry,
        _ change: (AuditEntry.Field) -> AuditEntry.Field
    ) async throws {
        let link = try #require(after.link)
        try await forge { entry in
            guard entry.id == edited.id else { return entry }
            let changed = AuditEntry(id: entry.id, fields: entry.fields.map(change))
            let hash = AuditChain.hash(of: changed, after: link)
            return AuditEntry(
                id: entry.id,
                fields: changed.fields.map { $0.name == "hash" ? .init(name: "hash", value: hash) : $0 }
            )
        }
    }
}
