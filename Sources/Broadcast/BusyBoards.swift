import NIOCore

/// Which boards are read often enough that to follow them costs Redis less than their reads. No I/O; time comes in as a value.
///
/// An event costs Redis 0.5 µs and a read of the top 13: the copy of a board that changes 20 times a second pays from one read a
/// second on, and any other does at 20.
struct BusyBoards {
    /// More reads than this in a second.
    static let reads = 20
    /// A busy board is followed for this long, counted from the last second in which it was busy.
    static let time = TimeAmount.seconds(60)
    /// Names that are counted in one second.
    private static let maximumNames = 10_000

    private var second = NIODeadline.uptimeNanoseconds(0)
    private var counts: [String: Int] = [:]

    /// The board is read once more. Returns whether it has just become busy in this second.
    mutating func note(_ board: String, now: NIODeadline) -> Bool {
        if now >= second + .seconds(1) {
            second = now
            counts.removeAll(keepingCapacity: true)
        }
        guard counts.count < Self.maximumNames || counts[board] != nil else { return false }
        counts[board, default: 0] += 1
        return counts[board] == Self.reads + 1
    }
}
