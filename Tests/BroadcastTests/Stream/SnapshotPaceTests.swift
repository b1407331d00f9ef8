import Board
import NIOCore
import TestSupport
import Testing

@testable import Broadcast

@Suite("Snapshots are held to the flush window")
struct SnapshotPaceTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private static func at(_ milliseconds: Int64) -> NIODeadline { start + .milliseconds(milliseconds) }

    private static func snapshot(_ seq: Int, _ rows: [(String, Int)] = [("a", 10)]) -> Snapshot {
        Snapshot(
            cursor: Cursor(epoch: "1", seq: seq),
            standings: rows.map { Standing(user: $0, score: $1) },
            isWhole: true
        )
    }

    /// Has shown the board at `start`, and nothing since.
    private func following() -> Feed {
        var feed = Feed(options: BroadcastOptions())
        _ = feed.subscriptionLive(now: Self.start)
        _ = feed.arrived(Self.snapshot(5), number: 1, now: Self.start)
        return feed
    }

    @Test(
        "the first after a quiet spell is read at once, the next when the window is over, and the last is never left out"
    )
    func paced() {
        var feed = following()
        #expect(feed.standingsReplaced(now: Self.at(200)) == [.fetch(2)])
        #expect(feed.arrived(Self.snapshot(5), number: 2, now: Self.at(203)) == [.resnapshot(.replaced)])
        #expect(feed.isLive)
        for time in stride(from: 204, to: 250, by: 2) {
            #expect(feed.standingsReplaced(now: Self.at(Int64(time))) == [])
        }
        #expect(!feed.isLive)
        #expect(feed.nextWake == Self.at(253))
        #expect(feed.wake(now: Self.at(253)) == [.fetch(3)])
        #expect(feed.arrived(Self.snapshot(5, []), number: 3, now: Self.at(254)) == [.resnapshot(.replaced)])
        #expect(feed.isLive)
        #expect(feed.published?.top == [])
    }

    @Test(
        "what calls for one while another is read is read next; meanwhile the viewers see what came, and nobody vouches for it"
    )
    func outdated() {
        var feed = following()
        #expect(feed.standingsReplaced(now: Self.at(200)) == [.fetch(2)])
        #expect(feed.standingsReplaced(now: Self.at(201)) == [])
        #expect(feed.arrived(Self.snapshot(6), number: 2, now: Self.at(202)) == [.resnapshot(.replaced)])
        #expect(feed.published?.cursor.seq == 6)
        #expect(!feed.isLive)
        #expect(feed.isCaughtUp)
        #expect(feed.missed(since: Cursor(epoch: "1", seq: 6)) == nil)
        #expect(feed.wake(now: Self.at(251)) == [])
        #expect(feed.wake(now: Self.at(252)) == [.fetch(3)])
        #expect(feed.arrived(Self.snapshot(6, []), number: 3, now: Self.at(253)) == [.resnapshot(.replaced)])
        #expect(feed.isLive)
    }

    @Test("a comparison that was going on before is not taken for an answer")
    func comparison() {
        var feed = following()
        #expect(feed.wake(now: Self.at(1000)) == [.fetch(2)])
        #expect(feed.standingsReplaced(now: Self.at(1001)) == [])
        #expect(feed.arrived(Self.snapshot(5), number: 2, now: Self.at(1002)) == [])
        #expect(feed.wake(now: Self.at(1050)) == [.fetch(3)])
    }

    @Test("of a read that goes on while the subscription breaks nothing is taken, and it is waited for")
    func void() {
        var feed = following()
        #expect(feed.standingsReplaced(now: Self.at(200)) == [.fetch(2)])
        feed.subscriptionLost()
        #expect(!feed.isCaughtUp)
        #expect(feed.subscriptionLive(now: Self.at(300)) == [])
        #expect(feed.arrived(Self.snapshot(9), number: 2, now: Self.at(301)) == [.fetch(3)])
        #expect(feed.position?.seq == 5)
        #expect(feed.arrived(Self.snapshot(9), number: 3, now: Self.at(302)) == [.resnapshot(.subscription)])
        #expect(feed.isCaughtUp)
    }

    @Test(
        "three hundred suspensions in 1.4 s are one snapshot and one read for each window, and nobody suspended is seen for longer",
        arguments: [(50, 3), (50, 70), (0, 0), (200, 3)] as [(Int64, Int64)]
    )
    func suspensions(window: Int64, readTakes: Int64) throws {
        var options = BroadcastOptions()
        options.window = .milliseconds(window)
        let pace = max(window, 10)
        let board = ModelBoard()
        for number in 0..<350 { board.update("u\(number)", by: 1000 - number) }
        let instance = ModelInstance(board, options)
        board.publish = { instance.publish($0) }
        instance.connect()
        instance.settle()
        let viewers = [View.all, .top, .users(["u3", "u250", "u340"])].map { ModelViewer($0) }
        for viewer in viewers { try viewer.connect(to: instance, options, withCursor: false) }
        instance.settle()
        instance.advance(.seconds(1))
        instance.settle()
        let readsBefore = instance.snapshotReads.times.count
        var snapshots: [[NIODeadline]] = viewers.map { _ in [] }
        var suspended: [(user: String, at: Int64)] = []

        for time in Int64(0)..<1400 {
            if time * 300 / 1400 != (time - 1) * 300 / 1400 || time == 0 {
                let user = "u\(suspended.count)"
                board.suspend(user)
                suspended.append((user, time))
                instance.receive()
            }
            if readTakes == 0 || time % readTakes == 0 { instance.settle() }
            instance.advance(.milliseconds(1))
            for (index, viewer) in viewers.enumerated() {
                let before = viewer.snapshots
                try viewer.read()
                snapshots[index] += Array(repeating: instance.now, count: viewer.snapshots - before)
                // The window, the read that was going on, its own, and that of the followed users' places; rounds of those are
                // 10 ms apart.
                let due = suspended.prefix { time - $0.at > pace + 3 * readTakes + 20 }.map(\.user)
                #expect(viewer.shown(10).isDisjoint(with: due), "\(viewer.view) at \(time)")
            }
        }
        for _ in 0..<20 {
            instance.settle()
            instance.advance(.milliseconds(window + 1))
        }

        for (index, viewer) in viewers.enumerated() {
            try viewer.read()
            viewer.check(against: board, rows: 10)
            #expect(viewer.takeFaults() == [])
            let times = snapshots[index]
            if index < 2 { #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(pace) }) }
            #expect((3...(1400 / Int(pace) + 3)).contains(times.count), "\(viewer.view)")
        }
        let reads = Array(instance.snapshotReads.times.dropFirst(readsBefore))
        #expect(zip(reads, reads.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(pace) })
        #expect(instance.snapshotReads.mostAtOnce == 1)
        instance.stop()
    }

    @Test("users who come into view by the falls of others cost one snapshot for each window")
    func falls() throws {
        let options = BroadcastOptions()
        let board = ModelBoard()
        for number in 0..<60 { board.update("u\(number)", by: 1000 - number) }
        let instance = ModelInstance(board, options)
        board.publish = { instance.publish($0) }
        instance.connect()
        instance.settle()
        let viewer = ModelViewer(.all)
        try viewer.connect(to: instance, options, withCursor: false)
        instance.settle()
        instance.advance(.milliseconds(500))
        try viewer.read()
        let before = viewer.snapshots
        for number in 0..<40 {
            board.write("u\(number)", 0, isTold: true)
            // With more changes than a frame takes, so that windows are sent early.
            for other in 0..<300 { board.write("filler-\(other)", -other - number, isTold: true) }
            instance.settle()
            instance.advance(.milliseconds(5))
        }
        instance.settle()
        instance.advance(.milliseconds(100))
        try viewer.read()
        viewer.check(against: board, rows: 10)
        #expect(viewer.takeFaults() == [])
        #expect((2...5).contains(viewer.snapshots - before))
        instance.stop()
    }
}
