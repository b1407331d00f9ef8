/// A row of standings.
public struct Row: Decodable, Sendable, Hashable {
    /// Nil: a place that is not revealed yet.
    public var user: String?
    /// Nil as well: asked for by name, and not on the board.
    public var score: Int?
    /// From 1.
    public var rank: Int?
    /// Nil: nothing is said, or it was not asked for.
    public var metadata: Metadata?

    /// What is not said is left out.
    public init(user: String?, score: Int?, rank: Int?, metadata: Metadata? = nil) {
        self.user = user
        self.score = score
        self.rank = rank
        self.metadata = metadata
    }

    enum CodingKeys: String, CodingKey {
        case user = "user_id"
        case score, rank, metadata
    }
}

/// Where one user stands.
public struct Place: Decodable, Sendable, Hashable {
    /// By id.
    public let user: String
    /// A whole number.
    public let score: Int
    /// From 1.
    public let rank: Int
    /// So many are on the board.
    public let total: Int
    /// From 0 to 100.
    public let percentile: Double

    enum CodingKeys: String, CodingKey {
        case user = "user_id"
        case score, rank, total, percentile
    }
}

/// Where a user stands on one board; without a score: not on it.
public struct BoardPlace: Decodable, Sendable, Hashable {
    /// By name.
    public let board: String
    /// A whole number.
    public let score: Int?
    /// From 1.
    public let rank: Int?
    /// So many are on the board.
    public let total: Int?
    /// From 0 to 100.
    public let percentile: Double?
}

/// The first rows of one board.
public struct BoardTop: Decodable, Sendable, Hashable {
    /// By name.
    public let board: String
    /// So many are on the board.
    public let total: Int
    /// Best first.
    public let scoreboard: [Row]
}

/// What a board is; what has no name here stands in the description of the API.
public struct Definition: Decodable, Sendable, Hashable {
    /// Which score is best.
    public enum Order: String, Decodable, Sendable { case desc, asc }
    /// Who comes first of equals, and how ranks are counted.
    public enum Ties: String, Decodable, Sendable { case id, shared, dense, first, last }

    /// One that begins anew, or the one that never does.
    public struct Window: Decodable, Sendable, Hashable {
        /// What it is called.
        public let name: String
        /// When it begins anew; nil: never.
        public let reset: String?
    }

    /// What it is called.
    public let name: String
    /// What is shown.
    public let title: String
    /// Which score is best.
    public let order: Order
    /// Who comes first of equals.
    public let ties: Ties
    /// The one that never ends first.
    public let windows: [Window]?
    /// `public`, `private` or `members`.
    public let visibility: String
    /// Another with each change.
    public let version: String
}

/// Some of the boards.
public struct BoardPage: Decodable, Sendable, Hashable {
    /// In the order of their names.
    public let boards: [Definition]
    /// What follows; nil: nothing.
    public let next: String?
}

/// How much goes on.
public struct Stats: Decodable, Sendable, Hashable {
    /// Of all instances.
    public let viewers: Int
    /// So many.
    public let users: Int
    /// Up to which update of the board.
    public let cursor: String
}

/// Times are in milliseconds since 1970.
public struct Season: Decodable, Sendable, Hashable {
    /// Of the board; nil: the one that never ends.
    public let window: String
    /// Such as `2026-W48`.
    public let season: String
    /// When it begins, in milliseconds since 1970.
    public let from: Int
    /// When it ends; nil: that is open.
    public let until: Int?
    /// Nothing comes to it any more.
    public let final: Bool
    /// So many.
    public let users: Int
}

/// Which rows of a board.
public struct StandingsQuery: Sendable, Hashable {
    /// 1 to 100.
    public var limit: Int?
    /// So many rows are left out before.
    public var offset: Int?
    /// The rows around this user.
    public var aroundUser: String?
    /// The rows around this score.
    public var aroundScore: Int?
    /// These users, at most 100, in this order.
    public var users: [String] = []
    /// Of the board; nil: the one that never ends.
    public var window: String?
    /// Such as `2026-W48`.
    public var season: String?
    /// `kind:value`
    public var segment: String?
    /// With what users say of themselves.
    public var includesMetadata = false

    /// What is not said is left out.
    public init(limit: Int? = nil, offset: Int? = nil, window: String? = nil, includesMetadata: Bool = false) {
        self.limit = limit
        self.offset = offset
        self.window = window
        self.includesMetadata = includesMetadata
    }

    /// What is not said is left out.
    public init(users: [String], window: String? = nil) {
        self.users = users
        self.window = window
    }

    /// What is not said is left out.
    public init(aroundUser: String, limit: Int? = nil, window: String? = nil) {
        self.aroundUser = aroundUser
        self.limit = limit
        self.window = window
    }

    var parts: [(String, String?)] {
        [
            ("limit", limit.map(String.init)), ("offset", offset.map(String.init)), ("around_user", aroundUser),
            ("around_score", aroundScore.map(String.init)),
            ("users", users.isEmpty ? nil : users.joined(separator: ",")),
            ("window", window), ("season", season), ("segment", segment),
            ("include", includesMetadata ? "metadata" : nil),
        ]
    }
}
