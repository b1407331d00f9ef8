import Board
import NIOCore
import Testing

@testable import Broadcast

@Suite("The feed")
struct FeedTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    /// When the window of a snapshot at `start` is over.
    private static let later = start + .milliseconds(50)

    private static func event(_ user: String, _ score: Int, seq: Int?, epoch: String? = "1") -> Change {
        Change(user: user, score: score, increase: 1, seq: seq, epoch: seq == nil ? nil : epoch, time: nil)
    }

    private static func snapshot(_ seq: Int, epoch: String = "1", _ rows: [(String, Int)] = [("a", 10)]) -> Snapshot {
        Snapshot(
            cursor: Cursor(epoch: epoch, seq: seq),
            standings: rows.map { Standing(user: $0, score: $1) },
            isWhole: true
        )
    }

    /// Follows a board with one user, at seq 5.
    private func following() -> Feed {
        var feed = Feed(options: BroadcastOptions())
        #expect(feed.subscriptionLive(now: Self.start) == [.fetch(1)])
        #expect(feed.arrived(Self.snapshot(5), number: 1, now: Self.start) == [.resnapshot(.start)])
        return feed
    }

    @Test(
        "applies the next change, ignores what it knows, and starts over where something is missing",
        arguments: [
            (event("a", 11, seq: 6), [.flush], 6), (event("a", 11, seq: nil), [.flush], 5),
            (event("a", 10, seq: 5), [], 5), (event("a", 9, seq: 1), [], 5),
            (event("a", 11, seq: 7), [.fetch(2)], 5), (event("a", 11, seq: .max), [.fetch(2)], 5),
            (event("a", 11, seq: 6, epoch: "2"), [.fetch(2)], 5),
        ] as [(Change, [FeedAction], Int)]
    )
    func receive(change: Change, actions: [FeedAction], seq: Int) {
        var feed = following()
        #expect(feed.receive(change, now: Self.later) == actions)
        #expect(feed.position?.seq == seq)
        #expect(feed.isLive == !actions.contains(.fetch(2)))
    }

    @Test("passes over what a hidden user did: nobody is told, and nothing is missing behind it")
    func unseen() {
        func unseen(seq: Int?, epoch: String? = "1") -> Change {
            Change(user: "b", score: 0, increase: nil, seq: seq, epoch: epoch, time: nil, isUnseen: true)
        }
        var feed = following()
        for change in [unseen(seq: 6), unseen(seq: 6), unseen(seq: nil, epoch: nil), unseen(seq: 7)] {
            #expect(feed.receive(change, now: Self.later) == [])
        }
        #expect(feed.position?.seq == 7 && feed.takeWindow(now: Self.later) == nil)
        #expect(feed.standings(limit: nil)?.standings.map(\.user) == ["a"])
        #expect(feed.receive(Self.event("a", 11, seq: 8), now: Self.later) == [.flush])
        let flush = feed.takeWindow(now: Self.later)
        #expect(flush?.from == 6 && flush?.changes.count == 1)
        #expect(feed.receive(unseen(seq: 10), now: Self.later) == [.fetch(2)])
        var other = following()
        #expect(other.receive(unseen(seq: 6, epoch: "2"), now: Self.later) == [.fetch(2)])
    }

    @Test("leaves the first look at the source to the subscription, so that cursors are good from then on")
    func start() {
        var feed = Feed(options: BroadcastOptions())
        feed.begin(now: Self.start)
        #expect(feed.wake(now: Self.start) == [])
        #expect(feed.subscriptionLive(now: Self.start + .milliseconds(900)) == [.fetch(1)])
        #expect(feed.arrived(Self.snapshot(5), number: 1, now: Self.start + .seconds(1)) == [.resnapshot(.start)])
        #expect(feed.receive(Self.event("a", 11, seq: 6), now: Self.start + .seconds(1)) == [.flush])
        _ = feed.takeWindow(now: Self.start + .seconds(1))
        #expect(feed.missed(since: Cursor(epoch: "1", seq: 5))?.count == 1)
        // Without a subscription it looks itself.
        var alone = Feed(options: BroadcastOptions())
        alone.begin(now: Self.start)
        #expect(alone.wake(now: alone.nextWake) == [.fetch(1)])
    }

    @Test("rolls a snapshot forward over what arrived while it was read")
    func rollForward() {
        var feed = following()
        #expect(feed.receive(Self.event("b", 3, seq: 8), now: Self.later) == [.fetch(2)])
        #expect(feed.receive(Self.event("b", 4, seq: 9), now: Self.later) == [])
        #expect(feed.receive(Self.event("c", 30, seq: 10), now: Self.later) == [])
        let read = Self.snapshot(9, [("a", 10), ("b", 4)])
        #expect(feed.arrived(read, number: 2, now: Self.later) == [.resnapshot(.hole)])
        #expect(feed.published?.cursor == Cursor(epoch: "1", seq: 10))
        #expect(feed.published?.top.map(\.user) == ["c", "a", "b"])
    }

    @Test("does not take over a snapshot that leaves a hole, but asks again")
    func holeAfterSnapshot() {
        var feed = following()
        _ = feed.receive(Self.event("b", 3, seq: 8), now: Self.later)
        _ = feed.receive(Self.event("b", 4, seq: 12), now: Self.later)
        #expect(feed.arrived(Self.snapshot(8), number: 2, now: Self.later) == [])
        #expect(!feed.isLive)
        #expect(feed.nextWake == Self.later + .milliseconds(50))
        #expect(feed.wake(now: feed.nextWake) == [.fetch(3)])
    }

    @Test(
        "finds by itself what no event told of",
        arguments: [
            (snapshot(5), nil), (snapshot(5, [("a", 12)]), .differs), (snapshot(5, [("a", 10), ("b", 1)]), .differs),
            (snapshot(5, []), .differs), (snapshot(0, epoch: "2", []), .epoch), (snapshot(3), .epoch),
        ] as [(Snapshot, ResyncReason?)]
    )
    func verification(read: Snapshot, reason: ResyncReason?) {
        var feed = following()
        #expect(feed.wake(now: Self.start + .seconds(1)) == [.fetch(2)])
        let actions = feed.arrived(read, number: 2, now: Self.start + .seconds(1))
        #expect(actions == (reason.map { [.resnapshot($0)] } ?? []))
        #expect(feed.published?.top == read.standings)
        #expect(feed.isLive)
    }

    @Test("does not wait for ever for events that Redis has sent")
    func behind() {
        var feed = following()
        let verified = Self.start + .seconds(1)
        _ = feed.wake(now: verified)
        #expect(feed.arrived(Self.snapshot(6), number: 2, now: verified) == [])
        #expect(feed.nextWake == verified + .milliseconds(500))
        #expect(feed.wake(now: feed.nextWake) == [.fetch(3)])
        #expect(!feed.isLive)
    }

    @Test("is content when the events come in time")
    func inTime() {
        var feed = following()
        let verified = Self.start + .seconds(1)
        _ = feed.wake(now: verified)
        _ = feed.arrived(Self.snapshot(6, [("a", 11)]), number: 2, now: verified)
        #expect(feed.receive(Self.event("a", 11, seq: 6), now: verified + .milliseconds(100)) == [.flush])
        #expect(feed.isLive)
        #expect(feed.fetch == nil)
    }

    @Test("reads the board while the subscription is lost, and shows what has changed")
    func lost() {
        var feed = following()
        feed.subscriptionLost()
        #expect(feed.receive(Self.event("a", 11, seq: 6), now: Self.start) == [])
        #expect(feed.wake(now: Self.start + .seconds(1)) == [.fetch(2)])
        let read = Self.snapshot(6, [("a", 11)])
        #expect(feed.arrived(read, number: 2, now: Self.start + .seconds(1)) == [.resnapshot(.differs)])
        #expect(!feed.isLive)
        #expect(feed.subscriptionLive(now: Self.start + .seconds(2)) == [.fetch(3)])
        #expect(feed.arrived(read, number: 3, now: Self.start + .seconds(2)) == [.resnapshot(.subscription)])
        #expect(feed.isLive)
    }

    @Test("asks again after a failure, later each time, but never later than it verifies")
    func failures() {
        var feed = Feed(options: BroadcastOptions())
        _ = feed.subscriptionLive(now: Self.start)
        var now = Self.start
        var pauses: [Int64] = []
        for number in 1...7 {
            #expect(feed.failed(number, now: now) == [])
            pauses.append((feed.nextWake - now).nanoseconds / 1_000_000)
            now = feed.nextWake
            #expect(feed.wake(now: now) == [.fetch(number + 1)])
        }
        #expect(pauses == [50, 100, 200, 400, 800, 1000, 1000])
    }

    @Test("gives up a read that takes too long, and ignores its late answer")
    func timeout() {
        var feed = Feed(options: BroadcastOptions())
        _ = feed.subscriptionLive(now: Self.start)
        #expect(feed.wake(now: Self.start + .seconds(5)) == [])
        #expect(feed.arrived(Self.snapshot(5), number: 1, now: Self.start + .seconds(5)) == [])
        #expect(feed.published == nil)
        #expect(feed.wake(now: feed.nextWake) == [.fetch(2)])
    }

    @Test("starts over when more changes than it records arrive during one read")
    func overflow() {
        var options = BroadcastOptions()
        options.maximumRecordedChanges = 2
        var feed = Feed(options: options)
        _ = feed.subscriptionLive(now: Self.start)
        for seq in 6...8 { _ = feed.receive(Self.event("a", seq, seq: seq), now: Self.start) }
        #expect(feed.arrived(Self.snapshot(5), number: 1, now: Self.start) == [])
        #expect(feed.mode == .resyncing(.overflow))
    }

    @Test("a user who comes into the first rows because another fell needs a snapshot, once")
    func revealed() {
        var options = BroadcastOptions()
        options.scoreboardRows = 2
        var feed = Feed(options: options)
        _ = feed.subscriptionLive(now: Self.start)
        _ = feed.arrived(Self.snapshot(5, [("a", 10), ("b", 9), ("c", 8)]), number: 1, now: Self.start)
        #expect(feed.receive(Self.event("a", 1, seq: nil), now: Self.start) == [.flush])
        let flush = feed.takeWindow(now: Self.start)
        // The snapshot before it was sent just now.
        #expect(feed.takeReveal(now: Self.start) == nil)
        #expect(feed.nextWake == Self.later)
        #expect(feed.wake(now: Self.later) == [.reveal])
        #expect(feed.takeReveal(now: Self.later)?.cursor == Cursor(epoch: "1", seq: 5))
        #expect(feed.takeReveal(now: Self.later) == nil)
        #expect(flush?.published.top.map(\.user) == ["b", "c"])
        #expect(feed.missed(since: Cursor(epoch: "1", seq: 5)) == nil)
    }

    @Test(
        "resumes only from a cursor of this board that lies behind",
        arguments: [("1", 5, true), ("1", 6, true), ("1", 7, false), ("1", 4, false), ("2", 5, false), ("", 5, false)]
    )
    func resume(epoch: String, seq: Int, isTold: Bool) {
        var feed = following()
        _ = feed.receive(Self.event("a", 11, seq: 6), now: Self.start)
        _ = feed.takeWindow(now: Self.start)
        #expect((feed.missed(since: Cursor(epoch: epoch, seq: seq)) != nil) == isTold)
    }
}
