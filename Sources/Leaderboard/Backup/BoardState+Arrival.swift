import Board

extension BoardState {
    /// The same board by ties that ask who came first. Of who came when, nothing is known: equals keep the order that they have now,
    /// those among them who are suspended too, as if they had come in it.
    /// - Parameter definition: with the ties that ask; the order is that of before.
    func numbered(for definition: BoardDefinition) -> BoardState {
        var numbered = BoardState(isByArrival: true)
        (numbered.suspended, numbered.hidden, numbered.onHold) = (suspended, hidden, onHold)
        var equals: [Int: [(user: String, isWithheld: Bool)]] = [:]
        for (user, place) in scores { equals[place.score, default: []].append((user, false)) }
        for (user, place) in withheld where scores[user] == nil {
            equals[place.score, default: []].append((user, true))
        }
        for (score, users) in equals {
            // As Redis sorts, and reads backward where the greatest score is best.
            let sorted = users.sorted { one, other in
                let isBefore = one.user.utf8.lexicographicallyPrecedes(other.user.utf8)
                return definition.order == .asc ? isBefore : !isBefore
            }
            for (index, row) in sorted.enumerated() {
                let place = Place(score: score, reached: definition.ties == .first ? index : sorted.count - 1 - index)
                if row.isWithheld { numbered.withheld[row.user] = place } else { numbered.scores[row.user] = place }
            }
        }
        return numbered
    }

    /// The last change by which somebody reached a score.
    var lastReached: Int {
        max(scores.values.lazy.map(\.reached).max() ?? 0, withheld.values.lazy.map(\.reached).max() ?? 0)
    }
}
