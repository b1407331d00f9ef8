import Text

/// A view of a board that begins anew again and again: what it is called, and when.
package struct WindowRule: Hashable, Sendable {
    package let name: WindowName
    package let reset: Reset

    package init(name: WindowName, reset: Reset) {
        self.name = name
        self.reset = reset
    }
}

/// 1 to 32 of `a-z 0-9 _ - .`, beginning with a letter or a digit. It becomes a part of the names of keys.
package struct WindowName: Hashable, Sendable, CustomStringConvertible {
    package static let maximumLength = 32
    /// Of the window that never ends, which each board has.
    package static let all = WindowName(known: "all")

    package let rawValue: String

    package init?(_ text: some StringProtocol) {
        guard (1...Self.maximumLength).contains(text.utf8.count), text.utf8.first.map(Self.isWord) == true,
            text.utf8.allSatisfy({
                Self.isWord($0) || [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains($0)
            })
        else { return nil }
        rawValue = String(text)
    }

    private init(known: String) {
        rawValue = known
    }

    package var description: String { rawValue }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte.isSmallLetter || byte.isDigit
    }
}
