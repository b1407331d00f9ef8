package import Leaderboard
import Logging
package import NIOCore
import RedisClient

/// Straight to the board, past the service: for what an operator does where Redis can be reached. The service may run
/// meanwhile, or not.
package enum BoardAccess {
    package struct Unreachable: Error, CustomStringConvertible {
        package let description: String
    }

    /// There is nothing that could be read, and nothing was made.
    package struct NoBoard: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// Opens the Redis that `leaderboard serve` would use. If that is one of the service's own and the service does not run, it
    /// is started for as long as `body` takes.
    /// - Parameter mustExist: without a board it throws ``NoBoard``, and neither starts nor makes anything. Nobody makes a board
    ///   other than ``BoardID/main`` here: that is defined first.
    package static func open<Value: Sendable>(
        _ settings: Settings,
        _ board: BoardID = .main,
        mustExist: Bool = false,
        _ body: @escaping @Sendable (ScoreStore, any EventLoop) async throws -> Value
    ) async throws -> Value {
        try await open(settings, startsServer: !mustExist) { catalogue, eventLoop, place in
            let store = try await store(of: board, catalogue, at: place, on: eventLoop)
            if mustExist, try await !store.hasBoard(on: eventLoop) {
                throw NoBoard(description: "there is no board \(store.keys.scores) in Redis at \(place)")
            }
            return try await body(store, eventLoop)
        }
    }

    /// The same for who may make a board: with the catalogue, and in words where Redis is.
    /// - Parameter startsServer: false: without data it throws ``NoBoard``, and starts nothing.
    package static func open<Value: Sendable>(
        _ settings: Settings,
        startsServer: Bool,
        _ body: @escaping @Sendable (Catalogue, any EventLoop, _ place: String) async throws -> Value
    ) async throws -> Value {
        let setup = try RedisSetup(settings)
        switch setup.source {
        case .endpoint(let endpoint):
            return try await open(endpoint, setup, body)
        case .ownServer(let directory):
            guard startsServer || PrivateRedis.hasData(in: directory) else {
                throw NoBoard(
                    description: "there is no board: REDIS_URL is not set, and DATA_DIR (\(directory)) holds no data"
                )
            }
            return try await withOwnServer(in: directory, setup, body)
        }
    }

    /// The server that runs already, or else one of this command's own. Where the other stops before it has answered once, for its
    /// service stops or its command has ended, this command runs one after all.
    private static func withOwnServer<Value: Sendable>(
        in directory: String,
        _ setup: RedisSetup,
        _ body: @escaping @Sendable (Catalogue, any EventLoop, String) async throws -> Value
    ) async throws -> Value {
        let deadline = ContinuousClock.now + RedisVisit.patience
        while true {
            let server = setup.ownServer(
                in: directory,
                for: .command,
                logger: logger,
                metricsFactory: MetricsRegistry()
            )
            do {
                return try await own(server, try await server.start(), setup, body)
            } catch PrivateRedisError.directoryInUse {}
            do {
                if let visit = try PrivateRedis.visit(directory) {
                    defer { withExtendedLifetime(visit) {} }
                    let endpoint = try RedisEndpoint(url: try PrivateRedis.url(dataDirectory: directory))
                    return try await open(endpoint, setup, within: .seconds(1), body)
                }
            } catch let error as Unreachable {
                guard ContinuousClock.now < deadline else { throw error }
            }
        }
    }

    /// By this command's own server, which stops when nobody else uses it any more.
    private static func own<Value: Sendable>(
        _ server: PrivateRedis,
        _ url: String,
        _ setup: RedisSetup,
        _ body: @escaping @Sendable (Catalogue, any EventLoop, String) async throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await open(try RedisEndpoint(url: url), setup, body))
        } catch { result = .failure(error) }
        let last = try? await server.lastOfVisitors()
        await server.stop()
        withExtendedLifetime(last) {}
        return try result.get()
    }

    private static func open<Value: Sendable>(
        _ endpoint: RedisEndpoint,
        _ setup: RedisSetup,
        within patience: Duration = RedisVisit.patience,
        _ body: @escaping @Sendable (Catalogue, any EventLoop, String) async throws -> Value
    ) async throws -> Value {
        try await RedisVisit.open(endpoint, setup.options, within: patience) { redis, eventLoop in
            let functions = FunctionCalls(redis: redis, options: setup.store, metricsFactory: MetricsRegistry())
            let catalogue = Catalogue(functions, maximumBoards: setup.store.maximumBoards)
            return try await body(catalogue, eventLoop, "\(endpoint)")
        }
    }

    /// One of the boards that there are.
    /// - Throws: ``NoBoard`` where nobody has defined it.
    package static func store(
        of id: BoardID,
        _ catalogue: Catalogue,
        at place: String,
        on eventLoop: any EventLoop
    ) async throws -> ScoreStore {
        let store: ScoreStore
        do throws(BoardLookupError) { store = try await catalogue.board(id, on: eventLoop) } catch {
            switch error {
            case .store(let error): throw error
            case .deleting: throw ScoreStoreError.unavailable("the board is being deleted")
            case .notFound, .boardsLimit, .tooManyNewBoards:
                throw await noBoard(id, catalogue, at: place, on: eventLoop)
            }
        }
        // What a template would make is not what the board's keys are of, if it has any.
        if case .template = store.board.source { throw await noBoard(id, catalogue, at: place, on: eventLoop) }
        return store
    }

    private static func noBoard(
        _ id: BoardID,
        _ catalogue: Catalogue,
        at place: String,
        on eventLoop: any EventLoop
    ) async -> NoBoard {
        let isLost = (try? await catalogue.isKept(id, on: eventLoop)) ?? false
        return NoBoard(
            description: isLost
                ? "the definition of \(id) is missing in Redis at \(place), and its scores or its audit are there: \(remedy(ofLost: id))"
                : "nobody has defined a board \(id) in Redis at \(place); leaderboard admin restore makes it what its backup says"
        )
    }

    /// What to do about a board whose definition is lost, and nothing else.
    package static func remedy(ofLost id: BoardID) -> String {
        "leaderboard board create \(id) with the rules that it had, or board apply FILE, brings all of it back; a restore would lose what came since the backup"
    }

    /// What goes wrong is told by the command itself.
    private static let logger = Logger(label: "leaderboard") { _ in SwiftLogNoOpLogHandler() }
}
