package import NIOCore

/// Redis' clock, as it was read last. Between two readings it is taken to run as the machine's does. What it shows has been, by no more
/// than the reading took: who waits for an end by it does not come before.
package struct RedisClock: Sendable, Equatable {
    /// Microseconds since 1970.
    let moment: Int
    private let readAt: NIODeadline

    /// - Parameter readAt: when the reading was there.
    package init(_ moment: Int, readAt: NIODeadline) {
        self.moment = moment
        self.readAt = readAt
    }

    func microseconds(at time: NIODeadline) -> Int {
        moment &+ Int(max((time - readAt).nanoseconds / 1000, 0))
    }

    /// When it shows the moment. Nil: in an hour or more, or it has been.
    func time(of other: Int) -> NIODeadline? {
        let (left, overflow) = other.subtractingReportingOverflow(moment)
        guard !overflow, (1...3_600_000_000).contains(left) else { return nil }
        return readAt + .microseconds(Int64(left))
    }
}
