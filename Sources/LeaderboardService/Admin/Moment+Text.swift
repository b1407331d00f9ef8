import FoundationEssentials

extension Moment {
    /// `2026-11-25T04:00:00.123Z`; a time of another year than those of RFC 3339 in milliseconds.
    package static func text(_ milliseconds: UInt64) -> String {
        guard milliseconds < 253_402_300_800_000 else { return "\(milliseconds) ms" }
        // The fraction by itself: a date of 2026 has not all thousandths of a second, and would be told as an earlier one.
        let second = Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(Date.ISO8601FormatStyle())
        let rest = String(milliseconds % 1000 + 1000).dropFirst()
        return "\(second.dropLast()).\(rest)Z"
    }
}
