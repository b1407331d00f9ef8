import Board

/// The best rows of a board out of all, which come in no order. Without I/O.
struct PastRows {
    struct Row {
        let standing: Standing
        let reached: Int
    }

    private let limit: Int
    private let order: BoardOrder
    private var best: [Row] = []
    /// Whoever is not ahead of it is not among the best.
    private var worst: Row?
    private(set) var total = 0

    init(limit: Int, order: BoardOrder) {
        self.limit = limit
        self.order = order
    }

    mutating func add(_ user: String, score: Int, reached: Int) {
        total += 1
        if let worst, order.ascends ? score > worst.standing.score : score < worst.standing.score { return }
        best.append(Row(standing: Standing(user: user, score: score), reached: reached))
        if best.count - limit > max(limit, 1000) { sort() }
    }

    private mutating func sort() {
        best.sort(by: precedes)
        guard best.count > limit else { return }
        best.removeSubrange(limit...)
        worst = best.last
    }

    private func precedes(_ row: Row, _ other: Row) -> Bool {
        let (one, two) = (row.standing, other.standing)
        if one.score == two.score, order.isByArrival, row.reached != other.reached {
            return (row.reached < other.reached) == (order.ties == .first)
        }
        return order.ascends ? two.precedes(one) : one.precedes(two)
    }

    /// Those from `offset` on, with their ranks.
    mutating func page(from offset: Int) -> [PastStandings.Row] {
        sort()
        let standings = best.map(\.standing)
        var (page, rank): ([PastStandings.Row], Int) = ([], 0)
        for (place, standing) in standings.enumerated() {
            let isEqual = place > 0 && standings[place - 1].score == standing.score
            switch order.ties {
            case .id, .first, .last: rank = place + 1
            case .shared: if !isEqual { rank = place + 1 }
            case .dense: if !isEqual { rank += 1 }
            }
            if place >= offset { page.append(PastStandings.Row(standing: standing, rank: rank)) }
        }
        return page
    }
}
