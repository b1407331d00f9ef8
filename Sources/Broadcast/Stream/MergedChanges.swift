/// Changes in the order of their seq, in which several of one user have become the latest one with the increases
/// added up. What a flush window gathers, and what a returning subscriber has missed.
struct MergedChanges {
    /// The lowest seq taken in; nil while empty.
    private(set) var from: Int?
    /// No message made of these is longer than this many bytes, envelope apart.
    private(set) var bytes = 0
    /// The earliest of Redis' times, in milliseconds since 1970.
    private(set) var oldestTime: Int?
    private(set) var mergedCount = 0
    private var slots: [PlacedChange?] = []
    private var slotOfUser: [String: Int] = [:]

    var isEmpty: Bool { slots.isEmpty }
    func contains(_ user: String) -> Bool { slotOfUser[user] != nil }
    var count: Int { slotOfUser.count }

    /// A new latest change goes to the end, so that the changes of a message ascend.
    mutating func add(_ change: PlacedChange, time: Int?) {
        var latest = change
        if let slot = slotOfUser.updateValue(slots.count, forKey: change.user), let earlier = slots[slot] {
            latest.increase = sum(earlier.increase, change.increase)
            slots[slot] = nil
            mergedCount += 1
        } else {
            bytes &+= Message.bound(ofChangeOf: change.user)
        }
        slots.append(latest)
        from = min(from ?? change.seq, change.seq)
        if let time { oldestTime = min(oldestTime ?? time, time) }
        // Without this a user who changes all day inside one window would grow the list for ever.
        if slots.count > 32, slots.count > 2 * slotOfUser.count { compact() }
    }

    var changes: some Sequence<PlacedChange> { slots.lazy.compactMap { $0 } }

    private mutating func compact() {
        slots = slots.filter { $0 != nil }
        for (index, change) in slots.enumerated() {
            if let change { slotOfUser[change.user] = index }
        }
    }

    /// Increases are a peer's numbers: beyond what every reader of JSON takes exactly (2^53 - 1, RFC 8259, section 6)
    /// they stay at its end.
    private func sum(_ a: Int, _ b: Int) -> Int {
        let limit = 1 << 53 - 1
        let (total, overflow) = a.addingReportingOverflow(b)
        return overflow ? (a < 0 ? -limit : limit) : min(max(total, -limit), limit)
    }
}
