/// Why a command has no reply, named by what the caller can do.
package enum RedisError: Error, Sendable, Equatable {
    /// It never left: safe to repeat.
    case notSent(NotSentReason)
    /// It was sent, and no answer came: it may have been carried out.
    case outcomeUnknown(UnknownReason)
    /// Redis answered with an error.
    case refused(RedisRefusal)

    package enum NotSentReason: String, Sendable {
        case disconnected = "not connected"
        case queueFull = "too many commands are waiting"
        case stopped = "the client has stopped"
    }

    package enum UnknownReason: String, Sendable {
        case timeout = "no reply within the deadline"
        case connectionLost = "the connection was lost before the reply"
    }
}

/// An error reply: its first word, and the rest.
package struct RedisRefusal: Error, Sendable, Equatable {
    package let code: String
    package let message: String

    init(_ line: String) {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        code = parts.first.map(String.init) ?? ""
        message = parts.count > 1 ? String(parts[1]) : ""
    }

    /// Redis says this before it carries anything out, so nothing was changed.
    package var isSurelyNotExecuted: Bool {
        switch code {
        case "LOADING", "READONLY", "MASTERDOWN", "OOM", "NOAUTH", "NOPERM", "WRONGPASS", "BUSY", "NOSCRIPT", "MISCONF",
            "NOREPLICAS", "CLUSTERDOWN", "MOVED", "ASK", "TRYAGAIN", "BADARG":
            true
        case "ERR": isFunctionMissing || message.hasPrefix("unknown command")
        default: false
        }
    }

    /// The function library is not loaded (any more).
    package var isFunctionMissing: Bool { code == "ERR" && message.hasPrefix("Function not found") }

    /// This server is not, or not yet, the one to talk to: another connection may reach the right one.
    var callsForReconnect: Bool { ["READONLY", "MASTERDOWN", "LOADING", "NOAUTH", "WRONGPASS"].contains(code) }
}
