/// Changes in the order of their seq, in which several of one user have become the latest one with the increases
/// added up. What a flush window gathers, and what a returning subscriber has missed.
///
/// Where equals stand in the order of their arrival, who sees only the latest change must still see each arrival: one that left the score
/// as it was does not move the one before to the end, and a user who went to another score and came back has two.
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
    /// Of users who came back to the score from which they had gone: what took them away.
    private var detourOfUser: [String: Int] = [:]
    private let keepsArrivals: Bool

    /// - Parameter keepsArrivals: equals stand in the order of their arrival.
    init(keepsArrivals: Bool = false) {
        self.keepsArrivals = keepsArrivals
    }

    var isEmpty: Bool { slots.isEmpty }
    func contains(_ user: String) -> Bool { slotOfUser[user] != nil }
    var count: Int { slotOfUser.count }

    /// Nothing was changed by this one.
    mutating func pass(_ seq: Int) { from = min(from ?? seq, seq) }

    /// A new latest change goes to the end, so that the changes of a message ascend.
    mutating func add(_ change: PlacedChange, time: Int?) {
        from = min(from ?? change.seq, change.seq)
        if let time { oldestTime = min(oldestTime ?? time, time) }
        var latest = change
        if keepsArrivals, let slot = slotOfUser[change.user], let earlier = slots[slot] {
            if change.increase == 0, change.score == earlier.score {
                mergedCount += 1
                return
            }
            latest.increase = merge(change, behind: earlier, at: slot)
            slotOfUser[change.user] = slots.count
        } else if let slot = slotOfUser.updateValue(slots.count, forKey: change.user), let earlier = slots[slot] {
            latest.increase = sum(earlier.increase, change.increase)
            slots[slot] = nil
            mergedCount += 1
        } else {
            bytes &+= Message.bound(ofChangeOf: change.user)
        }
        slots.append(latest)
        // Without this a user who changes all day inside one window would grow the list for ever.
        if slots.count > 32, slots.count > 2 * (slotOfUser.count + detourOfUser.count) { compact() }
    }

    /// The earlier change gives way to the later one, or becomes the user's detour, and an earlier detour gives way.
    /// - Returns: what the later one has added by now.
    private mutating func merge(_ change: PlacedChange, behind earlier: PlacedChange, at slot: Int) -> Int {
        var before = earlier.increase
        if let place = detourOfUser.removeValue(forKey: change.user), let detour = slots[place] {
            before = sum(detour.increase, before)
            slots[place] = nil
            bytes &-= Message.bound(ofChangeOf: change.user)
            mergedCount += 1
        }
        let all = sum(before, change.increase)
        guard all == 0, change.score != earlier.score else {
            slots[slot] = nil
            mergedCount += 1
            return all
        }
        slots[slot]?.increase = before
        detourOfUser[change.user] = slot
        bytes &+= Message.bound(ofChangeOf: change.user)
        return change.increase
    }

    var changes: some Sequence<PlacedChange> { slots.lazy.compactMap { $0 } }

    private mutating func compact() {
        slots = slots.filter { $0 != nil }
        // Of a user who has two, the first is the detour.
        var unmet = Set(detourOfUser.keys)
        for (index, change) in slots.enumerated() {
            guard let user = change?.user else { continue }
            if unmet.remove(user) != nil { detourOfUser[user] = index } else { slotOfUser[user] = index }
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
