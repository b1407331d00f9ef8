import Board

/// Rows of a board in its order, each with its place. To find, to put in and to take out one costs a search among chunks and one within
/// a chunk, and a step for each chunk behind it: 2 µs with 100,000 rows, which take 12 MB where names have up to 15 bytes.
struct Ranking {
    struct Row: Sendable {
        let standing: Standing
        /// On a board whose equals stand in the order of their arrival: a number that has it.
        let arrival: Int

        var user: String { standing.user }
        var score: Int { standing.score }
    }

    private struct Key {
        let score: Int
        let arrival: Int
    }

    private static let chunkLength = 512

    let order: BoardOrder
    /// None is empty.
    private var chunks: [[Row]] = []
    /// The place of each chunk's first row.
    private var starts: [Int] = []
    private var keys: [String: Key] = [:]
    /// Of a board that counts distinct scores: how many there are before each chunk's first row's. Empty: not known.
    private var scoresBefore: [Int] = []

    init(_ order: BoardOrder) { self.order = order }

    var count: Int { keys.count }
    var last: Row? { chunks.last?.last }

    func precedes(_ a: Row, _ b: Row) -> Bool {
        if a.score != b.score { return order.ascends ? a.score < b.score : a.score > b.score }
        if order.isByArrival { return order.ties == .first ? a.arrival < b.arrival : a.arrival > b.arrival }
        return order.ascends ? b.standing.precedes(a.standing) : a.standing.precedes(b.standing)
    }

    func row(of user: String) -> Row? {
        keys[user].map { Row(standing: Standing(user: user, score: $0.score), arrival: $0.arrival) }
    }

    func contains(_ user: String) -> Bool { keys[user] != nil }

    func place(of user: String) -> Int? { row(of: user).map { place(before: $0) } }

    /// How many rows stand before that one, which may be there or not.
    func place(before row: Row) -> Int { place { precedes($0, row) } }

    /// How many have a better score.
    func count(betterThan score: Int) -> Int { place { order.ascends ? $0.score < score : $0.score > score } }

    /// How many have that score or a better one.
    func count(notWorseThan score: Int) -> Int { place { order.ascends ? $0.score <= score : $0.score >= score } }

    /// Equals have one rank: none of them is before another.
    private var equalsAreOne: Bool { order.ties == .shared || order.ties == .dense }

    /// The places of those whom another row comes to be before on its way.
    /// - Parameter old: nil: from behind the end.
    func passed(from old: Row?, to new: Row) -> Range<Int> {
        func end(_ row: Row) -> Int { equalsAreOne ? count(notWorseThan: row.score) : place(before: row) }
        let first = end(new)
        return first..<max(first, old.map(end) ?? count)
    }

    /// The places of those who come to be before another row on its way.
    func overtaking(from old: Row?, to new: Row) -> Range<Int> {
        func begin(_ row: Row) -> Int { equalsAreOne ? count(betterThan: row.score) : place(before: row) }
        let first = old.map(begin) ?? count
        return first..<max(first, begin(new))
    }

    /// How many rows from the best one on are so; those behind the first that is not are not.
    private func place(_ isBefore: (Row) -> Bool) -> Int {
        let chunk = Self.first(of: chunks.count) { index in chunks[index].last.map { !isBefore($0) } ?? true }
        guard chunk < chunks.count else { return count }
        return starts[chunk] + chunks[chunk].withFirst { !isBefore($0) }
    }

    /// The rows at these places, as far as there are any.
    func rows(_ places: Range<Int>) -> [Row] {
        var rows: [Row] = []
        forEach(places) { rows.append($0) }
        return rows
    }

    func forEach(_ places: Range<Int>, _ body: (Row) -> Void) {
        let places = places.clamped(to: 0..<count)
        guard !places.isEmpty else { return }
        var chunk = Self.first(of: chunks.count) { starts[$0] > places.lowerBound } - 1
        var offset = places.lowerBound - starts[chunk]
        for _ in places {
            if offset == chunks[chunk].count { (chunk, offset) = (chunk + 1, 0) }
            body(chunks[chunk][offset])
            offset += 1
        }
    }

    /// By the board's ties; 1 is the best. Of one that counts distinct scores, `countScores` comes before.
    func rank(at place: Int, score: Int) -> Int {
        switch order.ties {
        case .id, .first, .last: return place + 1
        case .shared: return count(betterThan: score) + 1
        case .dense:
            let better = count(betterThan: score)
            let chunk = Self.first(of: chunks.count) { starts[$0] > better } - 1
            guard scoresBefore.indices.contains(chunk) else { return place + 1 }
            var (rank, last) = (scoresBefore[chunk] + 1, chunks[chunk][0].score)
            for row in chunks[chunk].prefix(better - starts[chunk] + 1) where row.score != last {
                (rank, last) = (rank + 1, row.score)
            }
            return rank
        }
    }

    /// For ranks of distinct scores, when rows have changed: it goes through all of them.
    mutating func countScores() {
        guard order.ties == .dense, scoresBefore.isEmpty else { return }
        var (scores, last) = (-1, Int?.none)
        for chunk in chunks {
            var isFirst = true
            for row in chunk {
                if row.score != last { (scores, last) = (scores + 1, row.score) }
                if isFirst { scoresBefore.append(scores) }
                isFirst = false
            }
        }
    }

    /// One row for each user: one who has another is taken out before.
    mutating func put(_ row: Row) {
        scoresBefore = []
        keys[row.user] = Key(score: row.score, arrival: row.arrival)
        guard !chunks.isEmpty else { return (chunks, starts) = ([[row]], [0]) }
        let chunk = min(
            Self.first(of: chunks.count) { index in chunks[index].last.map { !precedes($0, row) } ?? true },
            chunks.count - 1
        )
        let place = chunks[chunk].withFirst { !precedes($0, row) }
        chunks[chunk].insert(row, at: place)
        for later in starts.indices.dropFirst(chunk + 1) { starts[later] += 1 }
        guard chunks[chunk].count > Self.chunkLength else { return }
        let half = Self.chunkLength / 2
        let rest = Array(chunks[chunk][half...])
        chunks[chunk].removeSubrange(half...)
        chunks.insert(rest, at: chunk + 1)
        starts.insert(starts[chunk] + half, at: chunk + 1)
    }

    @discardableResult
    mutating func remove(_ user: String) -> Row? {
        guard let row = row(of: user) else { return nil }
        scoresBefore = []
        keys[user] = nil
        let chunk = Self.first(of: chunks.count) { index in chunks[index].last.map { !precedes($0, row) } ?? true }
        guard chunk < chunks.count else { return row }
        let place = chunks[chunk].withFirst { !precedes($0, row) }
        guard chunks[chunk].indices.contains(place) else { return row }
        chunks[chunk].remove(at: place)
        for later in starts.indices.dropFirst(chunk + 1) { starts[later] -= 1 }
        if chunks[chunk].isEmpty {
            chunks.remove(at: chunk)
            starts.remove(at: chunk)
        }
        return row
    }

    /// The first number below `count` of which it is so; it is so of all behind it. `count`: there is none.
    private static func first(of count: Int, _ isSo: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isSo(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension [Ranking.Row] {
    /// The first index of which it is so; it is so of all behind it. `count`: there is none.
    fileprivate func withFirst(_ isSo: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isSo(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
