import Board
import Leaderboard
import Text

/// The first places of a board at one moment.
struct TopPlaces: Sendable, Equatable {
    struct Place: Sendable, Equatable {
        let user: String
        let rank: Int
        let score: Int
    }

    let places: [Place]

    init(_ places: [Place]) {
        self.places = places
    }

    init(_ page: RankedPage) {
        places = zip(page.snapshot.standings, page.ranks).map { row, rank in
            Place(user: row.user, rank: rank, score: row.score)
        }
    }

    /// As Redis keeps it: a line for each place.
    var text: String { places.map { "\($0.user) \($0.rank) \($0.score)" }.joined(separator: "\n") }

    /// Nil: it is another text.
    init?(text: String) {
        guard text.utf8.count <= 65_536 else { return nil }
        let lines = text.isEmpty ? [] : text.parts(at: "\n")
        let places = lines.compactMap { line -> Place? in
            let words = line.parts(at: " ")
            guard words.count == 3, (try? UserID(words[0])) != nil, let rank = Int(words[1]), rank > 0,
                let score = Int(words[2]), ScoreRange.contains(score)
            else { return nil }
            return Place(user: String(words[0]), rank: rank, score: score)
        }
        guard places.count == lines.count else { return nil }
        self.places = places
    }

    /// Who was overtaken since `old`, the best places first: somebody stood behind them, or not among the first places, and stands
    /// before them now.
    func overtaken(since old: TopPlaces) -> [Overtaken] {
        old.places.compactMap { before in
            let now = places.first { $0.user == before.user }
            let passer = places.first { other in
                guard other.user != before.user, now.map({ other.rank < $0.rank }) ?? true else { return false }
                return old.places.first { $0.user == other.user }.map { $0.rank > before.rank } ?? true
            }
            return passer.map { passer in
                let oldRank = old.places.first { $0.user == passer.user }?.rank
                return Overtaken(before: before, now: now, by: passer, oldRankOfPasser: oldRank)
            }
        }
    }

    struct Overtaken: Sendable, Equatable {
        let before: Place
        /// Nil: not among the first places any more, or not on the board.
        var now: Place?
        let by: Place
        let oldRankOfPasser: Int?
    }
}
