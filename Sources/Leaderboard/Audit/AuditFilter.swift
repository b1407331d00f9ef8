/// Which entries of the audit are wanted; what is nil does not matter.
package struct AuditFilter: Sendable, Equatable {
    package var user: String?
    package var ip: String?
    /// Milliseconds since 1970, both included; of an entry, ``AuditEntry/time`` counts.
    package var since: Int?
    package var until: Int?
    /// Only updates that a rule of plausibility has flagged.
    package var isFlagged = false

    package init(user: String? = nil, ip: String? = nil, since: Int? = nil, until: Int? = nil) {
        self.user = user
        self.ip = ip
        self.since = since
        self.until = until
    }

    func matches(_ entry: AuditEntry) -> Bool {
        (user.map(entry.names) ?? true) && (ip == nil || entry["ip"] == ip)
            && (!isFlagged || !entry.flags.isEmpty) && isInTime(entry)
    }

    func isInTime(_ entry: AuditEntry) -> Bool {
        since.map { entry.time >= UInt64(clamping: $0) } ?? true
            && until.map { entry.time <= UInt64(clamping: $0) } ?? true
    }

    /// Neither this entry nor one before it in the stream is of `since` or later: none is later than its id.
    func isBehind(_ id: AuditID) -> Bool {
        since.map { id.milliseconds < UInt64(clamping: $0) } ?? false
    }

    /// The last id that an entry of the time may have; nil: the stream's last.
    func last(_ ahead: IDsAhead?) -> AuditID? {
        guard let until else { return nil }
        let end = AuditID(milliseconds: UInt64(clamping: until), number: .max)
        return ahead?.last(notLaterThan: end) ?? end
    }
}

/// A page of the audit, newest first.
package struct AuditPage: Sendable, Equatable {
    package let entries: [AuditEntry]
    /// Ask again with this cursor for older ones; nil if there are none. A page may be short, or empty, and not be the last:
    /// one call reads a bounded part of the stream only.
    package let next: AuditID?
}
