import Board
import Leaderboard
import NIOCore
import Text

/// Bodies of what is read of boards. Ids of users and names of boards need no escaping; a member of the board may be another writer's.
enum BoardJSON {
    static func rows(_ rows: [RankedRow]) -> ByteBuffer {
        var list = List(reserving: rows.count * 64)
        for row in rows { list.add(row) }
        return list.end()
    }

    static func rows(_ users: [UserID], _ places: [UserPlaces.Place?]) -> ByteBuffer {
        var list = List(reserving: users.count * 64)
        for (user, place) in zip(users, places) {
            let (score, rank) = (text(place?.score), text(place?.rank))
            list.add(ByteBuffer(string: #"{"user_id":"\#(user.rawValue)","score":\#(score),"rank":\#(rank)}"#))
        }
        return list.end()
    }

    static func user(_ user: UserID, _ found: UserPlace) -> ByteBuffer {
        ByteBuffer(
            string: #"{"user_id":"\#(user.rawValue)","score":\#(found.place.score),"rank":\#(found.place.rank),"#
                + #""total":\#(found.among.total),"percentile":\#(percentile(found.among))}"#
        )
    }

    static func score(_ score: Int, _ found: ScorePlace) -> ByteBuffer {
        let better = max(0, found.total - found.worse - found.equal)
        return ByteBuffer(
            string: #"{"score":\#(score),"better":\#(better),"equal":\#(found.equal),"worse":\#(found.worse),"#
                + #""total":\#(found.total),"percentile":\#(percentile(found))}"#
        )
    }

    static func percentiles(_ wanted: [BoardQuery.Percentile], _ scores: [PercentileScore?]) -> ByteBuffer {
        var list = List()
        for (percentile, score) in zip(wanted, scores) {
            let text = score.map { hundredths($0.hundredths) } ?? "null"
            list.add(ByteBuffer(string: #"{"percentile":\#(percentile.text),"score":\#(text)}"#))
        }
        return list.end()
    }

    static func standing(on board: BoardID, _ found: UserPlace?) -> ByteBuffer {
        let (score, rank, total) = (text(found?.place.score), text(found?.place.rank), text(found?.among.total))
        let percentile = found.map { Self.percentile($0.among) } ?? "null"
        return ByteBuffer(
            string:
                #"{"board":"\#(board)","score":\#(score),"rank":\#(rank),"total":\#(total),"percentile":\#(percentile)}"#
        )
    }

    static func board(_ id: BoardID, _ page: RankedPage) -> ByteBuffer {
        var body = ByteBuffer(string: #"{"board":"\#(id)","total":\#(page.total),"scoreboard":"#)
        body.writeImmutableBuffer(rows(page.rows))
        body.writeStaticString("}")
        return body
    }

    private static func text(_ number: Int?) -> String { number.map(String.init) ?? "null" }

    private static func percentile(_ place: ScorePlace) -> String {
        place.percentileHundredths.map { hundredths(Int128($0)) } ?? "null"
    }

    /// `12`, `12.5`, `-0.25`: as few digits as will do.
    static func hundredths(_ value: Int128) -> String {
        let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: 100)
        let sign = value < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        return rest.isMultiple(of: 10)
            ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// A JSON array that is being written.
    struct List {
        private var body = ByteBuffer()
        private var isEmpty = true

        init(reserving capacity: Int = 256) {
            body.reserveCapacity(capacity + 2)
            body.writeStaticString("[")
        }

        mutating func add(_ element: ByteBuffer) {
            begin()
            body.writeImmutableBuffer(element)
        }

        mutating func add(_ row: RankedRow) {
            begin()
            body.writeStaticString(#"{"user_id":"#)
            body.writeJSON(row.user)
            body.writeString(#","score":\#(row.score),"rank":\#(row.rank)}"#)
        }

        mutating func end() -> ByteBuffer {
            body.writeStaticString("]")
            return body
        }

        private mutating func begin() {
            if !isEmpty { body.writeStaticString(",") }
            isEmpty = false
        }
    }
}
