import Logging
import ServiceLifecycle
import UnixSignals

import Glibc

/// A second SIGTERM, SIGINT or SIGQUIT ends the process at once: whoever sends it does not want to wait for the graceful stop. What
/// was acknowledged is in Redis; a private redis-server ends with us, having saved its data.
struct ImpatientStop: Service {
    /// As shells report a process that SIGTERM ended.
    private static let exitCode: Int32 = 128 + SIGTERM

    let logger: Logger
    let flush: @Sendable () -> Void

    /// Listens until its own graceful stop, which comes after that of all parts that may take their time.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            var count = 0
            for await signal in await UnixSignalsSequence(trapping: ServiceSignals.stopping) {
                count += 1
                guard count > 1 else { continue }
                logger.warning("ended at once by a second signal", metadata: ["signal": "\(signal)"])
                flush()
                _exit(Self.exitCode)
            }
        }
    }
}
