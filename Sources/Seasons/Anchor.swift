import FoundationEssentials

/// A whole minute from which hours are counted, or at which a board begins or ends to take updates, as RFC 3339 writes it in UTC: `2026-12-04T18:00:00Z`.
package struct Anchor: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Since 1970.
    let seconds: Int
    package let description: String

    package init?(_ text: String) {
        // Only of so many characters: no year of more than four digits reaches Foundation's calendar.
        guard text.utf8.count == 20, text.utf8.allSatisfy({ $0 < 0x80 }),
            let date = try? Date(text, strategy: .iso8601),
            let seconds = Int(exactly: date.timeIntervalSince1970), seconds >= 0, seconds.isMultiple(of: 60),
            date.formatted(.iso8601) == text
        else { return nil }
        self.seconds = seconds
        description = text
    }

    /// Since 1970. No year has more than four digits.
    package var microseconds: Int { seconds * 1_000_000 }

    package static func < (one: Anchor, other: Anchor) -> Bool { one.seconds < other.seconds }
}
