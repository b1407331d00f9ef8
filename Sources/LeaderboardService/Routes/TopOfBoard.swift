import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Synchronization

/// The first page of the board, from the instance's own copy that the event stream keeps fresh: no way to Redis, and a
/// body that is encoded once for as long as nothing changes. Any loop.
///
/// Whoever reads after an update that this instance has acknowledged sees that update: a copy that has not come to it yet
/// is waited for, and while there is no copy that can be vouched for (the subscription is down), Redis is asked.
final class TopOfBoard: Sendable {
    /// A page as it goes out, and the copy's version that it was made of. A class, for each reader is handed it.
    final class Encoded: Sendable {
        let version: Int
        let found: Response
        let notModified: Response
        let tag: EntityTag

        /// - Parameter next: where there are more rows.
        init(version: Int, body: ByteBuffer, next: NextPage?) {
            self.version = version
            tag = EntityTag(body)
            found = Scoreboard.answer(.init(.ok, json: body), tag, next: next)
            notModified = Scoreboard.answer(.init(.notModified), tag)
        }

        func answer(to request: Request) -> Response {
            tag.matches(request.headers) ? notModified : found
        }
    }

    private static let path = "/api/v1/scoreboard"

    private let stream: BoardStream
    /// By limit, of which there are 100.
    private let pages = Mutex<[Int: Encoded]>([:])

    init(stream: BoardStream) {
        self.stream = stream
    }

    /// The first `limit` rows, if nothing has changed since they were encoded.
    func readyPage(_ limit: Int) -> Encoded? {
        guard let version = stream.version(containing: stream.acknowledged),
            let page = pages.withLock({ $0[limit] }), page.version == version
        else { return nil }
        return page
    }

    /// The first `limit` rows.
    /// - Parameter ask: reads them from Redis.
    func page(
        _ limit: Int,
        orAsk ask: () async throws(Refusal) -> ShownRows
    ) async throws(Refusal) -> Encoded {
        let seq = stream.acknowledged
        if let copy = await stream.standings(limit: limit, atLeast: seq) {
            let page = Encoded(
                version: copy.version,
                body: StandingsBody.encode(copy.standings),
                next: copy.isWhole ? nil : NextPage(path: Self.path, limit: limit)
            )
            pages.withLock { $0[limit] = page }
            return page
        }
        let shown = try await ask()
        if let place = shown.seq { stream.sourceIs(at: place, afterAcknowledged: seq) }
        return Encoded(
            version: 0,
            body: shown.plainBody,
            next: shown.end > limit ? NextPage(path: Self.path, limit: limit) : nil
        )
    }
}
