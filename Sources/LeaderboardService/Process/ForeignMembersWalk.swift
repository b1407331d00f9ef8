import Leaderboard

/// How far one board, and the seasons of its windows that run, have been looked through for members that are no users. No I/O.
struct ForeignMembersWalk {
    /// Members of the first places, and of the part behind the cursor, that the next step looks at.
    var count: Int { isHurried ? 1000 : 250 }
    private(set) var cursor = SetAside.start
    /// Where the next step looks; nil: on the board itself.
    private(set) var season: SeasonKeys?
    /// Those that are behind it.
    private var seasons: [SeasonKeys] = []
    /// Walks to be made at the larger pace: what is left of this one, and a whole one.
    private var hurriedWalks: Int

    /// - Parameter isHurried: some were met on the board.
    init(isHurried: Bool = false) {
        hurriedWalks = isHurried ? 1 : 0
    }

    /// Something was found, and the whole board has not been looked through since.
    var isHurried: Bool { hurriedWalks > 0 }

    /// Between two walks.
    var isAtStart: Bool { cursor == SetAside.start && season == nil }

    /// A walk goes through these, too.
    mutating func begin(_ seasons: [SeasonKeys]) { self.seasons = seasons }

    mutating func took(_ step: SetAside) {
        cursor = step.cursor
        if cursor == SetAside.start { season = seasons.popLast() }
        if isAtStart { hurriedWalks = max(0, hurriedWalks - 1) }
        if step.moved > 0 { hurriedWalks = 2 }
    }
}
