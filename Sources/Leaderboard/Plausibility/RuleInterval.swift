/// A span of time as rules say it: `500ms`, `2s`, `30m`, `1h`, `7d`.
package struct RuleInterval: Hashable, Sendable, CustomStringConvertible {
    package let milliseconds: Int

    private static let units: [(name: String, milliseconds: Int)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]
    private static let maximumDigits = 7

    package init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard (1...Self.maximumDigits).contains(digits.utf8.count), !digits.hasPrefix("0"), let number = Int(digits),
            let unit = Self.units.first(where: { $0.name == text.dropFirst(digits.count) })
        else { return nil }
        milliseconds = number * unit.milliseconds
    }

    private init(milliseconds: Int) {
        self.milliseconds = milliseconds
    }

    static func seconds(_ count: Int) -> RuleInterval { RuleInterval(milliseconds: count * 1000) }
    static func days(_ count: Int) -> RuleInterval { .seconds(count * 86_400) }
    static let millisecond = RuleInterval(milliseconds: 1)

    /// In the largest unit of which it is a whole number.
    package var description: String {
        let unit = Self.units.first { milliseconds.isMultiple(of: $0.milliseconds) }
        return unit.map { "\(milliseconds / $0.milliseconds)\($0.name)" } ?? "\(milliseconds)ms"
    }
}

extension RuleInterval: Comparable {
    package static func < (one: RuleInterval, other: RuleInterval) -> Bool { one.milliseconds < other.milliseconds }
}
