import Board
import TestSupport
import Testing

@testable import Broadcast

@Suite("Merged changes")
struct MergedChangesTests {
    @Test("several of one user are the latest one, at its place, with the increases added up")
    func merge() {
        var merged = MergedChanges()
        merged.add(change("a", 5, score: 10, increase: 1), time: 700)
        merged.add(change("b", 6, score: 20, increase: 2), time: 600)
        merged.add(change("a", 7, score: 40, increase: 30), time: nil)
        #expect(
            Array(merged.changes) == [change("b", 6, score: 20, increase: 2), change("a", 7, score: 40, increase: 31)]
        )
        #expect((merged.from, merged.count, merged.mergedCount, merged.oldestTime) == (5, 2, 1, 600))
    }

    @Test("increases stay at the end of what JSON's readers take exactly", arguments: [1, -1])
    func endOfRange(sign: Int) {
        let limit = (1 << 53) - 1
        for increase in [limit, .max] {
            var merged = MergedChanges()
            merged.add(change("a", 1, increase: sign * increase), time: nil)
            merged.add(change("a", 2, increase: sign * increase), time: nil)
            #expect(merged.changes.map(\.increase) == [sign * limit])
        }
    }

    @Test("a user who changes all day takes no more room than one change")
    func compaction() {
        var merged = MergedChanges()
        for seq in 1...10_000 { merged.add(change(seq == 5000 ? "b" : "a", seq, increase: 1), time: nil) }
        #expect(merged.changes.map(\.seq) == [5000, 10_000])
        #expect(merged.changes.map(\.increase) == [1, 9999])
        #expect(merged.bytes == 2 * Message.bound(ofChangeOf: "a"))
        #expect(merged.from == 1)
    }

    @Test("where equals stand by their arrival, show each arrival, and take the room that they say")
    func arrivals() {
        var merged = MergedChanges(keepsArrivals: true)
        merged.add(change("a", 1, score: 15, increase: 5), time: nil)
        merged.add(change("b", 2, score: 15, increase: 5), time: nil)
        merged.add(change("a", 3, score: 15, increase: 0), time: nil)
        #expect(merged.changes.map(\.seq) == [1, 2])
        // And back to the score from which a went.
        merged.add(change("a", 4, score: 10, increase: -5), time: nil)
        #expect(
            Array(merged.changes) == [
                change("a", 1, score: 15, increase: 5), change("b", 2, score: 15, increase: 5),
                change("a", 4, score: 10, increase: -5),
            ]
        )
        #expect((merged.mergedCount, merged.bytes) == (1, 3 * Message.bound(ofChangeOf: "a")))
        merged.add(change("a", 5, score: 12, increase: 2), time: nil)
        #expect(merged.changes.map(\.seq) == [2, 5])
        #expect(merged.changes.map(\.increase) == [5, 2])
        #expect((merged.mergedCount, merged.bytes) == (3, 2 * Message.bound(ofChangeOf: "a")))
        for seq in 6...10_000 {
            let isUp = seq.isMultiple(of: 2)
            merged.add(change("a", seq, score: isUp ? 15 : 12, increase: isUp ? 3 : -3), time: nil)
        }
        #expect(merged.bytes <= 3 * Message.bound(ofChangeOf: "a"))
    }

    @Test(
        "leave a viewer with the rows of who saw each change",
        arguments: BoardOrder.Ties.allCases,
        [false, true]
    )
    func viewer(ties: BoardOrder.Ties, ascends: Bool) {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let order = BoardOrder(ascends: ascends, ties: ties)
        var scores: [String: Int] = [:]
        var all = TopStandings(
            Snapshot(cursor: Cursor(epoch: "1", seq: 0), total: 0, standings: [], order: order),
            capacity: 100
        )
        var viewer = all
        var seq = 0
        for window in 1...300 {
            var merged = MergedChanges(keepsArrivals: order.isByArrival)
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                let user = ["a", "b", "c", "d"].randomElement(using: &random) ?? "a"
                let increase = Int.random(in: -1...1, using: &random)
                let score = scores[user, default: 0] + increase
                scores[user] = score
                seq += 1
                _ = all.set(user, to: score, isReached: increase != 0)
                merged.add(change(user, seq, score: score, increase: increase), time: nil)
            }
            for change in merged.changes {
                _ = viewer.set(change.user, to: change.score, isReached: change.increase != 0)
            }
            let seqs = merged.changes.map(\.seq)
            #expect(seqs == seqs.sorted())
            guard viewer.rows == all.rows else {
                Issue.record("seed \(seed), window \(window): \(viewer.rows), not \(all.rows)")
                return
            }
        }
    }
}
