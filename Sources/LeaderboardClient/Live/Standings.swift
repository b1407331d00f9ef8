/// The first rows of a board at one moment.
public struct Standings: Sendable, Hashable {
    /// Nobody sees where others stand until it is revealed.
    public struct Frozen: Decodable, Sendable, Hashable {
        /// In milliseconds since 1970.
        public let since: Int
    }

    /// Best first.
    public internal(set) var rows: [Row]
    /// Of the board; nil: the one that never ends.
    public internal(set) var window: String?
    /// Such as `2026-W48`.
    public internal(set) var season: String?
    /// Of the season, in milliseconds since 1970, by Redis' clock; so is ``now``, when the snapshot was made.
    public internal(set) var from: Int?
    /// When it ends; nil: that is open.
    public internal(set) var until: Int?
    /// When the snapshot was made, in milliseconds since 1970.
    public internal(set) var now: Int?
    /// Nil: the board moves.
    public internal(set) var frozen: Frozen?
    /// Up to which update of the board.
    public internal(set) var cursor: String
}

/// One user's new score.
public struct Change: Decodable, Sendable, Hashable {
    /// By id.
    public let user: String
    /// A whole number.
    public let score: Int
    /// By how much it went up.
    public let increase: Int?
    /// Of the board: each update counts it up.
    public let seq: Int?

    enum CodingKeys: String, CodingKey {
        case user = "user_id"
        case score, seq
        case increase = "score_increase"
    }
}

/// A season is over: its final rows.
public struct SeasonEnd: Sendable, Hashable {
    /// The season that follows.
    public struct Next: Decodable, Sendable, Hashable {
        /// Such as `2026-W48`.
        public let season: String
        /// When it begins, in milliseconds since 1970.
        public let from: Int
        /// When it ends; nil: that is open.
        public let until: Int?
    }

    /// Of the board; nil: the one that never ends.
    public let window: String
    /// Such as `2026-W48`.
    public let season: String
    /// So many are on the board.
    public let total: Int
    /// Best first.
    public let rows: [Row]
    /// What follows; nil: nothing.
    public let next: Next?
}

/// Where the caller stands, and who is near; without a score: not on the board.
public struct OwnPlace: Decodable, Sendable, Hashable {
    /// Who went past whom.
    public struct Passings: Decodable, Sendable, Hashable {
        /// One of them.
        public struct User: Decodable, Sendable, Hashable {
            /// By id.
            public let user: String
            /// A whole number.
            public let score: Int

            enum CodingKeys: String, CodingKey {
                case user = "user_id"
                case score
            }
        }

        /// Of all.
        public let count: Int
        /// The latest five by name.
        public let users: [User]
    }

    /// By id.
    public let user: String
    /// A whole number.
    public let score: Int?
    /// From 1.
    public let rank: Int?
    /// So many are on the board.
    public let total: Int
    /// From 0 to 100.
    public let percentile: Double?
    /// Best first, without the caller.
    public let neighbours: [Row]
    /// Who has passed the caller since the last message, and whom they have passed.
    public let passed: Passings?
    /// Whom the caller has passed.
    public let overtook: Passings?
    /// Up to which update of the board.
    public let cursor: String

    enum CodingKeys: String, CodingKey {
        case user = "user_id"
        case score, rank, total, percentile, neighbours, passed, overtook, cursor
    }
}
