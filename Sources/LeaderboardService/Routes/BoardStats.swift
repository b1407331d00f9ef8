import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Synchronization

/// `GET /api/v1/scoreboard/stats`: how many watch through this instance, how many users are on the board, and how far
/// the board is. However many ask, Redis is asked once a second at most; who asks meanwhile waits for that answer.
final class BoardStats: Sendable {
    private typealias Question = Task<Result<Snapshot, ScoreStoreError>, Never>

    private static let freshFor = Duration.seconds(1)

    private let store: ScoreStore
    private let viewers: Places
    private let readiness: Readiness
    private let latest = Mutex<(question: Question, asked: ContinuousClock.Instant)?>(nil)

    init(store: ScoreStore, viewers: Places, readiness: Readiness) {
        self.store = store
        self.viewers = viewers
        self.readiness = readiness
    }

    /// An instance that stops says so: the page takes an answer for a sign that this instance has live standings to offer.
    func answer(_ request: Request) async -> Response {
        guard !readiness.isStopping else { return PublicRead.open(Refusal.stopping.response) }
        switch await question(on: request.eventLoop).value {
        case .success(let page):
            var response = Response(
                .ok,
                json: ByteBuffer(
                    string: #"{"viewers":\#(viewers.count),"users":\#(page.total),"cursor":"\#(page.cursor)"}"#
                )
            )
            response.headers.add(name: "Cache-Control", value: "max-age=1")
            return PublicRead.open(response)
        case .failure(let error):
            return PublicRead.open(Refusal(reading: error).response)
        }
    }

    private func question(on eventLoop: any EventLoop) -> Question {
        latest.withLock { latest in
            let now = ContinuousClock.now
            if let latest, now - latest.asked < Self.freshFor { return latest.question }
            // Awaited by the requests that it answers; it ends by the deadline of Redis' commands.
            let question = Question { [store] in
                do throws(ScoreStoreError) {
                    return .success(try await store.standings(offset: 0, limit: 1, on: eventLoop))
                } catch {
                    return .failure(error)
                }
            }
            latest = (question, now)
            return question
        }
    }
}
