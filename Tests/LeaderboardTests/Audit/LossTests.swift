import Board
import RedisClient
import Testing

@testable import Leaderboard

/// What somebody does to the keys of a board.
enum Loss: String, CaseIterable {
    case nothing
    case scores, oneScore, withheld, suspended, reverted, epoch
    case audit, firstEntries, middleEntry, suspensionEntry, lastEntry, severalEntries, onlyEntry
    case editedEntry, insertedEntry
    case seq, seqBack, chain, auditAndChain, kept, everythingButScores, everything
}

/// Each loss, and what the commands of an operator make of it.
@Suite("Whatever is lost of a board", .timeLimit(.minutes(10)))
struct LossTests {
    @Test(
        "comes back from a backup by a rebuild: scores, suspensions, the audit, and what was taken back",
        arguments: Loss.allCases
    )
    func rebuild(loss: Loss) async throws {
        try await withLoss(loss) { board, lines, before in
            // No backup has the count or the end of the chain; nothing else has to be forced.
            let isClosed = [.seq, .seqBack, .chain].contains(loss)
            #expect(try await board.verify(lines).faultCount == (isClosed ? 1 : 0))
            _ = try await board.repair(lines)
            if isClosed { _ = try await board.store.accept(by: board.act(), on: board.loop) }
            try await board.expectSound(before)
            #expect(try await board.verify(lines).isSound)
        }
    }

    @Test("comes back from a backup by a restore", arguments: Loss.allCases)
    func restore(loss: Loss) async throws {
        try await withLoss(loss) { board, lines, before in
            _ = try await board.restore(lines)
            try await board.expectSound(before)
        }
    }

    @Test("without a backup is closed as verify advises, and the users keep what they have", arguments: Loss.allCases)
    func closed(loss: Loss) async throws {
        try await withLoss(loss) { board, _, before in
            let report = try await board.verify()
            // Of a board without any audit, nobody can say that it had one.
            #expect(report.onlyScoresDiffer == (loss == .everythingButScores))
            if report.onlyScoresDiffer {
                try await board.store.adopt(Adoption(report), by: board.act(), on: board.loop)
            }
            if report.faultCount > 0 { _ = try await board.store.accept(by: board.act("why"), on: board.loop) }
            _ = try await board.store.rebuild(board.verify(), by: board.act(), on: board.loop)
            let after = try await board.verify()
            #expect(after.isSound, "\(after.faults) \(after.differences)")
            #expect(after.acceptances.last?.reason == (report.faultCount > 0 ? "why" : nil))
            if ![.everything, .everythingButScores].contains(loss) { #expect(try await board.standing() == before) }
            // It is found again if more is taken away.
            _ = try await board.applied("alice", 1)
            _ = try await board.applied("carol", 1)
            #expect(try await board.verify().isSound)
            let entries = try await board.audit()
            try await board.command("XDEL", board.keys.audit, entries[entries.count - 2].id.description)
            #expect(try await board.verify().faultCount > 0)
        }
    }

    @Test("leaves an erasure what it is: nobody is brought back", arguments: Loss.allCases)
    func erased(loss: Loss) async throws {
        try await withLoss(loss) { board, lines, before in
            let alice = try UserID("alice")
            _ = try await board.store.erase(alice, by: board.act(), on: board.loop)
            let isUnclear = try await board.verify(lines).unclearErasures > 0
            #expect(isUnclear == [.audit, .auditAndChain, .everythingButScores, .everything].contains(loss))
            _ = try await board.repair(lines)
            #expect(try await board.score("alice") == (loss == .everything ? before["alice"] : nil))
            if isUnclear { _ = try await board.store.erase(alice, by: board.act(), on: board.loop) }
            if try await board.verify().faultCount > 0 {
                _ = try await board.store.accept(by: board.act(), on: board.loop)
            }
            _ = try await board.store.rebuild(board.verify(), by: board.act(), on: board.loop)
            let report = try await board.verify()
            #expect(report.isSound, "\(report.faults) \(report.differences)")
            #expect(try await board.score("alice") == nil)
            #expect(try await !board.wholeAudit().contains { $0.names("alice") })
        }
    }

    private func withLoss(
        _ loss: Loss,
        _ body: (TestBoard, [String], [String: Int]) async throws -> Void
    ) async throws {
        try await withBoard { board in
            try await board.liveALittle()
            _ = try await board.applied("once", 50)
            _ = try await board.applied("carol", 2)
            let (lines, before) = (try await board.backup(), try await board.standing())
            try await board.lose(loss)
            try await body(board, lines, before)
        }
    }
}

extension TestBoard {
    /// Shown and withheld scores; of who is suspended, with a `!`.
    func standing() async throws -> [String: Int] {
        let state = try await store.boardState(of: keys, on: loop)
        var all: [String: Int] = [:]
        for (user, place) in state.scores { all[user] = place.score }
        for (user, place) in state.withheld { all["!" + user] = place.score }
        for user in state.suspended { all["?" + user] = 1 }
        return all
    }

    fileprivate func expectSound(_ before: [String: Int], sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        let report = try await verify()
        #expect(report.isSound, "\(report.faults) \(report.differences)", sourceLocation: sourceLocation)
        #expect(try await standing() == before, sourceLocation: sourceLocation)
        #expect(try await revert(.update(seq: 4))?.updates ?? 0 == 0, sourceLocation: sourceLocation)
        #expect(try await apply("bob", 1) == .suspended, sourceLocation: sourceLocation)
        _ = try await applied("carol", 1)
        #expect(try await verify().isSound, sourceLocation: sourceLocation)
    }

    fileprivate func lose(_ loss: Loss) async throws {
        let entries = try await audit()
        func remove(_ indices: Int...) async throws {
            for index in indices { try await command("XDEL", keys.audit, entries[index].id.description) }
        }
        switch loss {
        case .nothing: break
        case .scores: try await command("DEL", keys.scores)
        case .oneScore: try await command("ZREM", keys.scores, "alice")
        case .withheld: try await command("DEL", keys.withheld)
        case .suspended: try await command("DEL", keys.suspended)
        case .reverted: try await command("DEL", keys.reverted)
        case .epoch: try await command("DEL", keys.epoch)
        case .audit: try await command("DEL", keys.audit)
        case .firstEntries: try await remove(0, 1, 2)
        case .middleEntry: try await remove(6)
        case .suspensionEntry:
            try await remove(try #require(entries.firstIndex { $0.action == .suspend && $0.user == "bob" }))
        case .lastEntry: try await remove(entries.count - 1)
        case .severalEntries: try await remove(3, 7, 8, 12)
        case .onlyEntry: try await remove(try #require(entries.firstIndex { $0.user == "once" }))
        case .editedEntry:
            try await forge { entry in
                guard entry.id == entries[6].id else { return entry }
                let fields = entry.fields.map {
                    AuditEntry.Field(name: $0.name, value: $0.name == "increase" ? "900" : $0.value)
                }
                return AuditEntry(id: entry.id, fields: fields)
            }
        case .insertedEntry:
            let next = AuditID(milliseconds: entries[6].id.milliseconds, number: entries[6].id.number + 1)
            guard next < entries[7].id else { return }
            try await command("RENAME", keys.audit, "old")
            for entry in entries {
                var add = RedisCommand("XADD", keys.audit, entry.id.description)
                for field in entry.fields { add.append(field) }
                _ = try await redis.send(add, on: loop)
                if entry.id == entries[6].id {
                    let fields = ["user", "carol", "increase", "900", "score", "900", "seq", "0"]
                    var forged = RedisCommand("XADD", keys.audit, next.description)
                    for word in fields { forged.append(word) }
                    _ = try await redis.send(forged, on: loop)
                }
            }
            try await command("DEL", "old")
        case .seq: try await command("DEL", keys.seq)
        case .seqBack: try await command("SET", keys.seq, "3")
        case .chain: try await command("DEL", keys.chain)
        case .auditAndChain: try await command("DEL", keys.audit, keys.chain)
        case .kept: try await command("DEL", keys.kept)
        case .everythingButScores:
            try await command(
                "DEL",
                keys.audit,
                keys.chain,
                keys.seq,
                keys.epoch,
                keys.suspended,
                keys.withheld,
                keys.kept
            )
        case .everything: try await command("FLUSHALL")
        }
    }
}
