import Board
import NIOCore
import Seasons
import TestSupport
import Testing

@testable import Leaderboard

@Suite("A restore that is killed", .timeLimit(.minutes(3)))
struct KilledRestoreTests {
    private static let kept = ["cid", "dan"]
    private static let erased = ["ada", "bob"]

    /// Between the calls of a restore, and behind each that Redis has taken.
    private static let ends: [(function: String, isTaken: Bool)] = [
        "restore_members", "restore_board", "erase_entries", "end_erasure",
    ].flatMap { [("leaderboard_" + $0, false), ("leaderboard_" + $0, true)] }

    @Test("brings nobody back who was erased since, wherever it ends, and a further one makes it whole")
    func killed() async throws {
        let server = try await PrivateRedisServer(port: .tcp, isDeployed: true)
        for ties in [BoardOrder.Ties.first, .id] {
            for end in ties == .first ? Self.ends : Self.ends.suffix(2) {
                try await withBoard(on: server) { board in
                    try await kill(at: end, ties, board)
                }
            }
        }
    }

    private func kill(
        at end: (function: String, isTaken: Bool),
        _ ties: BoardOrder.Ties,
        _ board: TestBoard
    ) async throws {
        _ = try await board.server.command("FLUSHALL")
        try await board.store.check(on: board.loop)
        let living = LivingBoard(board, try BoardID("killed"))
        var definition = BoardDefinition.test(ties)
        definition.windows.seasonal = [WindowRule(name: try #require(WindowName("d")), reset: .daily)]
        try await living.define(definition)
        for user in Self.erased + Self.kept { try await living.update(user, .incr, 5) }
        try await living.setSuspended(true, "bob")
        let (lines, store) = (try await living.backup(), try await living.store())
        for user in Self.erased { _ = try await store.erase(UserID(user), by: board.act(), on: board.loop) }
        try await living.update("dan", .incr, 1)

        try await restore(lines, as: living.id, killedAt: end, on: board.server)
        let shown = try await living.rows().map { String($0.prefix { $0 != " " }) }
        #expect(shown.sorted() == Self.kept, "\(end): \(shown)")
        let isRestored = try await audit(of: store, board).contains { $0.action == .restore }
        let named = Set(try await audit(of: store, board).compactMap { $0.userID?.rawValue }).intersection(Self.erased)
        // Whom the audit names is known as one whose erasure has not ended.
        #expect(named.isSubset(of: try await store.erasing(on: board.loop)), "\(end)")
        if !named.isEmpty {
            await #expect { try await AuditVerification(store, on: board.loop).run() } throws: { error in
                "\(error)".contains(named.sorted().joined(separator: ", "))
            }
        }
        #expect(isRestored == Self.isBehindTheSwap(end), "\(end)")

        // As half a minute later.
        try await board.command("DEL", BoardKeys(loadingInto: living.id, in: store.keys.space).lease)
        let summary = try await living.restore(lines)
        #expect(summary.erased == Self.erased, "\(end)")
        let again = try await living.store()
        #expect(try await living.rows().map { String($0.prefix { $0 != " " }) }.sorted() == Self.kept)
        #expect(try await again.erasing(on: board.loop).isEmpty, "\(end)")
        #expect(try await again.boardState(of: again.keys, on: board.loop).suspended == ["bob"])
        let text = try await living.backup().joined()
        for user in Self.erased { #expect(!text.contains(#""user","\#(user)""#), "\(end)") }
        #expect(try await AuditVerification(again, on: board.loop).run().isSound, "\(end)")
    }

    private func audit(of store: ScoreStore, _ board: TestBoard) async throws -> [AuditEntry] {
        try await store.audit(AuditFilter(), before: nil, limit: 1000, on: board.loop).entries
    }

    private static func isBehindTheSwap(_ end: (function: String, isTaken: Bool)) -> Bool {
        let place = ends.firstIndex { $0 == end } ?? 0
        return place >= (ends.firstIndex { $0 == ("leaderboard_restore_board", true) } ?? 0)
    }

    private func restore(
        _ lines: [String],
        as id: BoardID,
        killedAt end: (function: String, isTaken: Bool),
        on server: PrivateRedisServer
    ) async throws {
        let proxy = try await TCPProxy(to: try #require(server.port))
        try await withBoard(on: server, url: "redis://leaderboard:LEADERBOARD_PASSWORD@127.0.0.1:\(proxy.port)") {
            board in
            let living = LivingBoard(board, id)
            _ = try await living.store()
            proxy.stall(at: end.function, isTaken: end.isTaken)
            let restoring = Task { try await living.restore(lines) }
            try await until { proxy.isStalled }
            restoring.cancel()
            proxy.set(.cut)
            await #expect(throws: (any Error).self) { try await restoring.value }
        }
    }
}
