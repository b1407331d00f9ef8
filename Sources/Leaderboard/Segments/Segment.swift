import Text

/// Some of a board's users, who have the same value of a kind: `country:de`.
package struct Segment: Hashable, Sendable, CustomStringConvertible {
    package let kind: SegmentKind
    package let value: SegmentValue

    package init(kind: SegmentKind, value: SegmentValue) {
        self.kind = kind
        self.value = value
    }

    /// Nil: it is none.
    package init?(_ text: some StringProtocol) {
        let parts = String(text).parts(at: ":")
        guard parts.count == 2, let kind = SegmentKind(parts[0]), let value = SegmentValue(parts[1]) else { return nil }
        self.init(kind: kind, value: value)
    }

    package var description: String { "\(kind):\(value)" }
}

/// What tells a segment from the others of its kind. 1 to 32 of `A-Z a-z 0-9 _ - .`.
package struct SegmentValue: Hashable, Sendable, CustomStringConvertible {
    package static let maximumLength = 32
    package static let rule = "1 to \(maximumLength) characters of A-Z a-z 0-9 _ - ."

    package let rawValue: String

    /// Nil: it is none.
    package init?(_ text: some StringProtocol) {
        guard (1...Self.maximumLength).contains(text.utf8.count), text.utf8.allSatisfy(Self.allows) else { return nil }
        rawValue = String(text)
    }

    private static func allows(_ byte: UInt8) -> Bool {
        byte.isLetterOrDigit || "_-.".utf8.contains(byte)
    }

    package var description: String { rawValue }
}
