import Broadcast
import Leaderboard
import Synchronization

/// First pages of boards that are followed, as they go out for as long as nothing changes. Any loop.
final class EncodedPages: Sendable {
    private struct Key: Hashable {
        let board: BoardID
        let limit: Int
    }

    private struct Entry {
        /// Of whose copy it was made: another stream of the same board has other versions.
        weak var stream: BoardStream?
        let page: TopOfBoard.Encoded
    }

    /// 3 MB where each has a hundred rows. Beyond it all are encoded anew.
    private static let maximum = 512

    private let pages = Mutex<[Key: Entry]>([:])

    /// The page, if it is that of the stream's copy as it is, and every reader may be shown that.
    func page(_ limit: Int, of board: BoardID, _ stream: BoardStream) -> TopOfBoard.Encoded? {
        guard let version = stream.version(containing: stream.acknowledged) else { return nil }
        return pages.withLock { pages in
            guard let entry = pages[Key(board: board, limit: limit)], entry.stream === stream,
                entry.page.version == version
            else { return nil }
            return entry.page
        }
    }

    func keep(_ page: TopOfBoard.Encoded, _ limit: Int, of board: BoardID, _ stream: BoardStream) {
        pages.withLock { pages in
            let key = Key(board: board, limit: limit)
            if pages.count >= Self.maximum, pages[key] == nil { pages.removeAll(keepingCapacity: true) }
            pages[key] = Entry(stream: stream, page: page)
        }
    }
}
