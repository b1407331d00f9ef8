import NIOCore

/// Holds the reads of the source, and the snapshots made of them, to the flush window: the first one after a quiet spell at
/// once, then at most one for each window, whatever the stream brings.
struct SnapshotPace {
    /// A window shorter than this counts as this long: a read costs Redis 150 µs, and a snapshot 1 KiB for each viewer.
    static let shortest = TimeAmount.milliseconds(10)

    private let window: TimeAmount
    private let longestPause: TimeAmount
    /// When the source may be read again.
    private(set) var nextRead = NIODeadline.uptimeNanoseconds(0)
    /// When the viewers may be sent a snapshot again.
    private(set) var nextSnapshot = NIODeadline.uptimeNanoseconds(0)

    /// - Parameter longestPause: no read is put off for longer, however long the window is.
    init(window: TimeAmount, longestPause: TimeAmount) {
        self.window = max(window, Self.shortest)
        self.longestPause = longestPause
    }

    mutating func noteRead(now: NIODeadline) { nextRead = now + min(window, longestPause) }

    mutating func noteSnapshot(now: NIODeadline) { nextSnapshot = now + window }
}
