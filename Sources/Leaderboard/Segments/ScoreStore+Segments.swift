package import NIOCore
import RedisClient

// Reads of a segment, each in one call (`Functions/segment_reads.lua`).
extension ScoreStore {
    func ask(
        _ name: String,
        _ words: [String],
        of segment: Segment,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> RESPValue {
        guard board.definition.segments.kinds.contains(segment.kind) else { throw .unknownSegment }
        let segments = keys.segments(of: segment.kind)
        let call = call(
            name,
            words,
            scores: segments.places,
            at: segments.users,
            stamps: name == Self.ownPlace ? keys.at : nil,
            times: "#\(segment.value)"
        )
        return try await read(call, on: eventLoop)
    }

    /// The segments of a kind by the sums of their users' scores, best first. Nil: there is no such board any more, or not yet.
    package func totals(
        of kind: SegmentKind,
        _ selection: SegmentSelection,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> SegmentTotals? {
        guard board.definition.segments.totals.contains(kind) else { throw .unknownSegment }
        let segments = keys.segments(of: kind)
        let (word, isAround) =
            switch selection {
            case .page(let offset): (String(offset), "0")
            case .around(let value): (value.rawValue, "1")
            }
        let names = [word, String(limit), isAround]
        let reply = try await read(
            call("totals", names, scores: segments.totals, at: segments.places),
            on: eventLoop
        )
        return try Self.read(reply) { SegmentTotals($0, $1) }
    }
}

/// Which of a kind's segments are meant.
package enum SegmentSelection: Sendable, Equatable {
    case page(offset: Int)
    /// With this one in the middle, as far as the ends allow; none if nobody is in it.
    case around(SegmentValue)
}

/// Some segments of a kind, by their totals.
package struct SegmentTotals: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package let value: String
        /// Of the scores that the board shows of its users, held to what a score may be.
        package let total: Int
        /// 1 is best; the same totals share one.
        package let rank: Int
        package let users: Int
    }

    /// How many segments there are of the kind, in which somebody is.
    package let count: Int
    package let rows: [Row]

    init?(_ head: ReplyHead, _ fields: [RESPValue]) {
        guard fields.count.isMultiple(of: 4) else { return nil }
        var rows: [Row] = []
        for index in stride(from: 0, to: fields.count, by: 4) {
            guard let value = fields[index].text.flatMap({ SegmentValue($0) }), let total = fields[index + 1].score,
                let rank = fields[index + 2].count, rank > 0, let users = fields[index + 3].count
            else { return nil }
            rows.append(Row(value: value.rawValue, total: total, rank: rank, users: users))
        }
        (count, self.rows) = (head.total, rows)
    }
}
