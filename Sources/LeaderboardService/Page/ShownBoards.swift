import Leaderboard
import NIOCore
import Synchronization

/// Whether anybody is shown a board besides ``BoardID/main``. Redis is asked once in ten seconds at most, however many ask; one
/// that is away makes nobody wait. Any loop.
final class ShownBoards: Sendable {
    private typealias Question = Task<Bool, Never>

    private static let freshFor = Duration.seconds(10)

    private let catalogue: Catalogue
    private let isConnected: @Sendable () -> Bool
    private let state = Mutex((question: Question?.none, asked: ContinuousClock.now, last: false))

    init(_ catalogue: Catalogue, isConnected: @escaping @Sendable () -> Bool) {
        self.catalogue = catalogue
        self.isConnected = isConnected
    }

    @Sendable func hasOthers(on eventLoop: any EventLoop) async -> Bool {
        guard isConnected() else { return state.withLock(\.last) }
        return await question(on: eventLoop).value
    }

    private func question(on eventLoop: any EventLoop) -> Question {
        state.withLock { state in
            let now = ContinuousClock.now
            if let question = state.question, now - state.asked < Self.freshFor { return question }
            // Awaited by the requests that it answers; it ends by the deadline of Redis' commands.
            let question = Question { await self.look(on: eventLoop) }
            (state.question, state.asked) = (question, now)
            return question
        }
    }

    /// What was found, or found last.
    private func look(on eventLoop: any EventLoop) async -> Bool {
        // One of two is not main.
        let page = try? await catalogue.page(of: .publicBoards, after: nil, limit: 2, on: eventLoop)
        return state.withLock { state in
            if let page { state.last = page.rows.contains { $0.name != .board(.main) } }
            return state.last
        }
    }
}
