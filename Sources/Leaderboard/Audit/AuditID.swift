/// The id of a stream entry (`1732400000000-0`): when it was made, by Redis' clock, and which it is of that millisecond. Ids only
/// grow: after the clock was set back, they run ahead (``AuditEntry/time``).
///
/// Redis takes any two numbers of 64 bits from whoever adds an entry, and so do we.
package struct AuditID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Since 1970.
    package let milliseconds: UInt64
    package let number: UInt64

    /// Before every entry: Redis gives none this id.
    package static let zero = AuditID(milliseconds: 0, number: 0)
    /// No entry is later.
    package static let last = AuditID(milliseconds: .max, number: .max)

    package init(milliseconds: UInt64, number: UInt64) {
        self.milliseconds = milliseconds
        self.number = number
    }

    /// As Redis writes it; nil for anything else.
    package init?(_ text: some StringProtocol) {
        guard let hyphen = text.utf8.firstIndex(of: UInt8(ascii: "-")), let milliseconds = UInt64(text[..<hyphen]),
            let number = UInt64(text[text.utf8.index(after: hyphen)...])
        else { return nil }
        self.init(milliseconds: milliseconds, number: number)
        guard description == text else { return nil }
    }

    package var description: String { "\(milliseconds)-\(number)" }

    package static func < (left: AuditID, right: AuditID) -> Bool {
        (left.milliseconds, left.number) < (right.milliseconds, right.number)
    }
}
