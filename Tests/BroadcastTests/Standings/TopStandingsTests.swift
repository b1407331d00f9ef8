import Board
import TestSupport
import Testing

@testable import Broadcast

@Suite("The copy of the best users")
struct TopStandingsTests {
    private func top(_ rows: [(String, Int)], isWhole: Bool, capacity: Int = 4) -> TopStandings {
        let standings = rows.map { Standing(user: $0, score: $1) }
        return TopStandings(
            Snapshot(cursor: Cursor(epoch: "1", seq: 0), standings: standings, isWhole: isWhole),
            capacity: capacity
        )
    }

    @Test(
        "puts a user in place and tells the best place that changed",
        arguments: [
            ("a", 100, nil, "a b c d"), ("a", 75, 0, "b a c d"), ("d", 200, 0, "d a b c"), ("d", 65, 2, "a b d c"),
            ("x", 70, 2, "a b x c"), ("x", 20, nil, "a b c d"), ("x", 60, 2, "a b x c"), ("c", 40, 2, "a b d"),
            ("d", 40, 3, "a b c"),
        ]
    )
    func set(user: String, score: Int, index: Int?, users: String) {
        var top = top([("a", 100), ("b", 80), ("c", 60), ("d", 50)], isWhole: false)
        #expect(top.set(user, to: score) == index)
        #expect(top.rows.map(\.user).joined(separator: " ") == users)
    }

    @Test("of equal scores the user that sorts last comes first, as ZREVRANGE has it")
    func ties() {
        var top = top([], isWhole: true)
        for user in ["b", "a", "c"] { _ = top.set(user, to: 1) }
        #expect(top.rows.map(\.user) == ["c", "b", "a"])
    }

    @Test("two users of one score stand in the order of their names' bytes")
    func bytes() {
        let names = [
            "", "\0", "a", "a\0", "aaaaaaaa", "aaaaaaaa\0", "aaaaaaaab", "aaaaaaab", "b", "e\u{301}", "é", "日本語の名前",
        ]
        for (first, a) in names.enumerated() {
            for (second, b) in names.enumerated() {
                let precedes = Standing(user: a, score: 1).precedes(Standing(user: b, score: 1))
                #expect(precedes == (first > second), "\(a) \(b)")
            }
        }
    }

    @Test("two spellings of an accented letter are two users")
    func spellings() {
        var top = top([], isWhole: true)
        for (score, user) in ["e\u{301}", "\u{E9}", "e\u{301}"].enumerated() { _ = top.set(user, to: score) }
        #expect(top.rows.map { Array($0.user.utf8) } == [[0x65, 0xCC, 0x81], [0xC3, 0xA9]])
        #expect(top.rows.map(\.score) == [2, 1])
    }

    @Test("asks for a new one when falls have used it up")
    func usedUp() {
        var top = top([("a", 100), ("b", 80), ("c", 60), ("d", 50)], isWhole: false)
        _ = top.set("b", to: 0)
        #expect((top.wantsRefill, top.isThin(for: 3)) == (false, false))
        _ = top.set("c", to: 0)
        #expect((top.wantsRefill, top.isThin(for: 3)) == (false, true))
        _ = top.set("a", to: 0)
        #expect((top.wantsRefill, top.isThin(for: 3)) == (true, true))
    }

    @Test("every row it holds is where the board has it, whatever the changes", arguments: 1...20)
    func random(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var scores: [String: Int] = [:]
        func sorted() -> [Standing] { scores.map { Standing(user: $0, score: $1) }.sorted { $0.precedes($1) } }
        for _ in 0..<12 {
            scores["u\(Int.random(in: 0..<30, using: &random))"] = Int.random(in: -9...9, using: &random)
        }
        let rows = Array(sorted().prefix(8))
        let snapshot = Snapshot(cursor: Cursor(epoch: "1", seq: 0), total: scores.count, standings: rows)
        var top = TopStandings(snapshot, capacity: 8)
        for _ in 0..<300 {
            let user = "u\(Int.random(in: 0..<30, using: &random))"
            let score = Int.random(in: -9...9, using: &random)
            let before = top.rows
            scores[user] = score
            let index = top.set(user, to: score)
            #expect(top.rows == Array(sorted().prefix(top.rows.count)))
            if top.isWhole { #expect(top.rows.count == scores.count) }
            let differs = (0..<max(before.count, top.rows.count)).first { place in
                !before.indices.contains(place) || !top.rows.indices.contains(place) || before[place] != top.rows[place]
            }
            #expect(index == differs)
        }
    }
}
