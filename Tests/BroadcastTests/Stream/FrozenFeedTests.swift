import Board
import NIOCore
import Testing

@testable import Broadcast

@Suite("The feed of a frozen board")
struct FrozenFeedTests {
    private let now = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func snapshot(_ seq: Int, _ score: Int) -> Snapshot {
        Snapshot(
            cursor: Cursor(epoch: "1", seq: seq),
            total: 1,
            standings: [Standing(user: "ada", score: score)]
        )
    }

    private func fetch(_ actions: [FeedAction]) -> Int? {
        actions.lazy.compactMap { if case .fetch(let number) = $0 { number } else { nil } }.first
    }

    @Test("shows what the board was, and no change until it is revealed")
    func changes() throws {
        var feed = Feed(options: BroadcastOptions())
        let first = try #require(fetch(feed.subscriptionLive(now: now)))
        let actions = feed.frozen(FrozenLook(since: 17), at: snapshot(5, 50), number: first, now: now)
        #expect(actions.contains(.resnapshot(.start)) && feed.isCaughtUp && !feed.isLive)
        #expect(feed.published?.frozen?.since == 17)
        for seq in 6...9 {
            let change = Change(user: "ada", score: seq * 10, increase: 10, seq: seq, epoch: "1", time: nil)
            #expect(!feed.receive(change, now: now).contains(.flush))
        }
        #expect(feed.takeWindow(now: now + .seconds(1)) == nil)
        #expect(feed.published?.top.map(\.score) == [50] && feed.standings(limit: nil) == nil)

        let later = now + .seconds(60)
        let again = try #require(fetch(feed.standingsReplaced(now: later)))
        _ = feed.arrived(snapshot(9, 90), of: nil, after: nil, number: again, now: later)
        #expect(feed.isLive && feed.published?.frozen == nil && feed.published?.top.map(\.score) == [90])
    }

    @Test("takes nothing that came behind the event that froze it into the answer of a read that was under way")
    func underWay() throws {
        var feed = Feed(options: BroadcastOptions())
        let first = try #require(fetch(feed.subscriptionLive(now: now)))
        _ = feed.receive(Change(user: "ada", score: 60, increase: 10, seq: 6, epoch: "1", time: nil), now: now)
        _ = feed.standingsReplaced(now: now)
        _ = feed.receive(Change(user: "ada", score: 80, increase: 10, seq: 8, epoch: "1", time: nil), now: now)
        _ = feed.arrived(snapshot(5, 50), of: nil, after: nil, number: first, now: now)
        #expect(feed.published.map { $0.top.map(\.score) } ?? [60] == [60] && !feed.isLive)
    }
}
