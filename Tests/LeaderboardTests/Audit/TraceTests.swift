import Board
import Leaderboard
import RedisClient
import Testing

@Suite("The trace of an update", .timeLimit(.minutes(5)))
struct TraceTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    @Test("stands in its audit entry, where it has one, and in the chain", arguments: [false, true])
    func entry(isGranted: Bool) async throws {
        try await withBoard { board in
            for (number, trace) in [nil, Self.trace, nil].enumerated() {
                _ = try await board.store.apply(
                    BoardUpdate(user: UserID("a"), .incr, 1),
                    origin: UpdateOrigin(ip: "192.0.2.1", requestID: "r", trace: trace),
                    idempotencyKey: nil,
                    grant: isGranted ? ScoreGrant(id: "g\(number)", lifetime: .seconds(60)) : nil,
                    withRank: false,
                    on: board.loop
                )
            }
            let entries = try #require(try await board.command("XRANGE", board.keys.audit, "-", "+").array)
            let fields = entries.map { $0.array?[1].array?.compactMap(\.text) ?? [] }
            #expect(fields.map { $0.contains("trace") } == [false, true, false])
            #expect(fields[1].dropLast(2).suffix(2) == ["trace", Self.trace])
            let report = try await board.verify()
            #expect(report.faults == [])
        }
    }

    @Test(
        "is refused where it is none, and nothing is written",
        arguments: ["", "4BF92F3577B34DA6A3CE929D0E0E4736", String(repeating: "a", count: 31), "a\n", "zz"]
    )
    func invalid(trace: String) async throws {
        try await withBoard { board in
            await #expect(throws: (any Error).self) {
                _ = try await board.store.apply(
                    BoardUpdate(user: UserID("a"), .incr, 1),
                    origin: UpdateOrigin(ip: "192.0.2.1", requestID: "r", trace: trace),
                    idempotencyKey: nil,
                    withRank: false,
                    on: board.loop
                )
            }
            let left = try await board.command("EXISTS", board.keys.audit, board.keys.scores).integer
            #expect(left == 0)
        }
    }
}
