/// Which of a board's rows comes first, and how its ranks are counted.
package struct BoardOrder: Sendable, Hashable {
    /// Among equal scores.
    package enum Ties: String, Sendable, CaseIterable {
        /// By the bytes of their ids, as Redis sorts; ranks count rows.
        case id
        /// As `id`, but equals share a rank: 1 1 3, or 1 1 2.
        case shared, dense
        /// Who reached the score first, or last.
        case first, last

        /// The sorted set is all there is: its members are the users themselves.
        package var isPlain: Bool { self == .id || self == .shared }

        /// The order among equals is that in which they came, which only who saw them come can tell.
        @inlinable package var isByArrival: Bool { self == .first || self == .last }
    }

    /// The least score is the best.
    package let ascends: Bool
    package let ties: Ties

    @inlinable package init(ascends: Bool = false, ties: Ties = .id) {
        self.ascends = ascends
        self.ties = ties
    }

    @inlinable package var isByArrival: Bool { ties.isByArrival }

    /// Whether a row of the board stays ahead of one that takes its place now.
    @inlinable package func precedes(_ row: Standing, arriving: Standing) -> Bool {
        if row.score == arriving.score, isByArrival { return ties == .first }
        // What Redis reads forward is the reverse of what it reads backward, names of equals included.
        return ascends ? arriving.precedes(row) : row.precedes(arriving)
    }

    /// The rank of the row at this place (0 is the best) among rows that begin with the best one.
    package func rank(at place: Int, of rows: [Standing]) -> Int {
        guard ties == .shared || ties == .dense else { return place + 1 }
        let score = rows[place].score
        let better = rows[..<place].prefix { $0.score != score }
        guard ties == .dense else { return better.count + 1 }
        return zip(better, better.dropFirst()).count { $0.score != $1.score } + (better.isEmpty ? 1 : 2)
    }
}
