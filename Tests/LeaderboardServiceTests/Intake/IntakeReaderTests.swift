import Board
import Leaderboard
import Testing

@testable import LeaderboardService

@Suite("An entry of a board's stream")
struct IntakeReaderTests {
    private static let definition: BoardDefinition = {
        var definition = BoardDefinition()
        definition.operators = [.incr, .decr, .set, .best]
        definition.maximumIncrease = 100
        return definition
    }()

    private static func read(_ words: [[UInt8]]?, _ definition: BoardDefinition = Self.definition) -> ReadIntake.Content
    {
        IntakeReader.read(IntakeEntry(id: AuditID(milliseconds: 7, number: 1), words: words), definition).content
    }

    private static func words(_ text: String) -> [[UInt8]] {
        text.split(separator: " ").flatMap { pair -> [[UInt8]] in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.map { Array($0.utf8) }
        }
    }

    @Test(
        "says who did what by how much, and who says so",
        arguments: [
            ("user_id=ada score_increase=5", BoardDefinition.Operator.incr, 5, nil, "stream", ""),
            ("score_increase=0 user_id=ada", .incr, 0, nil, "stream", ""),
            (
                "user_id=ada score_decrease=100 id=m-1 actor=game-7 ip=192.0.2.1", .decr, 100, "m-1", "game-7",
                "192.0.2.1"
            ),
            ("user_id=ada score=-7 operator=set ip=2001:DB8::1", .set, -7, nil, "stream", "2001:db8::1"),
            (
                "user_id=ada score=9007199254740991 operator=best more=x trace=", .best, 9_007_199_254_740_991, nil,
                "stream", ""
            ),
        ] as [(String, BoardDefinition.Operator, Int, String?, String, String)]
    )
    func taken(row: (String, BoardDefinition.Operator, Int, String?, String, String)) throws {
        let update = IntakeUpdate(
            BoardUpdate(user: try UserID("ada"), row.1, row.2),
            try row.3.map { try IdempotencyKey($0) },
            by: try UserID(row.4),
            ip: row.5
        )
        #expect(Self.read(Self.words(row.0)) == .update(update))
    }

    @Test(
        "is rejected with a word that says why",
        arguments: [
            ("user_id=ada", "invalid_score"), ("score_increase=5", "invalid_user_id"), ("a=b", "invalid_user_id"),
            ("user_id= score_increase=5", "invalid_user_id"), ("user_id={x} score_increase=5", "invalid_user_id"),
            ("user_id=ada score_increase=", "invalid_score_increase"),
            ("user_id=ada score_increase=101", "invalid_score_increase"),
            ("user_id=ada score_increase=-1", "invalid_score_increase"),
            ("user_id=ada score_increase=+1", "invalid_score_increase"),
            ("user_id=ada score_increase=0x1", "invalid_score_increase"),
            ("user_id=ada score_increase=1.5", "invalid_score_increase"),
            ("user_id=ada score_increase=99999999999999999999", "invalid_score_increase"),
            ("user_id=ada score_decrease=x", "invalid_score_decrease"),
            ("user_id=ada score=9007199254740992 operator=set", "invalid_score"),
            ("user_id=ada score=1", "invalid_operator"), ("user_id=ada score=1 operator=incr", "invalid_operator"),
            ("user_id=ada score_increase=1 score=1", "invalid_score"),
            ("user_id=ada user_id=bob score_increase=1", "invalid_entry"),
            ("user_id=ada score_increase=1 season=2026-W48", "invalid_entry"),
            ("user_id=ada score_increase=1 segments=team:red", "invalid_entry"),
            ("user_id=ada score_increase=1 id=", "invalid_idempotency_key"),
            ("user_id=ada score_increase=1 id=\(String(repeating: "k", count: 65))", "invalid_idempotency_key"),
            ("user_id=ada score_increase=1 actor={x}", "invalid_actor"),
            ("user_id=ada score_increase=1 ip=1.2.3", "invalid_ip"),
        ]
    )
    func rejected(text: String, code: String) {
        #expect(Self.read(Self.words(text)) == .rejected(code))
    }

    @Test("may be anything at all")
    func rubbish() {
        #expect(Self.read(nil) == .rejected("entry_too_large"))
        #expect(Self.read([]) == .rejected("invalid_user_id"))
        #expect(Self.read([[0xFF]]) == .rejected("invalid_user_id"))
        let name = Array("user_id".utf8)
        #expect(Self.read([name, [0xFF, 0xFE]]) == .rejected("invalid_entry"))
        #expect(Self.read([name]) == .rejected("invalid_user_id"))
        var plain = Self.definition
        plain.operators = [.incr]
        #expect(Self.read(Self.words("user_id=ada score_decrease=1"), plain) == .rejected("invalid_operator"))
    }
}
