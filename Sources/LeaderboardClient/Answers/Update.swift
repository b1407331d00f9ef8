/// What an update does to a score.
public enum ScoreChange: Sendable, Hashable {
    case increase(Int)
    case decrease(Int)
    /// By the board's operator.
    case score(Int)
    case set(Int)
    /// Only if it is better.
    case best(Int)
}

/// What one user earned on one board.
public struct Update: Encodable, Sendable, Hashable {
    /// By id.
    public var user: String
    /// What it does.
    public var change: ScoreChange
    /// `kind:value`
    public var segments: [String] = []
    /// For which it is, where the season before still takes updates.
    public var season: String?
    /// A claim of the token, which counts once.
    public var grant: String?
    /// Replaces what was said before.
    public var metadata: Metadata?

    /// What is not said is left out.
    public init(of user: String, _ change: ScoreChange, segments: [String] = []) {
        self.user = user
        self.change = change
        self.segments = segments
    }

    /// As the service reads it.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: UpdateKeys.self)
        try members.encode(user, forKey: .user)
        try change.encode(into: &members)
        if !segments.isEmpty { try members.encode(segments, forKey: .segments) }
        try members.encodeIfPresent(season, forKey: .season)
        try members.encodeIfPresent(grant, forKey: .grant)
        try members.encodeIfPresent(metadata, forKey: .metadata)
    }
}

/// One of a user's changes on several boards.
public struct BoardChange: Encodable, Sendable, Hashable {
    /// By name.
    public var board: String
    /// What it does.
    public var change: ScoreChange
    /// `kind:value`
    public var segments: [String] = []

    /// What is not said is left out.
    public init(_ board: String, _ change: ScoreChange, segments: [String] = []) {
        self.board = board
        self.change = change
        self.segments = segments
    }

    /// As the service reads it.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: UpdateKeys.self)
        try members.encode(board, forKey: .board)
        try change.encode(into: &members)
        if !segments.isEmpty { try members.encode(segments, forKey: .segments) }
    }
}

struct Updates: Encodable {
    let user: String
    let updates: [BoardChange]

    enum CodingKeys: String, CodingKey {
        case user = "user_id"
        case updates
    }
}

enum UpdateKeys: String, CodingKey {
    case user = "user_id"
    case increase = "score_increase"
    case decrease = "score_decrease"
    case `operator`, board, score, segments, season, grant, metadata
}

extension ScoreChange {
    func encode(into members: inout KeyedEncodingContainer<UpdateKeys>) throws {
        switch self {
        case .increase(let points): try members.encode(points, forKey: .increase)
        case .decrease(let points): try members.encode(points, forKey: .decrease)
        case .score(let score): try members.encode(score, forKey: .score)
        case .set(let score):
            try members.encode(score, forKey: .score)
            try members.encode("set", forKey: .operator)
        case .best(let score):
            try members.encode(score, forKey: .score)
            try members.encode("best", forKey: .operator)
        }
    }
}

/// What became of an update.
public struct UpdateAnswer: Decodable, Sendable, Hashable, Replayable {
    /// By id.
    public internal(set) var user: String
    /// Nil on a frozen board, where a service has reported it, and of an update that waits.
    public let score: Int?
    /// Nil on a frozen board, and of an update that waits.
    public let rank: Int?
    /// Of the board: each update counts it up. Nil of an update that waits.
    public let seq: Int?
    /// A rule of the board holds it: under this id it waits for an operator's word, and nothing has changed yet. Nil: it has counted.
    public let heldID: String?
    /// Nil: the board's operator always changes something.
    public let changed: Bool?
    /// It had counted before.
    public internal(set) var replayed = false

    enum CodingKeys: String, CodingKey {
        case user = "user_id"
        case heldID = "held_id"
        case score, rank, seq, changed
    }

    /// As the service answers.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        heldID = try members.decodeIfPresent(String.self, forKey: .heldID)
        // Of one that waits the service says no more.
        user = heldID == nil ? try members.decode(String.self, forKey: .user) : ""
        seq = heldID == nil ? try members.decode(Int.self, forKey: .seq) : nil
        score = try members.decodeIfPresent(Int.self, forKey: .score)
        rank = try members.decodeIfPresent(Int.self, forKey: .rank)
        changed = try members.decodeIfPresent(Bool.self, forKey: .changed)
    }
}

/// What became of several.
public struct UpdatesAnswer: Decodable, Sendable, Hashable, Replayable {
    /// What became of one of them.
    public struct Outcome: Decodable, Sendable, Hashable {
        /// By name.
        public let board: String
        /// `success`, or `error` with a code.
        public let status: String
        /// As if it had been sent alone.
        public let httpStatus: Int
        /// Why not.
        public let code: String?
        /// The same in words.
        public let message: String?
        /// A whole number.
        public let score: Int?
        /// From 1.
        public let rank: Int?
        /// As ``UpdateAnswer/heldID``.
        public let heldID: String?

        enum CodingKeys: String, CodingKey {
            case board, status, code, message, score, rank
            case httpStatus = "http_status"
            case heldID = "held_id"
        }
    }

    /// `success`, or `partial`.
    public let status: String
    /// In the order of the changes.
    public let results: [Outcome]
    /// They had counted before.
    public internal(set) var replayed = false

    enum CodingKeys: String, CodingKey { case status, results }
}
