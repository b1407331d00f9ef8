/// How many users have no place among equals that somebody can tell. Without I/O.
struct PastOrder {
    private struct Equals {
        var unknown = 0
        var before = 0
        /// The same bound of all.
        var bound = 0
        /// Where somebody is known to have come, whom no entry named since.
        var known: [Int] = []
    }

    private var scores: [Int: Equals] = [:]

    /// Of a user who changed since: all of them come before any other.
    mutating func add(_ score: Int, _ place: PastSearch.Place) {
        switch place {
        case .known(let seq): scores[score, default: Equals()].known.append(seq)
        case .before(let seq):
            scores[score, default: Equals()].before += 1
            scores[score]?.bound = seq
        case .unknown: scores[score, default: Equals()].unknown += 1
        }
    }

    mutating func addUnchanged(_ score: Int, _ reached: Int) {
        scores[score]?.known.append(reached)
    }

    var unknown: Int {
        scores.values.reduce(into: 0) { count, equals in
            // 0 came before all.
            let rivals = equals.known.count { $0 > 0 && $0 < equals.bound }
            if equals.unknown + equals.before + equals.known.count > 1 { count += equals.unknown }
            if equals.before + equals.unknown + rivals > 1 { count += equals.before }
        }
    }
}

extension PastSearch.Place {
    /// Where the seq is not known, the latest that it may be.
    var sortedAs: Int {
        switch self {
        case .known(let seq): seq
        case .before(let seq): seq - 1
        case .unknown: 0
        }
    }
}
