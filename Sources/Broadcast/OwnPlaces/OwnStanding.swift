package import Board
package import NIOCore

/// What a viewer of `View.own` wants to see.
package struct OwnWish: Sendable, Equatable {
    /// Whose place it is.
    package let user: String
    /// On each side.
    package let neighbours: Int
    /// Between two messages, at least; never less than the flush window.
    package let pause: TimeAmount
    /// Whether the user is hidden, when they came; nil: not known.
    package let isHidden: Bool?

    package init(user: String, neighbours: Int, pause: TimeAmount, isHidden: Bool? = nil) {
        self.user = user
        self.neighbours = neighbours
        self.pause = pause
        self.isHidden = isHidden
    }
}

/// Where one user stands, with who is near.
package struct OwnStanding: Sendable, Hashable {
    package struct Neighbour: Sendable, Hashable {
        let standing: Standing
        let rank: Int

        package init(standing: Standing, rank: Int) {
            self.standing = standing
            self.rank = rank
        }
    }

    /// Nil, as the rank: the user is not on the board.
    let score: Int?
    var rank: Int?
    let among: ScorePlace
    /// Best first, without the user; of a board that is frozen, none.
    let neighbours: [Neighbour]
    /// It is where a hidden user would stand: the board's rows do not tell of it.
    let isHidden: Bool

    package init(
        score: Int?,
        rank: Int?,
        among: ScorePlace,
        neighbours: [Neighbour],
        isHidden: Bool = false
    ) {
        self.score = score
        self.rank = rank
        self.among = among
        self.neighbours = neighbours
        self.isHidden = isHidden
    }

    /// Of what a viewer is told, which does not say that they are hidden.
    var told: Int {
        var hasher = Hasher()
        hasher.combine(score)
        hasher.combine(rank)
        hasher.combine(among)
        hasher.combine(neighbours)
        return hasher.finalize()
    }

    package static func absent(total: Int) -> OwnStanding {
        OwnStanding(score: nil, rank: nil, among: ScorePlace(total: total, worse: 0, equal: 0), neighbours: [])
    }
}

/// Who has passed somebody since they were told last, or whom they have passed.
struct Passings: Sendable {
    struct Passing: Sendable {
        let user: String
        let score: Int
        /// Redis' time in milliseconds since 1970, to a flush window.
        let time: Int?
    }

    /// No message names more.
    static let longest = 5

    private(set) var count = 0
    /// The latest ones, the last of them at the end.
    private(set) var latest: [Passing] = []

    var isEmpty: Bool { count == 0 }

    mutating func add(_ passing: Passing) {
        count += 1
        latest = latest.suffix(Self.longest - 1) + [passing]
    }

    /// - Parameter named: the last ones of them.
    mutating func add(_ count: Int, named: [Passing]) {
        for passing in named { add(passing) }
        self.count += max(0, count - named.count)
    }
}
