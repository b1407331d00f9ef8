/// The sends of one submission, and what has become of each. Without calls of the kernel.
///
/// A send goes by the tag that ``add(_:)`` gave: a completion of an earlier batch, or a second one of the same send, belongs
/// to none.
struct RingBatch {
    enum Outcome: Equatable {
        /// The socket took it all.
        case whole
        /// It took the first so many bytes.
        case part(Int)
        /// It took none: it is full, or broken.
        case none
        /// The kernel has never seen it.
        case notTaken
        /// The kernel has taken it and has not said what became of it.
        case unknown
    }

    private struct Slot {
        let place: Int
        var result: Int32?
    }

    private var generation: UInt32 = 0
    private var slots: [Slot] = []
    private var length = 0
    /// How many the kernel has taken; the first ones.
    private(set) var taken = 0
    private(set) var completed = 0
    private var whole = 0

    var count: Int { slots.count }
    var untaken: Int { count - taken }
    var awaited: Int { taken - completed }
    /// Each socket took all of it.
    var isWhole: Bool { whole == count }

    /// Begins with none.
    /// - Parameter length: of what is sent.
    mutating func begin(length: Int) {
        generation &+= 1
        slots.removeAll(keepingCapacity: true)
        self.length = length
        (taken, completed, whole) = (0, 0, 0)
    }

    /// The tag of the next send.
    var nextTag: UInt64 { UInt64(generation) << 32 | UInt64(truncatingIfNeeded: slots.count) }

    /// - Parameter place: whose it is.
    mutating func add(_ place: Int) { slots.append(Slot(place: place)) }

    /// - Returns: false: there are not so many.
    mutating func take(_ count: Int) -> Bool {
        guard count <= untaken else { return false }
        taken += count
        return true
    }

    /// - Returns: false: it belongs to no send that is awaited.
    mutating func note(_ completion: Completion) -> Bool {
        let slot = Int(truncatingIfNeeded: completion.tag & 0xFFFF_FFFF)
        guard completion.tag >> 32 == UInt64(generation), slot < taken, slots[slot].result == nil else { return false }
        slots[slot].result = completion.result
        completed += 1
        if Int(completion.result) >= length { whole += 1 }
        return true
    }

    /// In the order in which they were added.
    var outcomes: some Sequence<(place: Int, outcome: Outcome)> {
        slots.lazy.enumerated().map { index, slot in
            guard let result = slot.result else { return (slot.place, index < taken ? .unknown : .notTaken) }
            if Int(result) >= length { return (slot.place, .whole) }
            return (slot.place, result > 0 ? .part(Int(result)) : .none)
        }
    }
}
