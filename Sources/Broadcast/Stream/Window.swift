import NIOCore

/// Decides when gathered changes become a frame: the first one after a quiet spell at once, afterwards at most one frame
/// per `length`. A window that fills up (`maximumBytes`) is sent early, so that no frame passes a subscriber's backlog;
/// what changes after it waits for the end of the same window as if nothing had happened.
struct Window {
    private let length: TimeAmount
    private let maximumBytes: Int
    private(set) var pending = MergedChanges()
    /// Equals stand in the order of their arrival.
    private var keepsArrivals = false
    /// When a frame may go out again.
    private var closesAt = NIODeadline.uptimeNanoseconds(0)

    init(length: TimeAmount, maximumBytes: Int) {
        self.length = length
        self.maximumBytes = maximumBytes
    }

    /// Whether what is pending goes out now; if not, it does so at `dueAt`.
    mutating func add(_ change: PlacedChange, time: Int?, now: NIODeadline) -> Bool {
        pending.add(change, time: time)
        return now >= closesAt || pending.bytes >= maximumBytes
    }

    /// The stream went on without a change: the next frame begins there at the latest.
    mutating func pass(_ seq: Int) { pending.pass(seq) }

    /// When the pending changes must go out; nil when there are none.
    var dueAt: NIODeadline? { pending.isEmpty ? nil : closesAt }

    /// What goes out now; the next window opens.
    mutating func take(now: NIODeadline) -> MergedChanges {
        if now >= closesAt { closesAt = now + length }
        defer { pending = MergedChanges(keepsArrivals: keepsArrivals) }
        return pending
    }

    /// Forgets what is pending: a snapshot has taken its place.
    mutating func clear(keepsArrivals: Bool = false) {
        self.keepsArrivals = keepsArrivals
        pending = MergedChanges(keepsArrivals: keepsArrivals)
    }
}
