import Board
import Text
import NIOCore

@testable import Leaderboard
@testable import RedisClient

extension FuzzTarget {
    static let reply = FuzzTarget(
        "reply",
        "what Redis sends, in any pieces, and what our calls make of it",
        dictionary: "replies",
        maximumBytes: 1024
    ) { input in
        for takesMessages in [true, false] {
            let whole = Reading([input.bytes[...]], takesMessages)
            promise(Reading(input.pieces, takesMessages) == whole, "the same replies, however the bytes come")
            for incoming in whole.incoming {
                switch incoming {
                case .reply(let reply): Self.interpret(reply)
                case .message(_, let payload): _ = SentinelEvent(payload)
                }
            }
        }
    }

    private static func interpret(_ reply: RESPValue) {
        let source = RedisEndpoint.Address.tcp(host: "a", port: 1)
        if let page = Snapshot(reply: reply) { promise(page.standings.count < 1024, "rows are what came") }
        if case .applied(let update)? = UpdateOutcome(
            reply: reply,
            rateLimit: .init(updates: 60, interval: .seconds(60))
        ) {
            let bucket = update.rateLimit
            promise((0...60).contains(bucket.remaining) && bucket.retryAfterSeconds >= 1, "a bucket is in range")
            promise((0...60).contains(bucket.resetSeconds), "a bucket fills in its time")
        }
        for count in [1, 3] {
            guard case .each(let outcomes)? = GroupReply(reply, count: count) else { continue }
            promise(outcomes.count == count, "each update has one outcome")
            for outcome in outcomes {
                _ = UpdateOutcome(reply: outcome, rateLimit: .init(updates: 60, interval: .seconds(60)))
            }
        }
        if let fields = reply.array, let head = ReplyHead(fields) {
            let rest = Array(fields.dropFirst(3))
            if let page = RankedPage(head, rest, order: BoardOrder()) {
                promise(page.ranks.count == page.snapshot.standings.count, "each row has a rank")
                promise(page.ranks.allSatisfy { $0 > 0 }, "a rank is one")
            }
            if let user = try? UserID("a") {
                _ = (UserStandings(head, rest, of: [user, user]), UserPlace.read(head, rest, of: user))
            }
            if let place = ScorePlace(head, rest[...]), let percentile = place.percentileHundredths {
                promise((0...10_000).contains(percentile), "a percentile is one")
            }
        }
        _ = Holding(reply: reply)
        _ = RedisEndpoint.Address(hostAndPort: reply.array ?? [], saidBy: source)
        let map = SlotMap(reply, saidBy: source)
        promise(map.primaries.count <= map.nodes.count, "primaries are nodes")
        _ = (map.owner(of: 0), map.replicaCount(of: source), ServerRole(reply))
        var topology = ClusterTopology(homeSlot: 0)
        topology.learn(map, now: .now())
        topology.learn(map, now: .now())
        promise(map.ranges.isEmpty || topology.shards.count <= map.primaries.count + 1, "a shard for each primary")
        if let answer = SentinelAnswer(reply.array ?? [], saidBy: source) {
            promise(
                answer.epoch >= 0 && answer.replicas.allSatisfy { $0.address != answer.primary },
                "replicas are others"
            )
        }
        for element in reply.array ?? [reply] {
            if let entry = AuditEntry(reply: element) {
                _ = (entry.increase, entry.score, entry.seq, entry.reverts, entry.erased)
                promise(entry.time <= entry.id.milliseconds, "no entry is later than its id")
            }
            guard let text = element.text else { continue }
            _ = SentinelEvent(Array(text.utf8))
            let refusal = RedisRefusal(text)
            _ = (refusal.redirection, refusal.isFromWithinFunction, refusal.needsOperator)
            promise((0..<ClusterSlot.count).contains(ClusterSlot.of(text)), "a slot is in range")
            if let ahead = IDsAhead(text) {
                let end = AuditID(milliseconds: UInt64(clamping: text.utf8.count), number: .max)
                promise(ahead.last(notLaterThan: end) >= end, "a search begins no earlier than its time")
            }
        }
    }
}

private struct Reading: Equatable {
    var incoming: [Incoming] = []
    var isBroken = false

    init(_ pieces: [ArraySlice<UInt8>], _ takesMessages: Bool) {
        let reader = ReplyReader(takesMessages: takesMessages)
        do {
            for piece in pieces {
                try reader.feed(ByteBuffer(bytes: piece))
                while let next = try reader.next() { incoming.append(next) }
            }
        } catch {
            isBroken = true
        }
    }
}
