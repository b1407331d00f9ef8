import Board
import Leaderboard
import NIOCore
import RedisClient
import TestSupport

/// A board by its name, changed and read through the catalogue, as the service does it.
struct LivingBoard: Sendable {
    let board: TestBoard
    let catalogue: Catalogue
    let id: BoardID

    init(_ board: TestBoard, _ id: BoardID = .main) {
        self.board = board
        self.id = id
        catalogue = Catalogue(board.store.functions, maximumBoards: 10_000)
    }

    func define(_ definition: BoardDefinition) async throws {
        let held = try await catalogue.held(.board(id), on: board.loop)
        _ = try await catalogue.store(definition, as: .board(id), inPlaceOf: held, on: board.loop)
    }

    func store() async throws -> ScoreStore {
        catalogue.forget(id)
        return try await catalogue.board(id, on: board.loop)
    }

    @discardableResult
    func update(
        _ user: String,
        _ operation: BoardDefinition.Operator,
        _ value: Int,
        loop: Int = 0
    ) async throws -> UpdateOutcome {
        let update = BoardUpdate(user: try UserID(user), operation, value)
        for _ in catalogue.tries(of: id) {
            let outcome = try await catalogue.board(id, on: board.loops[loop]).apply(
                update,
                origin: UpdateOrigin(ip: "192.0.2.1", requestID: "request-1"),
                idempotencyKey: nil,
                withRank: false,
                on: board.loops[loop]
            )
            if case .boardChanged = outcome { continue }
            return outcome
        }
        throw BoardLookupError.notFound
    }

    func setSuspended(_ isSuspended: Bool, _ user: String) async throws {
        let (store, user) = (try await store(), try UserID(user))
        if isSuspended {
            _ = try await store.suspend(user, by: board.act(), on: board.loop)
        } else {
            _ = try await store.reinstate(user, by: board.act(), on: board.loop)
        }
    }

    /// `a 7 1`: user, score and rank of each, best first.
    func rows() async throws -> [String] {
        var rows: [String] = []
        while true {
            let page = try await store().rows(.page(offset: rows.count), limit: 100, on: board.loop)
            guard let page, !page.ranks.isEmpty else { return rows }
            rows += zip(page.snapshot.standings, page.ranks).map { "\($0.user) \($0.score) \($1)" }
        }
    }

    func backup() async throws -> [String] {
        var lines: [String] = []
        _ = try await store().backup(on: board.loop) { bytes, beginsAnew in
            if beginsAnew { lines = [] }
            lines += String(buffer: bytes).split(separator: "\n").map(String.init)
        }
        return lines
    }

    @discardableResult
    func restore(_ lines: [String]) async throws -> BackupSummary {
        let held = try await catalogue.held(.board(id), on: board.loop)
        let preview = try await BackupPreview(of: backupLines(lines))
        return try await catalogue.restore(
            backupLines(lines),
            preview,
            as: id,
            inPlaceOf: held,
            by: board.act(),
            on: board.loop
        )
    }

    @discardableResult
    func change(to ties: BoardOrder.Ties) async throws -> BoardDefinition {
        try await catalogue.changeTies(of: id, to: ties, by: board.act(), on: board.loop)
    }
}

extension BoardDefinition {
    static func test(_ ties: BoardOrder.Ties, _ order: Order = .desc) -> BoardDefinition {
        var definition = BoardDefinition()
        definition.ties = ties
        definition.order = order
        definition.operators = Set(Operator.allCases)
        definition.rateLimit = RateLimit(updates: 1_000_000, interval: .seconds(1))
        return definition
    }

    /// Each order with each of the ties.
    static var everyLayout: [BoardDefinition] {
        Order.allCases.flatMap { order in BoardOrder.Ties.allCases.map { .test($0, order) } }
    }
}
