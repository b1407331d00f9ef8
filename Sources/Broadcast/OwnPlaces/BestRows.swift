import Board

/// The best rows of a board, as many as there may be, kept right by its changes, and taken from the source page by page.
///
/// As of ``TopStandings``, whoever is outside stands at or below the floor: so who rises above it enters with a certain place, and who
/// falls below it leaves. What is held is exactly the beginning of the board at the place of the last change, and a page of the same
/// place continues it, or shows that it is wrong.
struct BestRows {
    /// What a change did.
    struct Move {
        /// Where the user was; nil: not among the rows.
        let old: Ranking.Row?
        let new: Ranking.Row
    }

    enum Fit { case fits, gap, differs }

    private(set) var rows: Ranking
    /// Nobody is outside.
    private(set) var isWhole = false
    private var floor: Ranking.Row?
    private var arrivals = 0
    /// Rows of pages, where the last to come is the first.
    private var taken = 0
    private var totalRead = 0

    init(_ order: BoardOrder = BoardOrder()) { rows = Ranking(order) }

    var order: BoardOrder { rows.order }
    var count: Int { rows.count }
    /// Users on the board: where some are outside, as the source said last.
    var total: Int { isWhole ? count : max(totalRead, count) }

    /// - Parameter isReached: false for a change that left the score as it was.
    /// - Returns: nil: the user stays where they are.
    mutating func set(_ user: String, to score: Int, isReached: Bool = true, maximum: Int) -> Move? {
        let old = rows.row(of: user)
        if let old, old.score == score { return nil }
        if old == nil, !isReached, order.ties == .last, !isWhole, floor?.score == score { forget(score) }
        rows.remove(user)
        arrivals += 1
        let new = Ranking.Row(standing: Standing(user: user, score: score), arrival: arrivals)
        // Who has been among the floor's equals all the time is in the middle of them.
        let isNew = isReached || order.ties != .last || floor?.score != score
        guard isWhole || isNew && floor.map({ !rows.precedes($0, new) }) == true else {
            return Move(old: old, new: new)
        }
        rows.put(new)
        if rows.count > max(maximum, 1), let last = rows.last {
            totalRead = total
            rows.remove(last.user)
            (floor, isWhole) = (last, false)
        }
        return Move(old: old, new: new)
    }

    /// A user who is either new on the board, or has been outside it all the time, has the floor's score: only better rows are certain.
    private mutating func forget(_ score: Int) {
        let certain = rows.count(betterThan: score)
        for row in rows.rows(certain..<count).reversed() {
            rows.remove(row.user)
            floor = row
        }
    }

    /// - Parameters:
    ///   - page: at the place of the last change.
    ///   - offset: of its first row.
    mutating func extend(by page: Snapshot, from offset: Int, maximum: Int) -> Fit {
        let known = count
        guard offset <= known else { return .gap }
        guard page.order == order || known == 0 else { return .differs }
        if known == 0, page.order != order { rows = Ranking(page.order) }
        var place = offset
        var differs = false
        rows.forEach(offset..<offset + page.standings.count) { row in
            let found = page.standings[place - offset]
            if !row.standing.isOfSameUser(as: found) || row.score != found.score { differs = true }
            place += 1
        }
        guard !differs, page.total >= known else { return .differs }
        if isWhole { return page.total == known ? .fits : .differs }
        for standing in page.standings.dropFirst(known - offset) {
            guard count < maximum else { break }
            // They would be outside no longer, and be there twice.
            guard !rows.contains(standing.user) else { return .differs }
            // Behind all that are known: of `first` as if it came now, of `last` as if it had come before all of them.
            if order.ties == .last { taken += 1 } else { arrivals += 1 }
            let arrival = order.ties == .last ? -taken : arrivals
            let row = Ranking.Row(standing: standing, arrival: arrival)
            rows.put(row)
            floor = row
        }
        totalRead = page.total
        isWhole = count == page.total
        return .fits
    }

    /// Before ranks are asked for, when rows have changed.
    mutating func countScores() { rows.countScores() }

    /// Where the user stands, among whom; nil: not known here.
    func standing(of user: String, neighbours: Int) -> OwnStanding? {
        guard let row = rows.row(of: user) else { return isWhole ? .absent(total: total) : nil }
        let place = rows.place(before: row)
        let better = rows.count(betterThan: row.score)
        let bound = rows.count(notWorseThan: row.score)
        // Who is below it may be outside.
        guard isWhole || place + neighbours < count && bound < count else { return nil }
        var near: [OwnStanding.Neighbour] = []
        near.reserveCapacity(2 * neighbours)
        var (at, rank, last) = (max(0, place - neighbours), 0, Int?.none)
        rows.forEach(at..<place + neighbours + 1) { other in
            if order.ties == .shared || order.ties == .dense {
                if last != other.score { rank = rows.rank(at: at, score: other.score) }
            } else {
                rank = at + 1
            }
            if at != place { near.append(OwnStanding.Neighbour(standing: other.standing, rank: rank)) }
            last = other.score
            at += 1
        }
        return OwnStanding(
            score: row.score,
            rank: rows.rank(at: place, score: row.score),
            among: ScorePlace(total: total, worse: total - bound, equal: bound - better),
            neighbours: near
        )
    }
}
