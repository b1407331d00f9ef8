import NIOCore

/// When somebody has to see to it that a season that is over gives way to the next one. Time comes in as a value.
///
/// One instance of many is enough: each waits for a while of its own, and who hears meanwhile that another did it does not ask.
struct SeasonEnd {
    /// Nobody waits for longer than this behind the end.
    static let longestWait = TimeAmount.milliseconds(100)
    private static let longestPause = TimeAmount.seconds(5)

    private(set) var due: NIODeadline?
    private var failures = 0

    /// A season was found.
    /// - Parameters:
    ///   - end: nil: it is not to be thought of yet, or there is none.
    ///   - wait: at most ``longestWait``.
    mutating func found(_ end: NIODeadline?, wait: TimeAmount, now: NIODeadline) {
        let next = end.map { max($0, now) + wait }
        // One that could not be told is still owed, whatever is shown by now.
        due = failures > 0 ? [due, next].compactMap(\.self).min() : next
    }

    mutating func takeDue(now: NIODeadline) -> Bool {
        guard let due, now >= due else { return false }
        self.due = nil
        return true
    }

    mutating func succeeded() { failures = 0 }

    /// 100 ms, 200 ms, … up to ``longestPause``.
    mutating func failed(now: NIODeadline) {
        due = now + min(Self.longestWait * (1 << min(failures, 8)), Self.longestPause)
        failures += 1
    }
}
