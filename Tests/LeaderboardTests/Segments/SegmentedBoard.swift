@testable import TestSupport
import Board
import NIOCore
import RedisClient
import Text
import Testing

@testable import Leaderboard

/// A board with segments on a private Redis, and which segments its users are to be in.
struct SegmentedBoard {
    static let values = ["de", "de-x", "de.x", "d", "DE", "1"]

    let board: TestBoard
    let store: ScoreStore
    /// user → kind → value.
    var segments: [String: [String: String]] = [:]

    init(_ board: TestBoard, _ ties: BoardOrder.Ties, ascends: Bool = false, _ kinds: String = "country team+")
        async throws
    {
        var definition = BoardDefinition()
        definition.version = "1"
        definition.ties = ties
        definition.order = ascends ? .asc : .desc
        definition.operators = Set(BoardDefinition.Operator.allCases)
        definition.rateLimit = RateLimit(updates: 1_000_000, interval: .seconds(1))
        for word in kinds.split(separator: " ") {
            let kind = try #require(SegmentKind(word.filter { $0 != "+" }))
            definition.segments.kinds.append(kind)
            if word.hasSuffix("+") { definition.segments.totals.insert(kind) }
        }
        self.board = board
        store = ScoreStore(board.store.functions, try BoardID("segmented"), definition)
        try await store.check(on: board.loop)
        try await board.command("SET", store.keys.board, String(buffer: definition.stored))
    }

    /// - Parameter named: as a body has them.
    mutating func write(
        _ user: String,
        _ operation: BoardDefinition.Operator,
        _ value: Int,
        _ named: [String]? = nil
    ) async throws -> UpdateOutcome {
        let kinds = store.board.definition.segments
        let moves = try named.map { try SegmentMoves(.array($0.map { .string($0) }), of: kinds) }
        let outcome = try await store.apply(
            BoardUpdate(user: UserID(user), operation, value, segments: moves),
            origin: UpdateOrigin(ip: "192.0.2.1", requestID: "request-1"),
            idempotencyKey: nil,
            withRank: false,
            on: board.loop
        )
        if case .applied = outcome {
            for segment in named ?? [] {
                let parts = segment.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
                segments[user, default: [:]][parts[0]] = parts[1].isEmpty ? nil : parts[1]
            }
        }
        return outcome
    }

    /// Each segment is what the board has of its users, in its order, and each total what they come to.
    func expectExact(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let loop = board.loop
        let whole = try #require(try await store.rows(.page(offset: 0), limit: 1000, on: loop)).snapshot.standings
        for kind in store.board.definition.segments.kinds {
            var totals: [String: (total: Int, users: Int)] = [:]
            for text in Self.values {
                let rows = whole.filter { segments[$0.user]?[kind.rawValue] == text }
                let value = try #require(SegmentValue(text))
                let view = BoardView.segment(Segment(kind: kind, value: value))
                let found = try #require(try await store.rows(.page(offset: 0), limit: 1000, in: view, on: loop))
                #expect(found.snapshot.standings == rows, "\(what): \(kind):\(text)", sourceLocation: sourceLocation)
                #expect(found.ranks == ranks(rows), "\(what): \(kind):\(text)", sourceLocation: sourceLocation)
                for (row, rank) in zip(rows, ranks(rows)) {
                    let place = try await store.place(of: UserID(row.user), in: view, on: loop) ?? nil
                    let told = try #require(place, "\(what): \(row.user)", sourceLocation: sourceLocation)
                    let found = (told.standing.rank, told.among.total)
                    #expect(found == (rank, rows.count), sourceLocation: sourceLocation)
                }
                if !rows.isEmpty { totals[text] = (rows.reduce(0) { $0 + $1.score }, rows.count) }
            }
            guard store.board.definition.segments.totals.contains(kind) else { continue }
            let found = try await store.totals(of: kind, .page(offset: 0), limit: 100, on: loop)
            let told = try #require(found).rows.map { "\($0.value) \($0.total) \($0.users)" }
            let right = totals.map { "\($0) \($1.total) \($1.users)" }
            #expect(told.sorted() == right.sorted(), "\(what)", sourceLocation: sourceLocation)
        }
        let wrong = try await SegmentWalk(store: store, eventLoop: loop).run().filter { !$0.isSound }
        #expect(wrong == [], "\(what)", sourceLocation: sourceLocation)
    }

    private func ranks(_ rows: [Standing]) -> [Int] {
        rows.enumerated().map { place, row in
            let better = rows.filter {
                store.board.definition.order == .asc ? $0.score < row.score : $0.score > row.score
            }
            return switch store.board.definition.ties {
            case .shared: better.count + 1
            case .dense: Set(better.map(\.score)).count + 1
            case .id, .first, .last: place + 1
            }
        }
    }
}
