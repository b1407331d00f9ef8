import Leaderboard
import Logging
import RedisClient
import ServiceLifecycle
import Synchronization

/// Boards beside `main` into whose keys another writer put something else. Their updates are refused, and no other board's: the
/// instance stays ready, the log and a metric tell of them, and `leaderboard doctor` names them.
///
/// Who meets one tells it (``BoardReports``). From then on it is looked at again and again until it is well: nobody is asked of a board
/// that is.
final class UnsoundBoards: Service {
    private let redis: RedisConnections
    private let functions: FunctionCalls
    private let logger: Logger
    private let throttle = LogThrottle()
    private let found = Mutex(0)

    private static let pause = Duration.seconds(1)
    /// Boards that are looked at between two pauses.
    private static let looks = 10
    private static let shown = 10

    init(redis: RedisConnections, functions: FunctionCalls, logger: Logger) {
        self.redis = redis
        self.functions = functions
        self.logger = logger
    }

    /// Of those that were met here.
    var count: Int { found.withLock { $0 } }

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown { [self] in
            try await redis.becomesConnected()
            var waiting = BoardQueue(maximum: BoardReports.maximum)
            var unsound: Set<BoardID> = []
            while true {
                while waiting.count < BoardReports.maximum, let id = functions.reports.nextUnsound() { waiting.add(id) }
                for _ in 0..<min(Self.looks, waiting.count) {
                    guard let id = waiting.next() else { break }
                    // Where Redis does not answer, it is as it was.
                    let isSound = await look(at: id) ?? !unsound.contains(id)
                    if isSound { unsound.remove(id) } else { unsound.insert(id) }
                    if !isSound { waiting.add(id) }
                }
                note(unsound)
                try await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Nil: it cannot be told.
    private func look(at id: BoardID) async -> Bool? {
        await BoardExamination(functions).obstacles(on: id, on: redis.eventLoop)
            .map { !$0.isObstructed }
    }

    private func note(_ unsound: Set<BoardID>) {
        let before = found.withLock { count in
            defer { count = unsound.count }
            return count
        }
        if unsound.isEmpty {
            if before > 0 { logger.info("all boards are well again, as far as is known") }
        } else if throttle.countIfDue() != nil {
            let names = unsound.map(\.rawValue).sorted()
            logger.error(
                "something else than the board's stands in keys of boards, which take no updates or operations: see leaderboard doctor",
                metadata: [
                    "count": "\(names.count)", "boards": "\(names.prefix(Self.shown).joined(separator: ", "))",
                ]
            )
        }
    }
}
