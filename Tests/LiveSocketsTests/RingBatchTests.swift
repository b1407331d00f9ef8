import Testing

@testable import LiveSockets

@Suite("The sends of one submission")
struct RingBatchTests {
    /// Of so many sends of ten bytes, all taken by the kernel.
    private func batch(of count: Int) -> (batch: RingBatch, tags: [UInt64]) {
        var batch = RingBatch()
        // An earlier one, which is over.
        batch.begin(length: 1)
        batch.add(99)
        batch.begin(length: 10)
        var tags: [UInt64] = []
        for place in 0..<count {
            tags.append(batch.nextTag)
            batch.add(100 + place)
        }
        let isTaken = batch.take(count)
        #expect(isTaken)
        return (batch, tags)
    }

    @Test(
        "go by what the socket took, whatever the kernel says",
        arguments: [
            (10, .whole), (1, .part(1)), (9, .part(9)), (0, .none), (-11, .none), (-32, .none), (.min, .none),
            (11, .whole), (.max, .whole),
        ] as [(Int32, RingBatch.Outcome)]
    )
    func outcome(result: Int32, outcome: RingBatch.Outcome) {
        var (batch, tags) = batch(of: 2)
        let isNoted = batch.note(Completion(tag: tags[1], result: result))
        #expect(isNoted)
        #expect(batch.outcomes.map(\.place) == [100, 101])
        #expect(batch.outcomes.map(\.outcome) == [.unknown, outcome])
        #expect((batch.awaited, batch.isWhole) == (1, false))
        let isNotedToo = batch.note(Completion(tag: tags[0], result: 10))
        #expect(isNotedToo)
        #expect((batch.awaited, batch.isWhole) == (0, outcome == .whole))
    }

    @Test(
        "take no completion that is not theirs: a second one, one of before, one beyond the last",
        arguments: [0x2_0000_0001, 0x1_0000_0000, 0x2_0000_0003, 0x3_0000_0000, 0, .max, 0x2_FFFF_FFFF] as [UInt64]
    )
    func foreign(tag: UInt64) {
        var (batch, tags) = batch(of: 3)
        let isNoted = batch.note(Completion(tag: tags[1], result: 10))
        #expect(isNoted)
        let isNotedToo = batch.note(Completion(tag: tag, result: 10))
        #expect(!isNotedToo)
        #expect(batch.outcomes.map(\.outcome) == [.unknown, .whole, .unknown])
    }

    @Test("that the kernel has not taken were never sent, and complete with nothing")
    func notTaken() {
        var batch = RingBatch()
        batch.begin(length: 10)
        for place in 0..<3 { batch.add(place) }
        let isTaken = batch.take(1)
        #expect(isTaken)
        let areTaken = batch.take(3)
        #expect(!areTaken)
        #expect((batch.untaken, batch.awaited) == (2, 1))
        let isNoted = batch.note(Completion(tag: batch.nextTag - 1, result: 10))
        #expect(!isNoted)
        #expect(batch.outcomes.map(\.outcome) == [.unknown, .notTaken, .notTaken])
    }
}
