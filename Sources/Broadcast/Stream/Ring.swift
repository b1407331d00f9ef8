import DequeModule
import NIOCore

/// The changes of late, so that who comes back with a cursor gets what was missed instead of a snapshot.
///
/// Bounded by bytes; the oldest leave. `reach` is the lowest seq from which everything after can still be told.
struct Ring {
    /// More than this are not kept.
    var maximumBytes: Int {
        didSet { trim() }
    }
    private var entries: Deque<PlacedChange> = []
    private(set) var bytes = 0
    private var reach = Int.max
    /// Entries before this place have gone out to the subscribers.
    private var publishedCount = 0
    private var closedUntil = NIODeadline.uptimeNanoseconds(0)

    /// More entries than this are not looked through for one subscriber: a snapshot is cheaper for both.
    static let longestReplay = 4096

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    mutating func append(_ change: PlacedChange, now: NIODeadline) {
        guard now >= closedUntil else {
            reach = change.seq &+ 1
            return
        }
        entries.append(change)
        bytes += cost(of: change)
        trim()
    }

    private mutating func trim() {
        while bytes > maximumBytes, let oldest = entries.popFirst() {
            bytes -= cost(of: oldest)
            publishedCount = max(publishedCount - 1, 0)
            // A change without a seq of its own shares it with the one before: who is at that seq may lack it.
            reach = oldest.hasOwnSeq ? oldest.seq : oldest.seq &+ 1
        }
    }

    /// All entries so far have gone out.
    mutating func published() { publishedCount = entries.count }

    /// A board that was not known before: who has its standings at `seq` can be told all that follows.
    mutating func begin(at seq: Int) {
        restart(at: seq, closedUntil: .uptimeNanoseconds(0))
        reach = seq
    }

    /// Continuity was lost and a snapshot at `seq` has bridged it. Nothing up to `seq` can be told any more, `seq`
    /// itself included: other services' changes do not count on. Until `deadline` cursors are not trusted at all,
    /// for another instance that has not yet noticed the same loss may have given them out.
    mutating func restart(at seq: Int, closedUntil deadline: NIODeadline) {
        entries.removeAll()
        bytes = 0
        publishedCount = 0
        reach = seq &+ 1
        closedUntil = deadline
    }

    /// What came after `seq` and has gone out to the others; nil when it cannot be told, or not cheaply.
    /// - Parameter keepsArrivals: equals stand in the order of their arrival.
    func changes(after seq: Int, maximumBytes: Int, keepsArrivals: Bool = false) -> MergedChanges? {
        guard seq >= reach else { return nil }
        var first = firstEntry(atOrAfter: seq)
        // The change that made `seq` itself is known to the subscriber; other services' changes at it may not be.
        if first < publishedCount, entries[first].seq == seq, entries[first].hasOwnSeq { first += 1 }
        guard first <= publishedCount else { return MergedChanges(keepsArrivals: keepsArrivals) }
        guard publishedCount - first <= Self.longestReplay else { return nil }
        var missed = MergedChanges(keepsArrivals: keepsArrivals)
        for index in first..<publishedCount {
            missed.add(entries[index], time: nil)
            if missed.bytes > maximumBytes { return nil }
        }
        return missed
    }

    private func firstEntry(atOrAfter seq: Int) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].seq < seq { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// What an entry takes in memory. Names of up to 15 bytes lie within the string itself.
    private func cost(of change: PlacedChange) -> Int {
        let name = change.user.utf8.count
        return MemoryLayout<PlacedChange>.stride + (name > 15 ? name + 32 : 0)
    }
}
