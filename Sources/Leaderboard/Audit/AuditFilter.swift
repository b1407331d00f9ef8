/// Which entries of the audit are wanted; what is nil does not matter.
package struct AuditFilter: Sendable, Equatable {
    package var user: String?
    package var ip: String?
    /// Milliseconds since 1970, both included.
    package var since: Int?
    package var until: Int?

    package init(user: String? = nil, ip: String? = nil, since: Int? = nil, until: Int? = nil) {
        self.user = user
        self.ip = ip
        self.since = since
        self.until = until
    }

    func matches(_ entry: AuditEntry) -> Bool {
        (user == nil || entry.user == user) && (ip == nil || entry["ip"] == ip) && isInTime(entry.id)
    }

    func isInTime(_ id: AuditID) -> Bool {
        !isTooOld(id) && until.map { id.milliseconds <= UInt64(clamping: $0) } ?? true
    }

    /// From before `since`: no entry behind it in the stream is wanted.
    func isTooOld(_ id: AuditID) -> Bool {
        since.map { id.milliseconds < UInt64(clamping: $0) } ?? false
    }
}

/// A page of the audit, newest first.
package struct AuditPage: Sendable, Equatable {
    package let entries: [AuditEntry]
    /// Ask again with this cursor for older ones; nil if there are none. A page may be short, or empty, and not be the last:
    /// one call reads a bounded part of the stream only.
    package let next: AuditID?
}
