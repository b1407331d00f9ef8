import NIOCore
import RedisClient
import Synchronization

/// Gives boards of templates their places among the boards that there may be, so that players, who make up the names, can neither
/// take all places nor one of them most: a new board costs a token of its maker's user and one of the address
/// (``StoreOptions/newBoards``; buckets in Redis, the same for all instances), and the last tenth of the places is for operators.
/// Any loop.
final class TemplateBoards: Sendable {
    /// What came of a name that wants a place.
    enum Place: Sendable, Equatable {
        case taken
        case full(maximum: Int)
        /// Its maker has made too many: in so many seconds there is a token again.
        case tooMany(retryAfter: Int)
    }

    private typealias Attempt = Task<Result<Place, ScoreStoreError>, Never>

    private let functions: FunctionCalls
    private let index: BoardIndex
    private let maximum: Int
    /// One for a name: of all who write it at once, only the first makes it, and pays.
    private let attempts = Mutex<[BoardID: Attempt]>([:])

    /// - Parameter maximumBoards: those of operators too.
    init(_ functions: FunctionCalls, _ index: BoardIndex, maximumBoards: Int) {
        self.functions = functions
        self.index = index
        maximum = maximumBoards - maximumBoards / 10
    }

    func takePlace(
        for id: BoardID,
        _ entry: BoardIndex.Entry,
        by maker: BoardMaker,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Place {
        while true {
            let (attempt, isOwn) = attempts.withLock { attempts in
                if let attempt = attempts[id] { return (attempt, false) }
                // Awaited by each who wants the name; it ends by the deadlines of its calls.
                let attempt = Attempt {
                    let place = await self.attempt(id, entry, maker, on: eventLoop)
                    self.attempts.withLock { $0[id] = nil }
                    return place
                }
                attempts[id] = attempt
                return (attempt, true)
            }
            let place = try await attempt.value.get()
            // Of another's bucket that is empty, own tokens may do.
            if case .tooMany = place, !isOwn { continue }
            return place
        }
    }

    private func attempt(
        _ id: BoardID,
        _ entry: BoardIndex.Entry,
        _ maker: BoardMaker,
        on eventLoop: any EventLoop
    ) async -> Result<Place, ScoreStoreError> {
        do throws(ScoreStoreError) {
            let name = DefinitionName.board(id)
            if try await index.has(name, on: eventLoop) { return .success(.taken) }
            if let wait = try await spend(maker, on: eventLoop) { return .success(.tooMany(retryAfter: wait)) }
            let hasPlace = try await index.takePlace(name, entry, maximum: maximum, on: eventLoop)
            return .success(hasPlace ? .taken : .full(maximum: maximum))
        } catch { return .failure(error) }
    }

    /// - Returns: nil: a token of each was there, and is spent; otherwise whole seconds until there is one of each, at least 1.
    private func spend(_ maker: BoardMaker, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Int? {
        let (keys, limit) = (functions.options.keySpace, functions.options.newBoards)
        let call = RedisCommand(
            "FCALL",
            "leaderboard_spend",
            "2",
            keys.maker(address: maker.address),
            keys.maker(maker.user),
            String(limit.updates),
            String(limit.tokenTime)
        )
        // Sent twice it costs another token, no more.
        guard let wait = try await functions.sendRepeatably(call, on: eventLoop).integer else {
            throw .unavailable("unexpected reply")
        }
        return wait <= 0 ? nil : limit.secondsUntilToken(in: wait)
    }
}
