import Board
import TestSupport
import Testing

@testable import Broadcast

@Suite("Rows with their places")
struct RankingTests {
    static let orders = [false, true].flatMap { ascends in
        BoardOrder.Ties.allCases.map { BoardOrder(ascends: ascends, ties: $0) }
    }

    @Test("are those of a sorted list, through 2,000 changes and over the bounds of chunks", arguments: orders)
    func places(order: BoardOrder) {
        var random = SeededGenerator(seed: 7)
        var ranking = Ranking(order)
        var rows: [Ranking.Row] = []
        for step in 1...2000 {
            let user = "u\(Int.random(in: 0..<1500, using: &random))"
            ranking.remove(user)
            rows.removeAll { $0.user == user }
            if Int.random(in: 0..<5, using: &random) > 0 {
                let score = Int.random(in: -20...20, using: &random)
                let row = Ranking.Row(standing: Standing(user: user, score: score), arrival: step)
                ranking.put(row)
                rows.insert(row, at: rows.firstIndex { ranking.precedes(row, $0) } ?? rows.count)
            }
            guard step.isMultiple(of: 250) else { continue }
            ranking.countScores()
            #expect(ranking.rows(0..<ranking.count).map(\.standing) == rows.map(\.standing))
            let standings = rows.map(\.standing)
            for (place, row) in rows.enumerated() where place % 29 < 2 {
                #expect(ranking.place(of: row.user) == place)
                #expect(ranking.rank(at: place, score: row.score) == order.rank(at: place, of: standings))
            }
            let (score, some) = (rows[rows.count / 2].score, rows.count / 3..<rows.count / 3 + 7)
            #expect(
                ranking.count(notWorseThan: score) - ranking.count(betterThan: score)
                    == rows.count { $0.score == score }
            )
            #expect(ranking.rows(some).map(\.user) == rows[some].map(\.user))
        }
        #expect(ranking.rows(-5..<0).isEmpty && ranking.rows(ranking.count..<ranking.count + 3).isEmpty)
    }

    @Test(
        "are the beginning of the board when read in pages between changes, whatever the maximum",
        arguments: [orders[0], orders[2], orders[3], orders[4], orders[9]],
        [5, 40, 1000]
    )
    func pages(order: BoardOrder, maximum: Int) {
        var random = SeededGenerator(seed: 11)
        let board = ModelBoard(order)
        var best = BestRows(order)
        board.publish = { event in
            guard case .change(let change) = event else { return }
            _ = best.set(change.user, to: change.score, isReached: change.increase != 0, maximum: maximum)
        }
        for step in 1...500 {
            let user = "u\(Int.random(in: 0..<60, using: &random))"
            board.update(
                user,
                by: Int.random(in: 0...3, using: &random) == 0 ? 0 : Int.random(in: -9...12, using: &random)
            )
            if step.isMultiple(of: 7) {
                let offset = max(0, best.count - 1)
                #expect(best.extend(by: board.page(offset, 9), from: offset, maximum: maximum) != .differs)
            }
            let (rows, all) = (best.rows.rows(0..<best.count).map(\.standing), board.standings(.max))
            #expect(rows == Array(all.prefix(rows.count)))
            #expect(rows.count <= maximum && (!best.isWhole || rows.count == all.count))
            if rows != Array(all.prefix(rows.count)) { return }
        }
        #expect(best.count > 0)
        #expect(best.extend(by: board.page(best.count + 1, 9), from: best.count + 1, maximum: maximum) == .gap)
        board.write("u1", order.ascends ? -1_000_000 : 1_000_000, isTold: false)
        #expect(best.extend(by: board.page(0, 60), from: 0, maximum: maximum) == .differs)
    }
}
