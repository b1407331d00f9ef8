import Board
import TestSupport
import Testing

@testable import Broadcast

@Suite("The copy of the best users")
struct BoardOrderTests {
    private static let orders = BoardOrder.Ties.allCases.flatMap { ties in
        [false, true].map { BoardOrder(ascends: $0, ties: ties) }
    }

    @Test("is the board's beginning, in its order and with its ranks, after every change", arguments: orders)
    func order(_ order: BoardOrder) {
        for seed in 1...UInt64(20) {
            var random = SeededGenerator(seed: seed)
            let board = ModelBoard(order)
            for number in 0..<12 { board.update("u\(number)", by: Int.random(in: 0...4, using: &random)) }
            var top = TopStandings(board.snapshot(6), capacity: 8)
            board.publish = { event in
                guard case .change(let change) = event else { return }
                _ = top.set(change.user, to: change.score, isReached: change.increase != 0)
            }
            for _ in 0..<60 {
                // Better by one, often to where others are, or by nothing; a fall uses the copy up.
                let step = [0, 1, 1, 1, 2, -1].randomElement(using: &random) ?? 0
                board.update("u\(Int.random(in: 0..<14, using: &random))", by: order.ascends ? -step : step)
                #expect(top.rows == board.standings(top.rows.count), "seed \(seed)")
                for row in top.rows { #expect(top.rank(of: row.user) == board.standing(of: row.user).rank) }
                if top.wantsRefill { top = TopStandings(board.snapshot(6), capacity: 8) }
            }
        }
    }

    @Test("of another order is not the same board's")
    func agrees() {
        let board = ModelBoard()
        let other = ModelBoard(BoardOrder(ties: .shared))
        let copies = [board, other].map { TopStandings($0.snapshot(5), capacity: 5) }
        #expect(copies[0].agrees(with: copies[0]))
        #expect(!copies[0].agrees(with: copies[1]))
    }
}
