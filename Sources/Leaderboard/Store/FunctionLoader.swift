import Metrics
import NIOCore
import RedisClient
import Synchronization

/// Puts the function library into Redis when it is not there, or there in a lower edition. However many calls find it
/// missing at once, one load is under way.
final class FunctionLoader: Sendable {
    private typealias Load = Task<Result<Void, RedisError>, Never>

    private let redis: RedisClient
    private let loads: Counter
    /// The load under way. Awaited by each who asked for it; none of them can cancel it for the others.
    private let underWay = Mutex<Load?>(nil)

    init(redis: RedisClient, metricsFactory: any MetricsFactory) {
        self.redis = redis
        loads = Counter(label: "redis_function_loads", dimensions: [], factory: metricsFactory)
    }

    /// Returns when Redis holds the library; a good one costs one round trip to find out.
    func load(on eventLoop: any EventLoop) async throws(RedisError) {
        let load = underWay.withLock { underWay in
            if let underWay { return underWay }
            let load = Load {
                let result = await self.install(on: eventLoop)
                self.underWay.withLock { $0 = nil }
                return result
            }
            underWay = load
            return load
        }
        try await load.value.get()
    }

    private func install(on eventLoop: any EventLoop) async -> Result<Void, RedisError> {
        do throws(RedisError) {
            guard try await lacksLibrary(on: eventLoop) else { return .success(()) }
            try await redis.loadLibrary(replacing: false, on: eventLoop)
            loads.increment()
            return .success(())
        } catch .refused(let refusal) where refusal.isLibraryThere {
            // Another instance was faster, with an edition of its own; or there is a lower one.
        } catch {
            return .failure(error)
        }
        do throws(RedisError) {
            if try await lacksLibrary(on: eventLoop) {
                try await redis.loadLibrary(replacing: true, on: eventLoop)
                loads.increment()
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// True if Redis holds no library of ours, or one of a lower revision.
    private func lacksLibrary(on eventLoop: any EventLoop) async throws(RedisError) -> Bool {
        do {
            let revision = try await redis.send(RedisCommand("FCALL_RO", "leaderboard_revision", "0"), on: eventLoop)
            return (revision.integer ?? 0) < FunctionLibrary.revision
        } catch .refused(let refusal) where refusal.isFunctionMissing {
            return true
        }
    }
}

extension RedisClient {
    /// Replacing nothing, Redis refuses if there is a library of this name.
    fileprivate func loadLibrary(replacing: Bool, on eventLoop: any EventLoop) async throws(RedisError) {
        var command = replacing ? RedisCommand("FUNCTION", "LOAD", "REPLACE") : RedisCommand("FUNCTION", "LOAD")
        command.append(FunctionLibrary.source)
        _ = try await send(command, on: eventLoop)
    }
}

extension RedisRefusal {
    /// Answer to FUNCTION LOAD without REPLACE.
    fileprivate var isLibraryThere: Bool { code == "ERR" && message.hasSuffix("already exists") }
}
