import Board
import Text
import NIOCore

@testable import Broadcast
@testable import Leaderboard

extension FuzzTarget {
    static let feed = FuzzTarget(
        "feed",
        "a board's stream: events, snapshots, windows, losses and returns in any order, with numbers at their borders",
        maximumBytes: 256
    ) { input in
        var numbers = FuzzNumbers(input)
        var stream = FuzzedStream()
        while !numbers.isAtEnd { stream.step(&numbers) }
    }
}

private struct FuzzedStream {
    private static let users = ["a", "b", "é", "e\u{301}", "\"\\\u{1}", String(repeating: "x", count: 64)]
    private static let epochs = ["1", "2"]

    private var feed: Feed
    private var now = NIODeadline.uptimeNanoseconds(1 << 40)
    private var fetches: [Int] = []

    init() {
        var options = BroadcastOptions()
        (options.copiedUsers, options.scoreboardRows, options.maximumRecordedChanges) = (4, 2, 8)
        (options.backlogBytes, options.ringBytes) = (8192, 2048)
        feed = Feed(options: options)
        feed.begin(now: now)
    }

    mutating func step(_ numbers: inout FuzzNumbers) {
        switch numbers.below(12) {
        case 0: perform(feed.subscriptionLive(now: now))
        case 1: feed.subscriptionLost()
        case 2: perform(feed.standingsReplaced(now: now))
        case 3:
            guard let number = fetches.popLast() else { break }
            perform(numbers.below(2) == 0 ? feed.failed(number, now: now) : feed.gone(number, now: now))
            if numbers.below(2) == 0 { perform(feed.wanted(now: now)) }
        case 4, 5:
            if let number = fetches.popLast() { perform(feed.arrived(snapshot(&numbers), number: number, now: now)) }
        case 6:
            now = now + .milliseconds(Int64(numbers.byte()) * 20)
            perform(feed.wake(now: now))
        case 7:
            let epoch = Self.epochs[numbers.below(Self.epochs.count)]
            if let missed = feed.missed(since: Cursor(epoch: epoch, seq: seq(&numbers))) { check(missed) }
        default: perform(feed.receive(change(&numbers), now: now))
        }
        check()
    }

    private mutating func perform(_ actions: [FeedAction]) {
        for action in actions {
            switch action {
            case .flush:
                guard let flush = feed.takeWindow(now: now) else { continue }
                check(flush.changes)
                let message = Message.changes(to: flush.published.cursor, from: flush.from, flush.changes)
                let bound = feed.options.maximumFrameBytes + 2 * Message.envelopeBytes
                promise(message.readableBytes <= bound, "a frame has its bound")
                promise((try? JSONValue(json: message, maximumBytes: bound))?.object != nil, "a message is JSON")
            case .resnapshot:
                guard let published = feed.published else { return promise(false, "what is shown is known") }
                let message = Message.snapshot(published)
                promise((try? JSONValue(json: message, maximumBytes: 1 << 16))?.object != nil, "a message is JSON")
            case .reveal: _ = feed.takeReveal(now: now)
            case .fetch(let number): fetches.append(number)
            case .dismiss: promise(feed.published == nil && !feed.isLive, "of a board that is gone nothing is known")
            }
        }
    }

    private func check(_ changes: MergedChanges) {
        let seqs = changes.changes.map(\.seq)
        promise(zip(seqs, seqs.dropFirst()).allSatisfy { $0 <= $1 }, "changes ascend")
        promise(seqs.count == changes.count, "a user has one change")
    }

    private func check() {
        let rows = feed.top.rows
        promise(rows.count <= feed.options.copiedUsers, "the copy is bounded")
        promise(zip(rows, rows.dropFirst()).allSatisfy { $0.precedes($1) }, "the best is first")
        promise(feed.published?.top.count ?? 0 <= feed.options.scoreboardRows, "the page is bounded")
        _ = (feed.nextWake, feed.standings(limit: 2))
    }

    private func seq(_ numbers: inout FuzzNumbers) -> Int {
        let seq = numbers.integer()
        return numbers.below(2) == 0 ? (feed.position?.seq ?? 0) &+ seq : seq
    }

    private func change(_ numbers: inout FuzzNumbers) -> Change {
        let isOwn = numbers.below(4) > 0
        return Change(
            user: Self.users[numbers.below(Self.users.count)],
            score: numbers.integer(),
            increase: numbers.integer(),
            seq: isOwn ? seq(&numbers) : nil,
            epoch: isOwn ? Self.epochs[numbers.below(Self.epochs.count)] : nil,
            time: numbers.integer()
        )
    }

    private func snapshot(_ numbers: inout FuzzNumbers) -> Snapshot {
        let users = Self.users.prefix(numbers.below(Self.users.count + 1))
        let standings = users.map { Standing(user: $0, score: numbers.integer()) }.sorted { $0.precedes($1) }
        return Snapshot(
            cursor: Cursor(epoch: Self.epochs[numbers.below(Self.epochs.count)], seq: seq(&numbers)),
            total: numbers.below(2) == 0 ? standings.count : .max,
            standings: standings
        )
    }
}
