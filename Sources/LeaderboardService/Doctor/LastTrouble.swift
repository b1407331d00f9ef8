import Logging
import Synchronization

/// A log of which only the last reason of a lost connection is kept, for the ``Doctor`` to tell.
final class LastTrouble: LogHandler, Sendable {
    private let stored = Mutex<String?>(nil)

    var reason: String? { stored.withLock { $0 } }

    var logLevel: Logger.Level {
        get { .info }
        set { _ = newValue }
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set { _ = newValue }
    }

    subscript(metadataKey _: String) -> Logger.MetadataValue? {
        get { nil }
        set { _ = newValue }
    }

    func log(event: LogEvent) {
        guard let reason = event.metadata?["reason"] else { return }
        stored.withLock { $0 = "\(reason)" }
    }
}
