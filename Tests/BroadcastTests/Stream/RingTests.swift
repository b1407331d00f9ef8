import NIOCore
import Testing

@testable import Broadcast

@Suite("The ring of recent changes")
struct RingTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private static let one = MemoryLayout<PlacedChange>.stride

    /// A ring that began at seq 10, with changes 11 to 15 of users a, b, a, b, a.
    private func ring(room: Int = 100) -> Ring {
        var ring = Ring(maximumBytes: room * Self.one)
        ring.begin(at: 10)
        for seq in 11...15 { ring.append(change(seq % 2 == 1 ? "a" : "b", seq), now: Self.start) }
        ring.published()
        return ring
    }

    @Test(
        "tells what came after a cursor, merged, or that it cannot",
        arguments: [
            (9, nil), (10, [14, 15]), (12, [14, 15]), (13, [14, 15]), (14, [15]), (15, []), (16, []),
        ] as [(Int, [Int]?)]
    )
    func changesAfter(seq: Int, expected: [Int]?) {
        #expect(ring().changes(after: seq, maximumBytes: 10_000).map { $0.changes.map(\.seq) } == expected)
    }

    @Test(
        "lets the oldest go when it is full, and says so",
        arguments: [(11, nil), (12, [14, 15])] as [(Int, [Int]?)]
    )
    func full(seq: Int, expected: [Int]?) {
        #expect(ring(room: 3).changes(after: seq, maximumBytes: 10_000).map { $0.changes.map(\.seq) } == expected)
    }

    @Test("of no size tells nothing but that nothing is missing")
    func empty() {
        #expect(ring(room: 0).changes(after: 14, maximumBytes: 10_000) == nil)
        #expect(ring(room: 0).changes(after: 15, maximumBytes: 10_000)?.isEmpty == true)
    }

    @Test("does not tell what the others have not been sent yet")
    func unpublished() {
        var ring = ring()
        ring.append(change("c", 16), now: Self.start)
        #expect(ring.changes(after: 14, maximumBytes: 10_000)?.changes.map(\.seq) == [15])
        #expect(ring.changes(after: 15, maximumBytes: 10_000)?.isEmpty == true)
    }

    @Test("gives up where a snapshot is shorter")
    func tooLong() {
        #expect(ring().changes(after: 10, maximumBytes: Message.bound(ofChangeOf: "a")) == nil)
    }

    @Test("a change without a seq of its own is told again to who is at its place")
    func foreign() {
        var ring = ring()
        ring.append(change("z", 15, own: false), now: Self.start)
        ring.published()
        #expect(ring.changes(after: 15, maximumBytes: 10_000)?.changes.map(\.user) == ["z"])
        #expect(ring.changes(after: 14, maximumBytes: 10_000)?.changes.map(\.user) == ["a", "z"])
    }

    @Test("after a loss believes no cursor of before it, nor any given out until every instance has noticed")
    func restart() {
        var ring = ring()
        let deadline = Self.start + .seconds(2)
        ring.restart(at: 15, closedUntil: deadline)
        #expect(ring.changes(after: 15, maximumBytes: 10_000) == nil)
        ring.append(change("a", 16), now: Self.start + .seconds(1))
        ring.published()
        #expect(ring.changes(after: 16, maximumBytes: 10_000) == nil)
        ring.append(change("b", 17), now: deadline)
        ring.append(change("c", 18), now: deadline)
        ring.published()
        #expect(ring.changes(after: 16, maximumBytes: 10_000) == nil)
        #expect(ring.changes(after: 17, maximumBytes: 10_000)?.changes.map(\.seq) == [18])
    }
}
