import Text

extension Reset {
    /// Whether seasons of such a window have names like this one: by it, an update that says a season and no window says which.
    package func names(_ id: some StringProtocol) -> Bool {
        let form = String(
            decoding: id.utf8.map { $0.isDigit ? UInt8(ascii: "0") : $0 },
            as: UTF8.self
        )
        return switch self {
        case .none: false
        case .daily: form == "0000-00-00"
        case .weekly: form == "0000-W00"
        case .monthly: form == "0000-00"
        case .manual: !form.isEmpty && form.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
        case .hourly, .every, .cron, .once: form == "0000-00-00T00Z" || form == "0000-00-00T0000Z"
        }
    }

    /// Of two names of such a window's seasons, whether the first is that of the earlier one.
    package func isBefore(_ one: some StringProtocol, _ other: some StringProtocol) -> Bool {
        // Numbers grow longer.
        if self == .manual, one.utf8.count != other.utf8.count { return one.utf8.count < other.utf8.count }
        return Self.sorted(one).lexicographicallyPrecedes(Self.sorted(other))
    }

    /// `T10Z` is `T1000Z`.
    private static func sorted(_ name: some StringProtocol) -> [UInt8] {
        let bytes = Array(name.utf8)
        let isHour = bytes.count == "2026-11-28T10Z".utf8.count && bytes.last == UInt8(ascii: "Z")
        return isHour ? bytes.dropLast() + Array("00Z".utf8) : bytes
    }
}
