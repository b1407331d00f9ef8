/// Names of boards in the order in which they came, each once. Bounded: a name that does not fit is left out. No I/O.
package struct BoardQueue: Sendable {
    private let maximum: Int
    private var order: ArraySlice<BoardID> = []
    private var names: Set<BoardID> = []

    package init(maximum: Int) {
        self.maximum = maximum
    }

    package var count: Int { names.count }

    package mutating func add(_ id: BoardID) {
        guard names.count < maximum, names.insert(id).inserted else { return }
        order.append(id)
    }

    /// Nil: nobody waits.
    package mutating func next() -> BoardID? {
        guard let first = order.popFirst() else { return nil }
        names.remove(first)
        return first
    }
}
