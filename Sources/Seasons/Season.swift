import Text

/// One stretch of a window's time. What Redis executes in `[from, until)` counts in it.
package struct Season: Hashable, Sendable {
    /// `2026-11-28`, `2026-W48`, `2026-11`, `2026-11-28T10Z`, `3`: of `A-Z a-z 0-9 -`. No two seasons of a window share one.
    package let id: String
    /// Microseconds since 1970.
    package let from: Int
    /// ``open``, as long as nobody knows it.
    package let until: Int

    package init(id: String, from: Int, until: Int) {
        self.id = id
        self.from = from
        self.until = until
    }
}

extension Season {
    package static let maximumIDLength = 32

    /// Moments for which there are seasons, in microseconds: up to the year 2252, so that Lua has their ends exactly.
    package static let moments = 0...8_900_000_000_000_000

    /// The end of a season of which nobody knows when it will be: later than each that is known, and a number as these are, so that
    /// whoever compares it with a time need not know that there is such a thing.
    package static let open = 9_000_000_000_000_000

    /// It ends when an operator says so.
    package var isOpen: Bool { until >= Self.open }

    /// What an id may be, whatever made it. A `:` would be taken for the end of a part of a key's name.
    package static func isID(_ text: some StringProtocol) -> Bool {
        (1...maximumIDLength).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0.isLetterOrDigit || "-_.".utf8.contains($0) }
    }
}
