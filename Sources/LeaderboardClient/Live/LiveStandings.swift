/// Keeps a board's first rows by what its stream tells, and asks for what that does not tell. It owns all that it keeps.
actor LiveStandings: LiveReader {
    /// So many rows has a snapshot.
    private static let told = 10
    private static let mostMetadata = 1000
    private static let betweenFills = Duration.seconds(1)

    private struct Frame {
        var (window, season): (String?, String?)
        var (from, until, now): (Int?, Int?, Int?)
        var frozen: Standings.Frozen?
        /// The rows as they came: nothing moves on a frozen board, and some of its places may be covered.
        var fixed: [Row]?
    }

    nonisolated let query: [(String, String?)]
    private let board: Board
    private let count: Int
    private let options: LiveOptions
    private let tell: @Sendable (Standings) -> Void
    /// Of the connection that there is: something is to be asked.
    private var wish: AsyncStream<Void>.Continuation?

    private var known = KnownRows()
    private var metadata: [String: Metadata?] = [:]
    private var (position, frame): (LiveMessage.Position?, Frame) = (nil, Frame())
    private var (isOrdered, mustLook, mustFill) = (false, false, false)
    /// What has come since the rows were asked for.
    private var since: [Change]?
    private var shown: [Row] = []

    init(_ board: Board, rows: Int, _ options: LiveOptions, tell: @escaping @Sendable (Standings) -> Void) {
        self.board = board
        count = rows
        self.options = options
        self.tell = tell
        query = [("window", options.window), ("include", options.includesMetadata ? "metadata" : nil)]
    }

    func cursor() -> String? { position?.cursor }

    func prepare() async throws(LeaderboardError) {
        if !isOrdered { try await look() }
    }

    private func look() async throws(LeaderboardError) {
        let definition: Definition
        do {
            let requests = board.leaderboard.requests
            definition = try await requests.send(.get, board.path, [], body: nil, key: nil, retries: 0)
        } catch { throw Requests.error(error, within: board.leaderboard.requests.timeout) }
        (known.order, known.ties, isOrdered) = (definition.order, definition.ties, true)
    }

    func take(_ bytes: [UInt8]) -> Bool {
        guard let message = LiveMessage(bytes) else { return false }
        switch message.type {
        case "snapshot":
            guard let position = message.position, let rows = message.scoreboard else { return false }
            snapshot(message, rows, position)
        case "changes":
            guard let position = message.position, let changes = message.changes,
                continues(message.from, changes, position)
            else {
                position = nil
                return false
            }
            self.position = position
            since? += changes
            for change in changes { set(change) }
            if !changes.isEmpty { options.onChanges?(changes) }
            show()
        case "metadata":
            learn(message.users ?? [])
            show()
        case "season":
            guard let window = message.window, let season = message.season else { return false }
            let rows = message.scoreboard ?? []
            options.onSeason?(
                SeasonEnd(window: window, season: season, total: message.total ?? 0, rows: rows, next: message.next)
            )
        // Of a later version of the service: passed over.
        default: break
        }
        return true
    }

    private func snapshot(_ message: LiveMessage, _ rows: [Row], _ position: LiveMessage.Position) {
        // It came unasked: the board may have other rules now.
        if self.position != nil {
            mustLook = true
            wish?.yield()
        }
        self.position = position
        let knowable = rows.compactMap(\.known)
        let isFixed = message.frozen != nil || knowable.count < rows.count
        frame = Frame(
            window: message.window,
            season: message.season,
            from: message.from,
            until: message.until,
            now: message.now,
            frozen: message.frozen,
            fixed: isFixed ? rows : nil
        )
        learn(rows)
        known.reset(isFixed ? [] : knowable, asked: Self.told)
        show()
    }

    private func continues(_ from: Int?, _ changes: [Change], _ position: LiveMessage.Position) -> Bool {
        guard let last = self.position, let from, LiveMessage.isSafe(from), position.epoch == last.epoch else {
            return false
        }
        return from <= last.seq + 1 && position.seq >= last.seq && changes.allSatisfy { LiveMessage.isSafe($0.score) }
    }

    private func set(_ change: Change) {
        known.set(KnownRow(user: change.user, score: change.score), increase: change.increase)
    }

    private func learn(_ rows: [Row]) {
        guard options.includesMetadata else { return }
        if metadata.count > Self.mostMetadata { metadata = [:] }
        for row in rows { if let user = row.user { metadata[user] = .some(row.metadata) } }
    }

    private func show() {
        guard let position else { return }
        var rows =
            frame.fixed
            ?? known.rows.prefix(count).enumerated().map { place, row in
                Row(user: row.user, score: row.score, rank: known.rank(at: place))
            }
        rows = Array(rows.prefix(count))
        for place in rows.indices { if let user = rows[place].user { rows[place].metadata = metadata[user] ?? nil } }
        shown = rows
        tell(
            Standings(
                rows: rows,
                window: frame.window,
                season: frame.season,
                from: frame.from,
                until: frame.until,
                now: frame.now,
                frozen: frame.frozen,
                cursor: position.cursor
            )
        )
        guard since == nil, isThin || isUntold else { return }
        mustFill = true
        wish?.yield()
    }

    private var isThin: Bool { frame.fixed == nil && known.lacks(count) }

    private var isUntold: Bool {
        options.includesMetadata && shown.contains { row in row.user.map { metadata[$0] == nil } ?? false }
    }

    /// Asks for what the stream has not told: rows beyond the tenth, rows for those who fell, what users say of themselves, other rules.
    func fill() async {
        // One for each connection: a stream ends with the task that reads it.
        let (wishes, wish) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.wish = wish
        wish.yield()
        for await _ in wishes {
            if mustLook {
                // So that not all viewers of a board ask in the same moment.
                guard (try? await Task.sleep(for: .milliseconds(Int.random(in: 0...1000)))) != nil else { return }
                mustLook = false
                try? await look()
            }
            guard mustFill, isThin || isUntold else { continue }
            if !isThin { guard (try? await Task.sleep(for: Self.betweenFills)) != nil else { return } }
            mustFill = false
            await ask()
            guard (try? await Task.sleep(for: Self.betweenFills)) != nil else { return }
        }
    }

    private func ask() async {
        guard let epoch = position?.epoch else { return }
        since = []
        let limit = max(count, Self.told)
        var query = StandingsQuery(limit: limit, window: options.window)
        query.includesMetadata = options.includesMetadata
        let requests = board.leaderboard.requests
        let found: [Row]? = try? await requests.send(
            .get,
            board.path + "/scoreboard",
            query.parts,
            body: nil,
            key: nil,
            retries: 0
        )
        let changes = since ?? []
        since = nil
        guard let found, position?.epoch == epoch else { return show() }
        learn(found)
        let rows = found.compactMap(\.known)
        if frame.fixed == nil, rows.count == found.count {
            known.reset(rows, asked: limit)
            // They are totals, not sums: what the rows have already may be told again.
            for change in changes { set(change) }
        }
        show()
    }
}

/// The messages of the view `me`.
struct LiveOwnPlace: LiveReader {
    let tell: @Sendable (OwnPlace) -> Void

    func take(_ bytes: [UInt8]) -> Bool {
        guard let kind = LiveKind(bytes) else { return false }
        guard kind.type == "me" else { return true }
        guard let place = OwnPlace(json: bytes) else { return false }
        tell(place)
        return true
    }
}
