import DequeModule
import NIOCore

/// The commands that wait for their replies, in the order in which they were sent. No I/O, no clock of its own.
///
/// All commands have the same time limit, so the first in line is always the first to time out: one timer that looks at
/// ``nextDeadline`` serves them all.
struct Pipeline<Waiter> {
    private var waiting = Deque<(waiter: Waiter, deadline: NIODeadline)>()

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }
    var nextDeadline: NIODeadline? { waiting.first?.deadline }

    /// The first in line.
    var next: Waiter? { waiting.first?.waiter }

    mutating func sent(_ waiter: Waiter, deadline: NIODeadline) {
        waiting.append((waiter, deadline))
    }

    /// Whose reply this is; nil if nobody asked for one, and then the connection is out of step.
    mutating func replied() -> Waiter? {
        waiting.popFirst()?.waiter
    }

    /// Everybody who waits, when the connection is gone.
    mutating func abandon() -> [Waiter] {
        defer { waiting.removeAll() }
        return waiting.map(\.waiter)
    }
}
