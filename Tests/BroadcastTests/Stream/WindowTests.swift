import NIOCore
import Testing

@testable import Broadcast

@Suite("A flush window")
struct WindowTests {
    private func at(_ milliseconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .milliseconds(1000 + milliseconds) }

    @Test("sends the first change after a quiet spell at once, and gathers the next ones until it ends")
    func firstAtOnce() {
        var window = Window(length: .milliseconds(50), maximumBytes: 10_000)
        #expect(window.add(change("a", 1), time: nil, now: at(0)) == true)
        #expect(window.take(now: at(0)).changes.map(\.seq) == [1])
        #expect(window.add(change("a", 2), time: nil, now: at(10)) == false)
        #expect(window.add(change("b", 3), time: nil, now: at(49)) == false)
        #expect(window.dueAt == at(50))
        #expect(window.take(now: at(50)).changes.map(\.seq) == [2, 3])
        #expect(window.dueAt == nil)
        #expect(window.add(change("a", 4), time: nil, now: at(99)) == false)
        #expect(window.take(now: at(100)).count == 1)
        #expect(window.add(change("a", 5), time: nil, now: at(150)) == true)
    }

    @Test("of no length sends each change by itself")
    func noWindow() {
        var window = Window(length: .zero, maximumBytes: 10_000)
        for seq in 1...3 {
            #expect(window.add(change("a", seq), time: nil, now: at(0)) == true)
            #expect(window.take(now: at(0)).changes.map(\.seq) == [seq])
        }
    }

    @Test("that fills up is sent early, and what follows waits for the same end")
    func full() {
        var window = Window(length: .milliseconds(50), maximumBytes: 2 * Message.bound(ofChangeOf: "a"))
        #expect(window.add(change("a", 1), time: nil, now: at(0)) == true)
        _ = window.take(now: at(0))
        #expect(window.add(change("a", 2), time: nil, now: at(1)) == false)
        #expect(window.add(change("b", 3), time: nil, now: at(2)) == true)
        _ = window.take(now: at(2))
        #expect(window.add(change("c", 4), time: nil, now: at(3)) == false)
        #expect(window.dueAt == at(50))
    }

    @Test("forgets what a snapshot has replaced")
    func clear() {
        var window = Window(length: .milliseconds(50), maximumBytes: 10_000)
        _ = window.add(change("a", 1), time: nil, now: at(0))
        window.clear()
        #expect(window.pending.isEmpty)
        #expect(window.dueAt == nil)
    }
}

/// A change with a seq of its own.
func change(_ user: String, _ seq: Int, score: Int = 0, increase: Int = 1, own: Bool = true) -> PlacedChange {
    PlacedChange(user: user, score: score, increase: increase, seq: seq, hasOwnSeq: own)
}
