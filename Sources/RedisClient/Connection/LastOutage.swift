import Synchronization

/// Why connections of the instance are away, as far as they are. Any thread.
final class LastOutage: Sendable {
    private let reasons = Mutex<[ObjectIdentifier: String]>([:])

    /// Of one of them; nil where none is away. Constant words.
    var reason: String? { reasons.withLock { $0.values.first } }

    /// - Parameter reason: nil once the connection is back.
    func note(_ reason: String?, of log: OutageLog) {
        reasons.withLock { $0[ObjectIdentifier(log)] = reason }
    }
}
