/// Why a command has no reply, named by what the caller can do.
package enum RedisError: Error, Sendable, Equatable {
    /// It never left: safe to repeat.
    case notSent(NotSentReason)
    /// It was sent, and no answer came: it may have been carried out.
    case outcomeUnknown(UnknownReason)
    /// Redis answered with an error.
    indirect case refused(RedisRefusal)

    package enum NotSentReason: String, CaseIterable, Sendable {
        case disconnected = "not connected"
        case queueFull = "too many commands are waiting"
        case stopped = "the client has stopped"
        /// The write would be carried out, and not confirmed (``Durability/replicated``).
        case tooFewReplicas = "too few replicas keep up"
        /// The user is known to lack a right that it needs.
        case rightsMissing = "redis withholds a right from this user"
        /// In a cluster: it belongs to no node by itself, and ``RedisOptions/clusterKey`` names none (``CommandPlace/noKey``).
        case noKey = "it has no key that says which node takes it"
        /// In a cluster: no node takes it (``CommandPlace/severalSlots``).
        case severalSlots = "its keys are in several slots"
    }

    package enum UnknownReason: String, CaseIterable, Sendable {
        case timeout = "no reply within the deadline"
        case connectionLost = "the connection was lost before the reply"
        /// The primary has it, but no replica said so in time (``Durability/replicated``).
        case notReplicated = "no replica confirmed the write"
    }

    /// Nothing was written: it never left, or was refused before it began.
    package var isSurelyNotExecuted: Bool {
        switch self {
        case .notSent: true
        case .outcomeUnknown: false
        case .refused(let refusal): !refusal.isFromWithinFunction
        }
    }
}

extension RedisError: CustomStringConvertible {
    /// Constant words for logs and metrics; a refusal is told by its code only, as Redis' text may quote keys.
    package var description: String {
        switch self {
        case .notSent(let reason): "not sent: \(reason.rawValue)"
        case .outcomeUnknown(let reason): "outcome unknown: \(reason.rawValue)"
        case .refused(let refusal): "refused: \(refusal.code)"
        }
    }
}
