/// The id of a stream entry (`1732400000000-0`): when it was made, by Redis' clock, and which it is of that millisecond.
package struct AuditID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Since 1970.
    package let milliseconds: Int
    package let number: Int

    /// Before every entry.
    package static let zero = AuditID(milliseconds: 0, number: 0)

    package init(milliseconds: Int, number: Int) {
        self.milliseconds = milliseconds
        self.number = number
    }

    /// As Redis writes it; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Int(parts[0]), let number = Int(parts[1]), milliseconds >= 0,
            number >= 0
        else { return nil }
        self.init(milliseconds: milliseconds, number: number)
        guard description == text else { return nil }
    }

    package var description: String { "\(milliseconds)-\(number)" }

    package static func < (left: AuditID, right: AuditID) -> Bool {
        (left.milliseconds, left.number) < (right.milliseconds, right.number)
    }
}
