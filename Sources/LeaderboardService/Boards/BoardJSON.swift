import Board
import Leaderboard
import NIOCore
import Text

/// Bodies of what is read of boards. Ids of users and names of boards need no escaping; a member of the board may be another writer's.
enum BoardJSON {
    static func rows(_ page: RankedPage, _ said: SaidByUsers = .notAsked) -> ByteBuffer {
        rows(Array(zip(page.snapshot.standings, page.ranks)), said)
    }

    /// - Parameter covered: places before the rows that are not shown yet, counted from 1.
    static func rows(
        _ rows: [(standing: Standing, rank: Int)],
        _ said: SaidByUsers = .notAsked,
        covered: Range<Int> = 1..<1
    ) -> ByteBuffer {
        var list = List(reserving: (covered.count + rows.count) * 64)
        for rank in covered { list.add(ByteBuffer(string: coveredRow(rank))) }
        for (place, (standing, rank)) in rows.enumerated() { list.add(standing, rank: rank, said.member(of: place)) }
        return list.end()
    }

    static func coveredRow(_ rank: Int) -> String { #"{"rank":\#(rank),"hidden":true}"# }

    static func rows(_ users: [UserStanding], _ said: SaidByUsers = .notAsked) -> ByteBuffer {
        var list = List(reserving: users.count * 64)
        for (place, found) in users.enumerated() {
            let (score, rank, said) = (text(found.score), text(found.rank), said.member(of: place))
            list.add(ByteBuffer(string: #"{"user_id":"\#(found.user)","score":\#(score),"rank":\#(rank)\#(said)}"#))
        }
        return list.end()
    }

    static func user(_ found: UserPlace, _ said: SaidByUsers = .notAsked) -> ByteBuffer {
        let (score, rank) = (text(found.standing.score), text(found.standing.rank))
        return ByteBuffer(
            string: #"{"user_id":"\#(found.standing.user)","score":\#(score),"rank":\#(rank),"#
                + #""total":\#(found.among.total),"percentile":\#(percentile(found.among))\#(said.member(of: 0))}"#
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
            let text = score.map { String(hundredths: $0.hundredths) } ?? "null"
            list.add(ByteBuffer(string: #"{"percentile":\#(percentile.text),"score":\#(text)}"#))
        }
        return list.end()
    }

    static func standing(on board: BoardID, _ found: UserPlace?, _ said: SaidByUsers = .notAsked) -> ByteBuffer {
        let (score, rank, total) = (text(found?.standing.score), text(found?.standing.rank), text(found?.among.total))
        let percentile = found.map { Self.percentile($0.among) } ?? "null"
        return ByteBuffer(
            string: #"{"board":"\#(board)","score":\#(score),"rank":\#(rank),"total":\#(total),"#
                + #""percentile":\#(percentile)\#(said.member(of: 0))}"#
        )
    }

    /// Of a board that is frozen, to who does not see it: as of a user who is not there, and since when.
    static func frozenStanding(on board: BoardID, since: Int) -> ByteBuffer {
        ByteBuffer(
            string:
                #"{"board":"\#(board)","score":null,"rank":null,"total":null,"percentile":null,"frozen":{"since":\#(since)}}"#
        )
    }

    static func frozenBoard(_ board: BoardID, since: Int) -> ByteBuffer {
        ByteBuffer(string: #"{"board":"\#(board)","total":null,"scoreboard":null,"frozen":{"since":\#(since)}}"#)
    }

    static func board(_ id: BoardID, _ page: RankedPage, _ said: SaidByUsers = .notAsked) -> ByteBuffer {
        var body = ByteBuffer(string: #"{"board":"\#(id)","total":\#(page.snapshot.total),"scoreboard":"#)
        body.writeImmutableBuffer(rows(page, said))
        body.writeStaticString("}")
        return body
    }

    private static func text(_ number: Int?) -> String { number.map(String.init) ?? "null" }

    private static func percentile(_ place: ScorePlace) -> String {
        place.percentileHundredths.map { String(hundredths: Int128($0)) } ?? "null"
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

        /// - Parameter more: further members, each behind a comma.
        mutating func add(_ row: Standing, rank: Int, _ more: String) {
            begin()
            body.writeStaticString(#"{"user_id":"#)
            body.writeJSON(row.user)
            body.writeString(#","score":\#(row.score),"rank":\#(rank)\#(more)}"#)
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
