import Board
import Leaderboard
import NIOCore
import Text

/// Bodies of what is read of boards. Ids of users and names of boards need no escaping; a member of the board may be another writer's.
enum BoardJSON {
    static func rows(_ page: RankedPage) -> ByteBuffer {
        rows(Array(zip(page.snapshot.standings, page.ranks)))
    }

    static func rows(_ rows: [(standing: Standing, rank: Int)]) -> ByteBuffer {
        var list = List(reserving: rows.count * 64)
        for (standing, rank) in rows { list.add(standing, rank: rank) }
        return list.end()
    }

    static func rows(_ users: [UserStanding]) -> ByteBuffer {
        var list = List(reserving: users.count * 64)
        for found in users {
            let (score, rank) = (text(found.score), text(found.rank))
            list.add(ByteBuffer(string: #"{"user_id":"\#(found.user)","score":\#(score),"rank":\#(rank)}"#))
        }
        return list.end()
    }

    static func user(_ found: UserPlace) -> ByteBuffer {
        let (score, rank) = (text(found.standing.score), text(found.standing.rank))
        return ByteBuffer(
            string: #"{"user_id":"\#(found.standing.user)","score":\#(score),"rank":\#(rank),"#
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
        let (score, rank, total) = (text(found?.standing.score), text(found?.standing.rank), text(found?.among.total))
        let percentile = found.map { Self.percentile($0.among) } ?? "null"
        return ByteBuffer(
            string:
                #"{"board":"\#(board)","score":\#(score),"rank":\#(rank),"total":\#(total),"percentile":\#(percentile)}"#
        )
    }

    static func board(_ id: BoardID, _ page: RankedPage) -> ByteBuffer {
        var body = ByteBuffer(string: #"{"board":"\#(id)","total":\#(page.snapshot.total),"scoreboard":"#)
        body.writeImmutableBuffer(rows(page))
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

        mutating func add(_ row: Standing, rank: Int) {
            begin()
            body.writeStaticString(#"{"user_id":"#)
            body.writeJSON(row.user)
            body.writeString(#","score":\#(row.score),"rank":\#(rank)}"#)
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
