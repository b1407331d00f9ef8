import NIOCore

/// Whose token ends in which second. To add and to take one out cost the same however many there are, and so does a look: it goes
/// through the seconds since the last one. Time comes in as a value.
struct Leases {
    private var ends: [UInt64: [ObjectIdentifier: Subscriber]] = [:]
    /// What ended in this second or before has been taken.
    private var lastSecond: UInt64 = 0

    var isEmpty: Bool { ends.isEmpty }

    mutating func add(_ subscriber: Subscriber, until end: NIODeadline, now: NIODeadline) {
        // Seconds in which nobody's ended were not looked at.
        if ends.isEmpty { lastSecond = Self.second(of: now) }
        ends[max(Self.second(ofEnd: end), lastSecond + 1), default: [:]][ObjectIdentifier(subscriber)] = subscriber
    }

    mutating func remove(_ subscriber: Subscriber, until end: NIODeadline) {
        let second = Self.second(ofEnd: end)
        ends[second]?[ObjectIdentifier(subscriber)] = nil
        if ends[second]?.isEmpty == true { ends[second] = nil }
    }

    /// Those whose end has come; they are taken out.
    mutating func takeEnded(now: NIODeadline) -> [Subscriber] {
        let second = Self.second(of: now)
        guard second > lastSecond else { return [] }
        defer { lastSecond = second }
        return (lastSecond + 1...second).flatMap { ends.removeValue(forKey: $0).map { Array($0.values) } ?? [] }
    }

    private static func second(of time: NIODeadline) -> UInt64 { time.uptimeNanoseconds / 1_000_000_000 }

    /// The first second at whose beginning it has ended.
    private static func second(ofEnd end: NIODeadline) -> UInt64 { second(of: end) + 1 }
}
