import NIOCore

/// Who lost the connection, and when each may come back (see ``Backoff``). Without I/O.
struct Absences<Who> {
    /// That come back at once: a service that starts is not met by all of a crowd.
    private static var maximumReturning: Int { 50 }

    private var waiting: [(who: Who, until: NIODeadline)] = []
    private var returning = 0

    /// Who is not there now.
    var count: Int { waiting.count + returning }

    mutating func add(_ who: Who, for pause: Duration, now: NIODeadline = .now()) {
        waiting.append((who, now + TimeAmount(pause)))
    }

    /// Whose time has come, of as many as may come back at once. For each, ``hasReturned()`` follows, or ``add(_:for:now:)`` and it.
    mutating func due(now: NIODeadline = .now()) -> [Who] {
        var due: [Who] = []
        waiting.removeAll { absent in
            guard returning + due.count < Self.maximumReturning, absent.until <= now else { return false }
            due.append(absent.who)
            return true
        }
        returning += due.count
        return due
    }

    /// Whoever came back, or tried to.
    mutating func hasReturned() {
        returning -= 1
    }
}
