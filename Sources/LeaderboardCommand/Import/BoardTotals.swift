import Board
import Leaderboard
import NIOCore
import NIOHTTP1
import Text

/// What two boards are compared by: how many, their sum, and the first of them.
struct BoardTotals: Sendable, Equatable {
    static let shown = 10

    private(set) var count = 0
    /// 2^53 times any number of users.
    private(set) var sum: Int128 = 0
    /// Best first.
    private(set) var top: [Standing] = []

    mutating func add(_ row: Standing, by order: BoardOrder) {
        count += 1
        sum += Int128(row.score)
        let place = top.firstIndex { !order.precedes($0, arriving: row) } ?? top.count
        guard place < Self.shown else { return }
        top.insert(row, at: place)
        if top.count > Self.shown { _ = top.popLast() }
    }

    /// `2 users, sum 12, first ada with 7`
    var words: String {
        "\(count.counted("user")), sum \(sum)" + (top.first.map { ", first \($0.user) with \($0.score)" } ?? "")
    }

    /// - Returns: nil where both are the same.
    func difference(from here: BoardTotals) -> String? {
        guard self != here else { return nil }
        let place = (0..<Self.shown).first { index in row(index) != here.row(index) }
        let first = place.map { index in
            "; place \(index + 1) is \(rowWords(index)) there, \(here.rowWords(index)) here"
        }
        return "there \(count.counted("user")), sum \(sum); here \(here.count.counted("user")), sum \(here.sum)"
            + (first ?? "")
    }

    private func row(_ index: Int) -> Standing? { top.indices.contains(index) ? top[index] : nil }

    private func rowWords(_ index: Int) -> String { row(index).map { "\($0.user) with \($0.score)" } ?? "nobody" }
}

extension BoardTotals {
    private static let pageRows = 100

    /// Those of a board of the running service.
    init(of board: BoardID, by order: BoardOrder, _ session: OperatorSession) async throws {
        self.init()
        while true {
            let path = "/api/v1/boards/\(board)/scoreboard?limit=\(Self.pageRows)&offset=\(count)"
            let body = try await session.send(.GET, path, timeout: .seconds(30)).success()
            let rows = try? JSONValue(json: body, maximumBytes: OperatorService.maximumAnswerBytes).array
            guard let rows else {
                throw CommandFailure("the service answered what this edition of the command does not understand")
            }
            for row in rows {
                guard let user = row.object?["user_id"]?.string, let score = row.object?["score"]?.integer else {
                    throw CommandFailure("\(board) does not show its rows: reveal it, then ask for the same again")
                }
                add(Standing(user: user, score: score), by: order)
            }
            guard rows.count == Self.pageRows else { return }
        }
    }
}
