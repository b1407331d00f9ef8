import Board

/// The instance's own copy of the best users of the board, kept right by the stream of changes alone.
///
/// The copy cannot know who is outside it, only a bound: everyone outside stands at or below `floor`. So a user who
/// rises above the floor enters with a certain rank, and one who falls below it leaves, for the rank is no longer known.
/// Every row held is therefore exactly where Redis has it. Falls (only other services make them) use the copy up;
/// `wantsRefill` and `isThin` say when.
struct TopStandings {
    /// Best first; all of them certain.
    private(set) var rows: [Standing]
    /// Nobody is outside.
    private(set) var isWhole: Bool
    /// Meaningful only while not whole. Of a non-whole copy without rows nothing is known.
    private var floor: Standing?
    private let capacity: Int
    /// What the source gave at the last filling: one that gives little must not be asked all the time.
    private let filled: Int
    let order: BoardOrder

    /// Nothing is known yet.
    init(capacity: Int) {
        self.capacity = max(capacity, 1)
        rows = []
        isWhole = false
        filled = 0
        order = BoardOrder()
    }

    init(_ snapshot: Snapshot, capacity: Int) {
        self.capacity = max(capacity, 1)
        rows = Array(snapshot.standings.prefix(self.capacity))
        isWhole = snapshot.isWhole && snapshot.standings.count <= self.capacity
        floor = rows.last
        filled = rows.count
        order = snapshot.order
    }

    /// Puts a user where the new score belongs. Returns the best index (0 is the first place) at which the rows now
    /// differ from before, nil if they do not.
    /// - Parameter isReached: false for a change that left the score as it was, and with it the user's place among equals.
    mutating func set(_ user: String, to score: Int, isReached: Bool = true) -> Int? {
        let standing = Standing(user: user, score: score)
        let old = index(of: standing)
        if let old {
            if rows[old].score == score { return nil }
            rows.remove(at: old)
        } else if !isReached, order.ties == .last, !isWhole, floor?.score == score {
            return forget(score)
        }
        guard isCertain(standing) else { return old }
        let new = place(of: standing)
        rows.insert(standing, at: new)
        if rows.count > capacity {
            floor = rows.removeLast()
            isWhole = false
            if new == rows.count { return old }
        }
        return min(new, old ?? new)
    }

    /// A user who is either new on the board, or has been outside it all the time, has the floor's score: only the better rows
    /// are certain any more.
    private mutating func forget(_ score: Int) -> Int? {
        guard let first = rows.firstIndex(where: { $0.score == score }) else { return nil }
        floor = rows[first]
        rows.removeSubrange(first...)
        return first
    }

    /// The rank (1 is the best) of a user in the copy.
    func rank(of user: String) -> Int? {
        index(of: Standing(user: user, score: 0)).map { order.rank(at: $0, of: rows) }
    }

    func score(of user: String) -> Int? {
        index(of: Standing(user: user, score: 0)).map { rows[$0].score }
    }

    /// The row of the same user, whatever the score.
    private func index(of standing: Standing) -> Int? {
        rows.firstIndex(ofSameUserAs: standing)
    }

    /// Fewer than half of what was filled are left, and there are more on the board.
    var wantsRefill: Bool { !isWhole && rows.count < (filled + 1) / 2 }

    /// The first `count` places are no longer known.
    func isThin(for count: Int) -> Bool { !isWhole && rows.count < min(count, filled) }

    /// Whether both can be pictures of the same board at the same moment.
    func agrees(with other: TopStandings) -> Bool {
        if isWhole, other.rows.count > rows.count { return false }
        if other.isWhole, rows.count > other.rows.count { return false }
        guard order == other.order else { return false }
        let common = min(rows.count, other.rows.count)
        return rows.prefix(common).elementsEqual(other.rows.prefix(common)) {
            $0.score == $1.score && $0.isOfSameUser(as: $1)
        }
    }

    /// Standing exactly on the floor is certain: only one user can stand there, for no two share name and score. (Where the
    /// order is that of arrival, who comes first of all equals is.)
    private func isCertain(_ standing: Standing) -> Bool {
        if isWhole { return true }
        guard let floor else { return false }
        return !order.precedes(floor, arriving: standing)
    }

    private func place(of standing: Standing) -> Int {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if order.precedes(rows[middle], arriving: standing) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
