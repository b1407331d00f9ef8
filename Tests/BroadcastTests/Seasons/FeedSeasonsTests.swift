import Board
import NIOCore
import Seasons
import Testing

@testable import Broadcast

@Suite("The feed, through the ends of seasons")
struct FeedSeasonsTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private static let later = start + .milliseconds(50)
    private static let first = Season(id: "W48", from: 10, until: 20)
    private static let second = Season(id: "W49", from: 20, until: 30)
    private static let ended = LastStandings(top: [Standing(user: "a", score: 10)], total: 1, isFinal: true)

    private static func place(_ season: Season) -> SeasonPlace {
        SeasonPlace(season, of: "weekly", epoch: "1", index: 0, listed: 1)
    }

    private static func snapshot(_ seq: Int, _ season: Season?, _ rows: [(String, Int)] = [("a", 10)]) -> Snapshot {
        Snapshot(
            cursor: Cursor(epoch: season.map { place($0).shownEpoch } ?? "1", seq: seq),
            standings: rows.map { Standing(user: $0, score: $1) },
            isWhole: true
        )
    }

    private static func change(_ user: String, _ score: Int, in window: Int, seq: Int) -> Change {
        let windows = WindowScores([window])
        return Change(user: user, score: score, increase: 1, seq: seq, epoch: "1", time: nil, windows: windows)
    }

    private static func begun(_ season: Season, seq: Int, epoch: String = "1") -> BegunWindows {
        BegunWindows([("weekly", season)], at: Cursor(epoch: epoch, seq: seq))
    }

    /// Follows the window in its first season, or the board, at seq 5.
    private func following(_ season: Season?) -> Feed {
        var feed = Feed(options: BroadcastOptions())
        feed.clock = season.map { _ in RedisClock(15, readAt: Self.start) }
        #expect(feed.subscriptionLive(now: Self.start) == [.fetch(1)])
        let actions = feed.arrived(
            Self.snapshot(5, season),
            of: season.map(Self.place),
            number: 1,
            now: Self.start
        )
        #expect(actions == [.resnapshot(.start)])
        #expect(feed.takeTurn() == nil)
        return feed
    }

    @Test(
        "of a window that has but one season tells its end once, whichever look finds it; and not who came when it was over"
    )
    func only() throws {
        for isAwaited in [true, false] {
            var feed = following(Self.first)
            feed.clock = RedisClock(20, readAt: Self.later)
            let actions =
                isAwaited ? feed.seasonIsOver(now: Self.later) : feed.wake(now: Self.later + .seconds(60))
            #expect(actions == [.fetch(2)])
            let now = Self.later + .seconds(60)
            let told = feed.arrived(
                Self.snapshot(5, Self.first),
                of: Self.place(Self.first),
                after: Self.ended,
                number: 2,
                now: now
            )
            #expect(told == [.resnapshot(.season)] && feed.isLive)
            let taken = feed.takeTurn()
            let turn = try #require(taken)
            #expect(turn.season == Self.first && turn.next == nil && turn.ended == Self.ended)
            #expect(feed.wake(now: now + .seconds(60)) == [.fetch(3)])
            let again = feed.arrived(
                Self.snapshot(5, Self.first),
                of: Self.place(Self.first),
                after: Self.ended,
                number: 3,
                now: now + .seconds(60)
            )
            let none = feed.takeTurn()
            #expect(again == [] && none == nil)
        }
        var late = Feed(options: BroadcastOptions())
        late.clock = RedisClock(20, readAt: Self.start)
        _ = late.subscriptionLive(now: Self.start)
        let seen = late.arrived(
            Self.snapshot(5, Self.first),
            of: Self.place(Self.first),
            after: nil,
            number: 1,
            now: Self.start
        )
        let none = late.takeTurn()
        #expect(seen == [.resnapshot(.start)] && none == nil && !late.owesLastTurn)
    }

    @Test("of the board goes on, and its next frame tells that nothing was missed")
    func board() {
        var feed = following(nil)
        #expect(feed.begun(Self.begun(Self.second, seq: 6), now: Self.later) == [])
        #expect(feed.isLive)
        #expect(feed.takeWindow(now: Self.later) == nil)
        #expect(feed.receive(Self.change("a", 11, in: 1, seq: 7), now: Self.later) == [.flush])
        let flush = feed.takeWindow(now: Self.later)
        #expect(flush?.from == 6)
        #expect(flush?.changes.count == 1)
        #expect(flush?.published.cursor == Cursor(epoch: "1", seq: 7))
        // Who saw the place before it can be told what followed.
        #expect(feed.missed(since: Cursor(epoch: "1", seq: 5))?.count == 1)
    }

    @Test(
        "of the board starts over where something is missing before it, and knows one that it has seen",
        arguments: [(7, "1", [.fetch(2)]), (6, "2", [.fetch(2)]), (5, "1", []), (1, "1", [])]
            as [(
                Int, String, [FeedAction]
            )]
    )
    func holes(seq: Int, epoch: String, actions: [FeedAction]) {
        for season in [nil, Self.first] {
            var feed = following(season)
            #expect(feed.begun(Self.begun(Self.first, seq: seq, epoch: epoch), now: Self.later) == actions)
        }
    }

    @Test("of the board brings a look up to now that was made before a season began")
    func recorded() {
        var feed = following(nil)
        #expect(feed.wake(now: Self.start + .seconds(1)) == [.fetch(2)])
        #expect(feed.begun(Self.begun(Self.second, seq: 6), now: Self.start + .seconds(1)) == [])
        #expect(feed.receive(Self.change("a", 11, in: 1, seq: 7), now: Self.start + .seconds(1)) == [.flush])
        #expect(feed.arrived(Self.snapshot(5, nil), number: 2, now: Self.start + .seconds(1)) == [])
        #expect(feed.isLive && feed.fetch == nil)
    }

    @Test("of a window has the scores in it, and goes on where another window begins anew")
    func window() {
        var feed = following(Self.first)
        #expect(feed.receive(Self.change("b", 500, in: 12, seq: 6), now: Self.later) == [.flush])
        let flush = feed.takeWindow(now: Self.later)
        #expect(flush?.published.top.map(\.score) == [12, 10])
        #expect(feed.begun(Self.begun(Self.first, seq: 7), now: Self.later) == [])
        #expect(feed.isLive && feed.position?.seq == 7)
        #expect(feed.position?.epoch == "1.weekly.W48")
    }

    @Test("of a window passes into the next season, and tells how the last one ended")
    func turn() {
        var feed = following(Self.first)
        #expect(feed.begun(Self.begun(Self.second, seq: 6), now: Self.later) == [.fetch(2)])
        // What happens meanwhile is of the new season.
        #expect(feed.receive(Self.change("b", 500, in: 1, seq: 7), now: Self.later) == [])
        let actions = feed.arrived(
            Self.snapshot(6, Self.second, []),
            of: Self.place(Self.second),
            after: Self.ended,
            number: 2,
            now: Self.later
        )
        #expect(actions == [.resnapshot(.season)])
        #expect(feed.published?.seasonID == "W49")
        #expect(feed.published?.top == [Standing(user: "b", score: 1)])
        let turn = feed.takeTurn()
        #expect(turn?.season.id == "W48" && turn?.next?.id == "W49" && turn?.ended == Self.ended)
        #expect(turn?.cursor == Cursor(epoch: "1.weekly.W48", seq: 5))
        #expect(feed.takeTurn() == nil)
        // A place in the season before is none in this one.
        #expect(feed.missed(since: Cursor(epoch: "1.weekly.W48", seq: 6)) == nil)
        #expect(feed.missed(since: Cursor(epoch: "1.weekly.W49", seq: 7))?.isEmpty == true)
    }

    @Test("of a window looks once, when its season should be over, whoever else tells of it")
    func over() {
        var feed = following(Self.first)
        #expect(feed.seasonIsOver(now: Self.later) == [.fetch(2)])
        #expect(feed.seasonIsOver(now: Self.later) == [])
        #expect(feed.begun(Self.begun(Self.second, seq: 6), now: Self.later) == [])
        let actions = feed.arrived(
            Self.snapshot(6, Self.second, []),
            of: Self.place(Self.second),
            after: Self.ended,
            number: 2,
            now: Self.later
        )
        #expect(actions == [.resnapshot(.season)])
        #expect(feed.isLive)
    }

    @Test("of a window without a subscription passes on by looking")
    func lost() {
        var feed = following(Self.first)
        feed.subscriptionLost()
        #expect(feed.seasonIsOver(now: Self.later) == [.fetch(2)])
        let actions = feed.arrived(
            Self.snapshot(6, Self.second, []),
            of: Self.place(Self.second),
            after: Self.ended,
            number: 2,
            now: Self.later
        )
        #expect(actions == [.resnapshot(.season)])
        let turn = feed.takeTurn()
        #expect(turn?.next?.id == "W49")
    }

    @Test("of a window looks anew where a change does not say what it did there")
    func unknown() {
        var feed = following(Self.first)
        let act = Change(user: "a", score: 3, increase: -7, seq: 6, epoch: "1", time: nil)
        #expect(feed.receive(act, now: Self.later) == [.fetch(2)])
        let read = Self.snapshot(6, Self.first, [("a", 3)])
        #expect(
            feed.arrived(read, of: Self.place(Self.first), number: 2, now: Self.later) == [.resnapshot(.replaced)]
        )
        #expect(feed.takeTurn() == nil)
        // Another service's write is in no window.
        let foreign = Change(user: "z", score: 9, increase: nil, seq: nil, epoch: nil, time: nil)
        #expect(feed.receive(foreign, now: Self.later) == [])
        #expect(feed.isLive)
    }
}
