import Board
package import NIOCore
import RedisClient
package import Seasons

extension ScoreStore {
    /// What is shown of a board that is frozen: its first rows as they were then, without who is suspended by now; none where they are not
    /// kept, as behind a restore into another Redis.
    /// - Parameter window: of a window that ends, in the season that ran then; nil: of the board itself.
    package func frozenPage(
        of window: WindowName? = nil,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> FrozenPage {
        let order = BoardOrder(board.definition)
        let kept = try await read(RedisCommand("GET", keys.frozen), on: eventLoop).text
        guard let picture = FrozenPicture(kept ?? "", order) else { return FrozenPage(order) }
        let suspended = try await suspended(among: picture.users(of: window), on: eventLoop)
        return picture.page(of: window, without: suspended) ?? FrozenPage(order)
    }

    /// - Parameter users: of one part of a frozen board: a hundred at most.
    private func suspended(
        among users: [String],
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Set<String> {
        guard !users.isEmpty else { return [] }
        var call = RedisCommand("SMISMEMBER", keys.suspended)
        for user in users { call.append(user) }
        guard let marks = try await read(call, on: eventLoop).array, marks.count == users.count else {
            throw .unavailable("unexpected reply")
        }
        return Set(zip(users, marks).compactMap { $1.integer == 1 ? $0 : nil })
    }
}

/// The first rows of a board, or of a window of it, as they were when the board was frozen, or when it began to be revealed place by
/// place; or a part of them. Who is covered is not in it.
package struct FrozenPage: Sendable, Equatable {
    /// The number of users, and the place in the stream, are of then.
    package let page: RankedPage
    /// Places before the rows that are not shown yet, counted from 1.
    package let covered: Range<Int>
    /// The board is revealed place by place; none may be covered any more.
    package let isUncovered: Bool
    /// Of a window.
    package let season: Season?

    init(_ page: RankedPage, covered: Range<Int> = 1..<1, isUncovered: Bool = false, season: Season? = nil) {
        self.page = page
        self.covered = covered
        self.isUncovered = isUncovered
        self.season = season
    }

    /// Nothing is kept.
    fileprivate init(_ order: BoardOrder) {
        let nobody = Snapshot(cursor: Cursor(epoch: "0", seq: 0), total: 0, standings: [], order: order)
        self.init(RankedPage(nobody, ranks: []))
    }

    /// Places of which it is known who had them, covered or not.
    package var places: Int { covered.count + page.snapshot.standings.count }

    /// As far as these rows are kept. Nil: none of them is, though there were some.
    package func part(from offset: Int, limit: Int) -> FrozenPage? {
        let (standings, total) = (page.snapshot.standings, page.snapshot.total)
        let first = min(offset, total)
        guard first < places || places >= total || limit == 0 && first == places else { return nil }
        let last = min(first, places)
        let end = last + min(limit, places - last)
        let (coveredFirst, coveredEnd) = (min(last, covered.count), min(end, covered.count))
        let rows = (last - coveredFirst)..<(end - coveredEnd)
        let part = Snapshot(
            cursor: page.snapshot.cursor,
            total: total,
            standings: Array(standings[rows]),
            order: page.snapshot.order
        )
        return FrozenPage(
            RankedPage(part, ranks: Array(page.ranks[rows])),
            covered: (coveredFirst + 1)..<(coveredEnd + 1),
            isUncovered: isUncovered,
            season: season
        )
    }
}
