import Board
import RedisClient
import Testing

@testable import Leaderboard

/// What keeps a change from being written as a whole.
enum Obstacle: String, CaseIterable {
    /// Somebody wrote the last id that there is.
    case fullAudit
    case scores, audit, suspended, seq, epoch, chain, withheld, reverted, erasing
}

enum ChangeOfBoard: String, CaseIterable {
    case update, idempotentUpdate, othersUpdate, othersIdempotentUpdate, begin, suspend, reinstate, revert, erase,
        rebuild, adopt
}

@Suite("A change that cannot be written as a whole")
struct HalfWrittenTests {
    @Test("is refused, and the board is as it was", arguments: ChangeOfBoard.allCases, Obstacle.allCases)
    func nothing(change: ChangeOfBoard, obstacle: Obstacle) async throws {
        try await withBoard { board in
            try await board.liveALittle()
            let report = try await board.verify()
            try await board.command("ZADD", board.keys.scores, "999", "alice")
            let damaged = try await board.verify()
            try await board.meet(obstacle)
            let before = try await board.everything()
            do {
                try await board.make(change, damaged: [.rebuild, .adopt].contains(change) ? damaged : report)
                #expect(!change.meets(obstacle))
            } catch let error as ScoreStoreError {
                #expect(change.meets(obstacle), "\(error)")
                guard case .unsoundBoard = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(try await board.everything() == before)
            }
        }
    }

    @Test("counts where only what lives for a while is of another type")
    func buckets() async throws {
        try await withBoard { board in
            let alice = try UserID("alice")
            let key = board.keys.idem(alice, try IdempotencyKey("k"))
            for key in [board.keys.limit(alice), key] { try await board.command("LPUSH", key, "x") }
            #expect(try await board.applied("alice", 5, key: "k").score == 5)
            guard case .applied(let replay) = try await board.apply("alice", 5, key: "k") else {
                Issue.record("no replay")
                return
            }
            #expect(replay.isReplay && replay.score == 5)
        }
    }

    @Test(
        "of an erasure is all of a page, or nothing, where the audit takes fewer entries than it needs",
        arguments: [1, 2, 3]
    )
    func pageOfErasure(room: UInt64) async throws {
        try await withBoard { board in
            for _ in 1...5 { _ = try await board.applied("alice", 1) }
            try await board.command(
                "XADD",
                board.keys.audit,
                AuditID(milliseconds: .max, number: .max - room).description,
                "user",
                "x"
            )
            let before = try await board.audit()
            await #expect(throws: ScoreStoreError.self) {
                try await board.store.erase(UserID("alice"), by: board.act(), on: board.loop)
            }
            let after = try await board.audit()
            // The first entry fits, which tells of the erasure; what it could not replace is there.
            #expect(after.dropLast() == before[...])
            #expect(after.last?.action == .erase)
            #expect(try await board.command("SISMEMBER", board.keys.erasing, "alice").integer == 1)
        }
    }

    @Test("is made by a restore over keys of any type", arguments: Obstacle.allCases)
    func restoreOverAll(obstacle: Obstacle) async throws {
        try await withBoard { board in
            try await board.liveALittle()
            let (file, scores) = (try await board.backup(), try await board.scores())
            try await board.meet(obstacle)
            _ = try await board.restore(file)
            #expect(try await board.scores() == scores)
            if obstacle == .erasing { try await board.command("DEL", board.keys.erasing) }
            #expect(try await board.verify().isSound)
        }
    }
}

extension ChangeOfBoard {
    /// Whether it needs what is in its way.
    func meets(_ obstacle: Obstacle) -> Bool {
        switch (self, obstacle) {
        case (.begin, .seq), (.begin, .epoch): true
        case (.begin, _): false
        case (.update, .withheld), (.idempotentUpdate, .withheld): false
        case (.othersUpdate, .withheld), (.othersIdempotentUpdate, .withheld): false
        case (_, .reverted): self == .revert
        case (_, .erasing): self == .erase
        default: true
        }
    }
}

extension TestBoard {
    fileprivate func make(_ change: ChangeOfBoard, damaged report: AuditReport) async throws {
        let (alice, bob) = (try UserID("alice"), try UserID("bob"))
        switch change {
        case .update: _ = try await applied("alice", 5)
        case .idempotentUpdate: _ = try await applied("alice", 5, key: "k")
        case .othersUpdate: _ = try await by(.update).applied("alice", 5)
        case .othersIdempotentUpdate: _ = try await by(.update).applied("alice", 5, key: "k")
        case .begin: try await store.begin(on: loop)
        case .suspend: #expect(try await store.suspend(alice, by: act(), on: loop).hasChanged)
        case .reinstate: #expect(try await store.reinstate(bob, by: act(), on: loop).hasChanged)
        case .revert: #expect(try await revert(.update(seq: 1)) != nil)
        case .erase: _ = try await store.erase(alice, by: act(), on: loop)
        case .rebuild: #expect(try await store.rebuild(report, by: act(), on: loop) > 0)
        case .adopt: try await store.adopt(Adoption(report), by: act(), on: loop)
        }
    }

    private func by(_ function: UpdateFunction) -> TestBoard {
        var board = self
        board.function = function
        return board
    }

    fileprivate func meet(_ obstacle: Obstacle) async throws {
        let key: String
        switch obstacle {
        case .fullAudit:
            try await command("XADD", keys.audit, AuditID.last.description, "user", "bob")
            return
        case .scores: key = keys.scores
        case .audit: key = keys.audit
        case .suspended: key = keys.suspended
        case .seq: key = keys.seq
        case .epoch: key = keys.epoch
        case .chain: key = keys.chain
        case .withheld: key = keys.withheld
        case .reverted: key = keys.reverted
        case .erasing: key = keys.erasing
        }
        try await command("DEL", key)
        try await command("LPUSH", key, "x")
    }

    /// All keys with what they hold, but for buckets, which fill by themselves, and what a restore loads beside the board.
    fileprivate func everything() async throws -> [String: RESPValue] {
        var all: [String: RESPValue] = [:]
        for name in try await command("KEYS", "*").array?.compactMap(\.text) ?? [] {
            if name.contains(":limit:") || name.contains(":restoring:") { continue }
            all[name] = try await command("DUMP", name)
        }
        return all
    }
}
