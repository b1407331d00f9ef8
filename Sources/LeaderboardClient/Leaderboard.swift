package import AsyncHTTPClient
import FoundationEssentials

/// A running leaderboard service: reads, updates that count once, live standings. It holds nothing but its settings: make one and copy it.
///
///     let leaderboard = try Leaderboard("http://127.0.0.1:8080", token: token)
///     let answer = try await leaderboard.board("main").update(Update(of: "ada", .increase(50)))
///     for try await standings in leaderboard.board("main").live(rows: 3) { print(standings.rows) }
public struct Leaderboard: Sendable {
    /// Gets an access token; `refresh`: the last one was refused. Nil: none is sent.
    public typealias TokenSource = @Sendable (_ refresh: Bool) async throws -> String?

    let requests: Requests

    /// - Parameters:
    ///   - url: the service's, without `/api`.
    ///   - token: an access token; nil: only what everybody may see.
    ///   - timeout: of each try.
    ///   - retries: after the first try.
    /// - Throws: ``LeaderboardError`` with the code `bad_url` for what is no URL with `http` or `https`.
    public init(
        _ url: String,
        token: String? = nil,
        timeout: Duration = .seconds(10),
        retries: Int = 4
    ) throws(LeaderboardError) {
        var source: TokenSource?
        if let token { source = { _ in token } }
        try self.init(url, timeout: timeout, retries: retries, http: .ofService, canRefresh: false, token: source)
    }

    /// The same with tokens that are renewed: `token` is asked for each request, and once more with `refresh` when one was refused.
    public init(
        _ url: String,
        timeout: Duration = .seconds(10),
        retries: Int = 4,
        token: @escaping TokenSource
    ) throws(LeaderboardError) {
        try self.init(url, timeout: timeout, retries: retries, http: .ofService, canRefresh: true, token: token)
    }

    /// Over connections of the caller's own.
    package init(_ url: String, http: HTTPClient) throws(LeaderboardError) {
        try self.init(url, timeout: .seconds(10), retries: 4, http: http, canRefresh: false, token: nil)
    }

    private init(
        _ url: String,
        timeout: Duration,
        retries: Int,
        http: HTTPClient,
        canRefresh: Bool,
        token: TokenSource?
    ) throws(LeaderboardError) {
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        let isHTTP = ["http://", "https://"].contains {
            base.lowercased().hasPrefix($0) && base.utf8.count > $0.utf8.count
        }
        guard isHTTP, !base.utf8.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") })
        else {
            throw LeaderboardError(
                code: "bad_url",
                message: "The service's URL must be http://host:port or https://host:port."
            )
        }
        requests = Requests(
            base: base,
            http: http,
            token: token,
            canRefresh: canRefresh,
            timeout: timeout,
            retries: max(0, retries)
        )
    }

    /// One of them, by its name.
    public func board(_ name: String = "main") -> Board { Board(leaderboard: self, name: name) }

    /// The boards that everybody may see, a page of them.
    /// - Parameter after: the `next` of the page before.
    public func boards(after: String? = nil, limit: Int? = nil) async throws -> BoardPage {
        try await get("/boards", [("after", after), ("limit", limit.map(String.init))])
    }

    /// One user's places on up to 20 boards.
    public func standings(of user: String, on boards: [String], window: String? = nil) async throws -> [BoardPlace] {
        try await get(
            "/users/\(user.encoded)/standings",
            [("boards", boards.joined(separator: ",")), ("window", window)]
        )
    }

    /// The first rows of up to 20 boards.
    public func scoreboards(_ boards: [String], limit: Int? = nil, window: String? = nil) async throws -> [BoardTop] {
        let query: [(String, String?)] = [
            ("boards", boards.joined(separator: ",")), ("limit", limit.map(String.init)), ("window", window),
        ]
        return try await get("/scoreboards", query)
    }

    /// Changes of one user on up to 20 boards; each has its own outcome in the answer.
    /// - Parameter key: `Idempotency-Key`; made if there is none. Give your own to try again after a restart of your program.
    public func updates(of user: String, _ changes: [BoardChange], key: String? = nil) async throws -> UpdatesAnswer {
        let body = try JSONEncoder().encode(Updates(user: user, updates: changes))
        return try await requests.send(.post, "/score/updates", [], body: body, key: key ?? RetryPolicy.newKey())
    }

    /// Any path under `/api/v1`, for what has no method here.
    public func get<Answer: Decodable & Sendable>(
        _ path: String,
        _ query: [(String, String?)] = [],
        as _: Answer.Type = Answer.self
    ) async throws -> Answer {
        try await requests.send(.get, path, query, body: nil, key: nil)
    }
}

/// One board, by its name: it need not be there yet.
public struct Board: Sendable {
    /// Of which it is one.
    public let leaderboard: Leaderboard
    /// What it is called.
    public let name: String

    /// The first rows, or those that the query says.
    public func standings(_ query: StandingsQuery = StandingsQuery()) async throws -> [Row] {
        try await leaderboard.get(path + "/scoreboard", query.parts)
    }

    /// Rank, score and percentile of one user.
    /// - Returns: nil: not on the board.
    public func user(_ id: String, window: String? = nil, season: String? = nil, segment: String? = nil) async throws
        -> Place?
    {
        do {
            let query = [("window", window), ("season", season), ("segment", segment)]
            return try await leaderboard.get(path + "/users/\(id.encoded)", query)
        } catch let error as LeaderboardError where error.code == "user_not_found" {
            return nil
        }
    }

    /// Its rules.
    public func definition() async throws -> Definition { try await leaderboard.get(path) }

    /// How much goes on.
    public func stats(window: String? = nil) async throws -> Stats {
        try await leaderboard.get(path + "/stats", [("window", window)])
    }

    /// Newest first.
    public func seasons(window: String? = nil, limit: Int? = nil) async throws -> [Season] {
        try await leaderboard.get(path + "/seasons", [("window", window), ("limit", limit.map(String.init))])
    }

    /// It counts once, however often it is tried.
    /// - Parameter key: `Idempotency-Key`; made if there is none. Give your own to try again after a restart of your program.
    public func update(_ update: Update, key: String? = nil) async throws -> UpdateAnswer {
        let body = try JSONEncoder().encode(update)
        var answer: UpdateAnswer = try await leaderboard.requests.send(
            .post,
            path + "/score/update",
            [],
            body: body,
            key: key ?? RetryPolicy.newKey()
        )
        answer.user = update.user
        return answer
    }

    /// The standings from now on: see ``Live``.
    public func live(rows: Int = 10, _ options: LiveOptions = LiveOptions()) -> Live<Standings> {
        Live(board: self, rows: min(max(1, rows), 100), options: options)
    }

    /// The caller's own place from now on: it needs a token.
    /// - Parameters:
    ///   - neighbours: so many on each side, 0 to 5.
    ///   - maxRate: so many messages in a second at most, 1 to 20.
    public func ownPlace(neighbours: Int? = nil, maxRate: Int? = nil, _ options: LiveOptions = LiveOptions()) -> Live<
        OwnPlace
    > {
        Live(board: self, neighbours: neighbours, maxRate: maxRate, options: options)
    }

    var path: String { "/boards/\(name.encoded)" }
}
