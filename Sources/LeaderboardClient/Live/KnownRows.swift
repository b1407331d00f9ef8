/// Everybody above a floor, best first. Whoever is not among them stands below it.
package struct KnownRows {
    private static let most = 200

    package var order = Definition.Order.desc
    package var ties = Definition.Ties.id
    package private(set) var rows: [KnownRow] = []
    private var floor: KnownRow?

    package init() {}

    /// - Parameters:
    ///   - rows: the best `asked`, or everybody if there are fewer.
    package mutating func reset(_ rows: [KnownRow], asked: Int) {
        self.rows = rows
        floor = rows.count < asked ? nil : rows.last
    }

    /// - Parameter increase: 0: who has come to the score without points is new there.
    package mutating func set(_ row: KnownRow, increase: Int?) {
        if let old = rows.firstIndex(where: { $0.isOfSameUser(as: row) }) {
            guard rows[old].score != row.score else { return }
            rows.remove(at: old)
        } else if increase == 0, ties == .last, floor?.score == row.score {
            // New among these equals, or one of those below: only the better rows are certain.
            if let place = rows.firstIndex(where: { $0.score == row.score }) {
                floor = rows[place]
                rows.removeSubrange(place...)
            }
            return
        }
        if let floor, precedes(floor, row) { return }
        rows.insert(row, at: rows.firstIndex { !precedes($0, row) } ?? rows.count)
        if rows.count > Self.most { floor = rows.popLast() }
    }

    /// Whether some of the first so many are below the floor.
    package func lacks(_ count: Int) -> Bool { floor != nil && rows.count < count }

    package func rank(at place: Int) -> Int {
        guard ties == .shared || ties == .dense, rows.indices.contains(place) else { return place + 1 }
        let better = rows[..<place].map(\.score).prefix { $0 != rows[place].score }
        return (ties == .dense ? Set(better).count : better.count) + 1
    }

    /// Whether a row stays ahead of one that comes to its place now.
    private func precedes(_ row: KnownRow, _ coming: KnownRow) -> Bool {
        if row.score != coming.score { return (order == .asc) == (row.score < coming.score) }
        if ties == .first || ties == .last { return ties == .first }
        let isLess = row.user.utf8.lexicographicallyPrecedes(coming.user.utf8)
        let isMore = coming.user.utf8.lexicographicallyPrecedes(row.user.utf8)
        return order == .asc ? isLess : isMore
    }
}

/// A user with a score.
package struct KnownRow: Sendable, Equatable {
    package let user: String
    package let score: Int

    package init(user: String, score: Int) {
        self.user = user
        self.score = score
    }

    /// Byte for byte: two spellings of an accented letter are two users.
    func isOfSameUser(as other: KnownRow) -> Bool { user.utf8.elementsEqual(other.user.utf8) }
}
