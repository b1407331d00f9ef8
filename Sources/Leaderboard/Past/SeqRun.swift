import Board

/// Whether the seqs of entries follow one another, but for those of entries that were erased, of which is told elsewhere. Without I/O.
struct SeqRun {
    private struct Hole {
        let seqs: ClosedRange<Int>
        let time: UInt64
    }

    private var holes: [Hole] = []
    /// Of entries that were erased.
    private(set) var erased: Set<Int>
    /// Of the last entry at which a count was begun anew.
    private var brokenAt: UInt64?

    init(erased: Set<Int> = []) {
        self.erased = erased
    }

    mutating func erase(_ seq: Int) { erased.insert(seq) }

    /// Two entries that stand next to each other.
    /// - Parameter time: of the later one.
    mutating func pass(from earlier: Int, to later: Int, at time: UInt64) {
        // Both are of ``ScoreRange``.
        if later <= earlier {
            brokenAt = max(brokenAt ?? 0, time)
        } else if later - earlier > 1 {
            holes.append(Hole(seqs: earlier + 1...later - 1, time: time))
        }
    }

    /// The time of the last entry before which others are missing; nil: none are.
    var lastGap: UInt64? {
        let open = holes.filter { $0.seqs.count > erased.count || !$0.seqs.allSatisfy(erased.contains) }
        return (open.map(\.time) + [brokenAt].compactMap(\.self)).max()
    }
}
