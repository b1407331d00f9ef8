import Board
package import NIOCore
import RedisClient
package import Seasons

extension ScoreStore {
    /// What is shown of a board that is frozen: its first rows as they were then; none where they are not kept, as behind a restore into
    /// another Redis.
    /// - Parameter window: of a window that ends, in the season that ran then; nil: of the board itself.
    package func frozenPage(
        of window: WindowName? = nil,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> FrozenPage {
        let order = BoardOrder(board.definition)
        let kept = try await read(RedisCommand("GET", keys.frozen), on: eventLoop).text
        return FrozenPicture(kept ?? "", order)?.page(of: window) ?? FrozenPage(order)
    }
}

/// The first rows of a board, or of a window of it, as they were when the board was frozen, or when it began to be revealed place by
/// place; or a part of them. Who is covered is not in it.
package struct FrozenPage: Sendable, Equatable {
    /// The number of users, and the place in the stream, are of then.
    package let page: RankedPage
    /// Places before the rows that are not shown yet, counted from 1.
    package let covered: Range<Int>
    /// Of a window.
    package let season: Season?

    init(_ page: RankedPage, covered: Range<Int> = 1..<1, season: Season? = nil) {
        self.page = page
        self.covered = covered
        self.season = season
    }

    /// Nothing is kept.
    fileprivate init(_ order: BoardOrder) {
        let nobody = Snapshot(cursor: Cursor(epoch: "0", seq: 0), total: 0, standings: [], order: order)
        self.init(RankedPage(nobody, ranks: []))
    }

    /// Nil: not all of these rows are kept.
    package func part(from offset: Int, limit: Int) -> FrozenPage? {
        let (standings, total) = (page.snapshot.standings, page.snapshot.total)
        let first = min(offset, total)
        let end = first + min(limit, total - first)
        guard end <= covered.count + standings.count else { return nil }
        let (coveredFirst, coveredEnd) = (min(first, covered.count), min(end, covered.count))
        let places = (first - coveredFirst)..<(end - coveredEnd)
        let part = Snapshot(
            cursor: page.snapshot.cursor,
            total: total,
            standings: Array(standings[places]),
            order: page.snapshot.order
        )
        return FrozenPage(
            RankedPage(part, ranks: Array(page.ranks[places])),
            covered: (coveredFirst + 1)..<(coveredEnd + 1),
            season: season
        )
    }
}
