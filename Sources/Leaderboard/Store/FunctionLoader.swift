import Metrics
import NIOCore
import RedisClient
import Synchronization

/// Puts the function library into Redis when it is not there, or there in a lower edition. However many calls find it
/// missing at once, one load is under way; in a cluster, one for each primary.
final class FunctionLoader: Sendable {
    private typealias Load = Task<Result<Void, RedisError>, Never>
    /// A command to one server, and the refusal of it that is no failure.
    private typealias Send =
        @Sendable (RedisCommand, @escaping @Sendable (RedisRefusal) -> Bool) async throws(RedisError) -> RESPValue

    private let redis: RedisConnections
    private let loads: Counter
    /// The loads under way. Awaited by each who asked for it; none of them can cancel it for the others.
    private let underWay = Mutex<[RedisShard: Load]>([:])

    init(redis: RedisConnections, metricsFactory: any MetricsFactory) {
        self.redis = redis
        loads = Counter(label: "redis_function_loads", dimensions: [], factory: metricsFactory)
    }

    /// Returns when the server to which this command goes holds the library; a good one costs one round trip to find out.
    func load(for command: RedisCommand, on eventLoop: any EventLoop) async throws(RedisError) {
        let shard = redis.shard(of: command)
        let load = underWay.withLock { underWay in
            if let load = underWay[shard] { return load }
            let load = Load {
                let result = await self.install(besides: command, on: eventLoop)
                self.underWay.withLock { $0[shard] = nil }
                return result
            }
            underWay[shard] = load
            return load
        }
        try await load.value.get()
    }

    /// Asks a function that may write. False: the function is not there, or not in this edition.
    func isWritable(_ call: RedisCommand, on eventLoop: any EventLoop) async throws(RedisError) -> Bool {
        do {
            let reply = try await redis.send(call, expecting: \.isFunctionMissing, on: eventLoop)
            return reply.integer.map { $0 >= FunctionLibrary.revision } ?? false
        } catch .refused(let refusal) where refusal.isFunctionMissing {
            return false
        }
    }

    /// In a cluster, the same on every primary: slots that go there find the functions in place, and so do the callers of
    /// other boards. One that cannot be reached or refuses holds up none of the others.
    /// - Returns: whether all of them have the library.
    func spread(on eventLoop: any EventLoop) async -> Bool {
        var areAllDone = true
        for node in await redis.primaries(on: eventLoop) {
            let result = await install { command, _ throws(RedisError) in try await node.send(command, on: eventLoop) }
            if case .failure = result { areAllDone = false }
        }
        return areAllDone
    }

    /// Where `other` goes.
    private func install(besides other: RedisCommand, on eventLoop: any EventLoop) async -> Result<Void, RedisError> {
        await install { [redis] command, isExpected throws(RedisError) in
            try await redis.send(command.placed(with: other), expecting: isExpected, on: eventLoop)
        }
    }

    private func install(by send: Send) async -> Result<Void, RedisError> {
        do throws(RedisError) {
            guard try await lacksLibrary(send) else { return .success(()) }
            try await loadLibrary(replacing: false, send)
            return .success(())
        } catch .refused(let refusal) where refusal.isLibraryThere {
            // Another instance was faster, with an edition of its own; or there is a lower one.
        } catch {
            return .failure(error)
        }
        do throws(RedisError) {
            if try await lacksLibrary(send) { try await loadLibrary(replacing: true, send) }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// True if Redis holds no library of ours, or one of a lower revision.
    private func lacksLibrary(_ send: Send) async throws(RedisError) -> Bool {
        do {
            let revision = try await send(RedisCommand("FCALL_RO", "leaderboard_revision", "0"), \.isFunctionMissing)
            return (revision.integer ?? 0) < FunctionLibrary.revision
        } catch .refused(let refusal) where refusal.isFunctionMissing {
            return true
        }
    }

    /// Replacing nothing, Redis refuses if there is a library of this name.
    private func loadLibrary(replacing: Bool, _ send: Send) async throws(RedisError) {
        var command = replacing ? RedisCommand("FUNCTION", "LOAD", "REPLACE") : RedisCommand("FUNCTION", "LOAD")
        command.append(FunctionLibrary.source)
        _ = try await send(command, \.isLibraryThere)
        loads.increment()
    }
}

extension RedisRefusal {
    /// Answer to FUNCTION LOAD without REPLACE.
    fileprivate var isLibraryThere: Bool { code == "ERR" && message.hasSuffix("already exists") }
}
