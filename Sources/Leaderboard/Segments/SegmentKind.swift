import Text

/// A kind of segments of a board, of which each user has one value at most: `country`, `team`. 1 to 16 of `a-z 0-9 _ -`.
package struct SegmentKind: Hashable, Sendable, CustomStringConvertible {
    package static let maximumLength = 16
    package static let rule = "1 to \(maximumLength) characters of a-z 0-9 _ -"

    package let rawValue: String

    /// Nil: it is none.
    package init?(_ text: some StringProtocol) {
        guard (1...Self.maximumLength).contains(text.utf8.count), text.utf8.allSatisfy(Self.allows) else { return nil }
        rawValue = String(text)
    }

    private static func allows(_ byte: UInt8) -> Bool {
        byte.isSmallLetter || byte.isDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    package var description: String { rawValue }
}
