import Board
package import NIOCore
import RedisClient
import Text

extension ScoreStore {
    /// What is shown of a board that is frozen: its first rows as they were then; none where they are not kept, as behind a restore into
    /// another Redis.
    package func frozenPage(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> RankedPage {
        let order = BoardOrder(board.definition)
        let kept = try await read(RedisCommand("GET", keys.frozen), on: eventLoop).text
        if let page = kept.flatMap({ RankedPage(frozen: $0, order: order) }) { return page }
        let nobody = Snapshot(cursor: Cursor(epoch: "0", seq: 0), total: 0, standings: [], order: order)
        return RankedPage(nobody, ranks: [])
    }
}

extension RankedPage {
    /// As `Functions/freeze.lua` writes it. Nil for anything else.
    init?(frozen text: String, order: BoardOrder) {
        let lines = text.parts(at: "\n").map { $0.parts(at: " ") }
        guard let head = lines.first, head.count == 3, let seq = Int(head[1]).flatMap(ScoreRange.checked),
            let total = Int(head[2]).flatMap(ScoreRange.checked), seq >= 0, total >= 0
        else { return nil }
        var (standings, ranks): ([Standing], [Int]) = ([], [])
        for words in lines.dropFirst() {
            guard words.count == 3, let user = try? UserID(String(words[0])),
                let score = Int(words[1]).flatMap(ScoreRange.checked),
                let rank = Int(words[2]).flatMap(ScoreRange.checked), rank > 0
            else { return nil }
            standings.append(Standing(user: user.rawValue, score: score))
            ranks.append(rank)
        }
        let cursor = Cursor(epoch: String(head[0]), seq: seq)
        self.init(Snapshot(cursor: cursor, total: total, standings: standings, order: order), ranks: ranks)
    }
}

extension RankedPage {
    /// Nil: not all of these rows are kept.
    package func part(from offset: Int, limit: Int) -> RankedPage? {
        let (standings, total) = (snapshot.standings, snapshot.total)
        let end = min(offset, total) + min(limit, max(0, total - offset))
        guard end <= standings.count else { return nil }
        let places = min(offset, end)..<end
        let part = Snapshot(
            cursor: snapshot.cursor,
            total: total,
            standings: Array(standings[places]),
            order: snapshot.order
        )
        return RankedPage(part, ranks: Array(ranks[places]))
    }
}
