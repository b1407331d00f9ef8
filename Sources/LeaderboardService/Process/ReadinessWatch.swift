import RedisClient
import ServiceLifecycle
import Synchronization

/// Looks once a second whether the instance is ready, for the metrics.
final class ReadinessWatch: Service {
    private static let pause = Duration.seconds(1)

    private let check: ReadinessCheck
    private let readiness: Readiness
    private let ready = Mutex<Set<ReadinessCheck.Purpose>>([])

    init(check: ReadinessCheck, readiness: Readiness) {
        self.check = check
        self.readiness = readiness
    }

    /// At the last look.
    func isReady(for purpose: ReadinessCheck.Purpose) -> Bool {
        !readiness.isStopping && ready.withLock { $0.contains(purpose) }
    }

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown { [self] in
            while true {
                for purpose in ReadinessCheck.Purpose.allCases {
                    let isReady = await check.objection(to: purpose, on: check.redis.eventLoop) == nil
                    ready.withLock { _ = isReady ? $0.insert(purpose).inserted : $0.remove(purpose) != nil }
                }
                try await Task.sleep(for: Self.pause)
            }
        }
    }
}
