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
}
