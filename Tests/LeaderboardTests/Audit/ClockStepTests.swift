import Board
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("The audit after Redis' clock was set back")
struct ClockStepTests {
    @Test("tells of each entry what the clock said, beside an id that ran ahead, and verifies")
    func times() async throws {
        try await withBoard { board in
            let (first, ids) = (try await board.applied("alice", 1), try await board.setBack(by: 30 * 86_400_000))
            let second = try await board.applied("alice", 2, key: "k")
            _ = try await board.store.suspend(UserID("bob"), by: board.act(), on: board.loop)
            let entries = try await board.audit()
            #expect(entries.map(\.time).prefix(2) == [UInt64(first.time), UInt64(second.time)])
            #expect(entries.map(\.id).dropFirst() == [ids.next(1), ids.next(2)])
            #expect(entries.allSatisfy { $0.time <= $0.id.milliseconds && $0.malformed.isEmpty })
            #expect(entries.map { $0["time"] != nil } == [false, true, true])
            #expect(try await board.verify().isSound)
        }
    }

    @Test("is searched by time as if the clock had never been ahead, in pages of any size", arguments: [1, 2, 100])
    func search(limit: Int) async throws {
        try await withBoard { board in
            let times = try await board.stepBackAndForth()
            func seqs(_ since: Int?, _ until: Int?) async throws -> [Int] {
                var (found, cursor): ([Int], AuditID?) = ([], nil)
                repeat {
                    let filter = AuditFilter(since: since, until: until)
                    let page = try await board.store.audit(filter, before: cursor, limit: limit, on: board.loop)
                    found += page.entries.compactMap(\.seq)
                    cursor = page.next
                } while cursor != nil
                return found
            }
            for (from, since) in times.enumerated() {
                for (to, until) in times.enumerated() {
                    #expect(
                        try await seqs(since, until)
                            == (1...times.count).filter { $0 > from && $0 <= to + 1 }.reversed()
                    )
                }
                #expect(try await seqs(since, nil) == (from + 1...times.count).reversed())
                #expect(try await seqs(nil, since) == (1...from + 1).reversed())
            }
            #expect(try await seqs(nil, times[0] - 1) == [])
            #expect(try await seqs(times[times.count - 1] + 1, nil) == [])
        }
    }

    @Test("is reverted by the time that a person means")
    func revert() async throws {
        try await withBoard { board in
            let times = try await board.stepBackAndForth()
            let alice = try UserID("alice")
            let one = try await board.revert(.updates(of: alice, since: times[2], until: times[2]))
            #expect((one?.updates, one?.points) == (1, 4))
            let early = try await board.revert(.updates(of: alice, since: nil, until: times[1]))
            #expect((early?.updates, early?.points) == (2, 3))
            let late = try await board.revert(.updates(of: alice, since: times[3], until: nil))
            #expect((late?.updates, late?.score) == (times.count - 3, 0))
        }
    }

    @Test("keeps its times through an erasure, a backup and a restore")
    func kept() async throws {
        try await withBoard { board in
            let times = try await board.stepBackAndForth()
            let file = try await board.backup()
            try await withBoard { other in
                _ = try await other.restore(file)
                let until = AuditFilter(until: times[2])
                let found = try await other.store.audit(until, before: nil, limit: 10, on: other.loop).entries
                #expect(found.compactMap(\.seq) == [3, 2, 1])
                #expect(try await other.applied("alice", 1).seq > times.count)
                #expect(try await other.verify().isSound)
            }
            _ = try await board.store.erase(UserID("alice"), by: board.act(), on: board.loop)
            let erased = try await board.audit().filter { $0.action == .erased }
            #expect(erased.compactMap { $0["of_time"] }.isEmpty == false)
            for entry in erased {
                let of = try #require(entry["of"].flatMap(AuditID.init))
                let time = entry["of_time"].flatMap(UInt64.init) ?? of.milliseconds
                #expect(times.contains(Int(time)))
            }
            #expect(try await board.verify().isSound)
        }
    }

    @Test(
        "takes a time for what it is: a whole number that is no later than the id",
        arguments: [
            (nil, 5, true), ("0", 0, true), ("1", 1, true), ("5", 5, true), ("6", 5, false), ("-1", 5, false),
            ("", 5, false),
            ("1.5", 5, false), ("9007199254740992", 5, false), ("18446744073709551615", 5, false),
            ("18446744073709551616", 5, false), ("now", 5, false),
        ] as [(String?, UInt64, Bool)]
    )
    func extremes(text: String?, time: UInt64, isGood: Bool) {
        let fields =
            [AuditEntry.Field(name: "user", value: "alice")] + (text.map { [.init(name: "time", value: $0)] } ?? [])
        let entry = AuditEntry(id: AuditID(milliseconds: 5, number: 0), fields: fields)
        #expect(entry.time == time)
        #expect(entry.malformed == (isGood ? [] : ["time"]))
    }

    @Test(
        "is searched no further than ids ran ahead",
        arguments: [
            ("0 5-1", 10, 10), ("3 50-1", 10, 13), ("3 12-1", 10, 12), ("9007199254740990 50-1", 10, 50),
            ("9007199254740991 18446744073709551615-0", 10, .max),
            ("9007199254740990 18446744073709551615-0", .max - 1, .max),
            ("1 18446744073709551615-0", .max, .max),
        ] as [(String, UInt64, UInt64)]
    )
    func reach(ahead: String, until: UInt64, reach: UInt64) throws {
        let last = try #require(IDsAhead(ahead)).last(notLaterThan: AuditID(milliseconds: until, number: .max))
        #expect(last.milliseconds == reach)
    }

    @Test(
        "knows of nothing where the key is none of ours",
        arguments: ["", " ", "5", "x 1-0", "-1 1-0", "1 1", "1 1-0 2", "1  1-0"]
    )
    func noReach(text: String) {
        #expect(IDsAhead(text) == nil)
    }
}

extension AuditID {
    fileprivate func next(_ count: UInt64) -> AuditID {
        AuditID(milliseconds: milliseconds, number: number + count)
    }
}

extension TestBoard {
    /// What the clock leaves that was ahead by so much and is right again: a last id that is in the future.
    @discardableResult
    func setBack(by milliseconds: Int) async throws -> AuditID {
        let id = AuditID(milliseconds: UInt64(try await now() + milliseconds), number: 7)
        try await command("XADD", keys.audit, id.description, "user", "nobody")
        try await command("XDEL", keys.audit, id.description)
        return id
    }

    /// Updates of alice by 1, 2, 4, …, each of another time: one before, some while ids run ahead, by little and by much.
    /// - Returns: their times.
    fileprivate func stepBackAndForth() async throws -> [Int] {
        var times: [Int] = []
        for (index, step) in [0, 40, 0, 0, 30 * 86_400_000, 0].enumerated() {
            if step > 0 { try await setBack(by: step) }
            let time = try await applied("alice", 1 << index).time
            times.append(time)
            try await until { try await now() > time + 20 }
        }
        return times
    }
}
