import Board

/// Follows the chain of hashes through the audit: where it breaks, where entries are lost, and which of that an operator has accepted.
/// Without I/O.
struct AuditChainWalk {
    /// Places at which the chain does not hold that are told one by one.
    static let maximumFaults = 100
    /// Those that are kept for an operator to accept.
    static let maximumPlaces = 10_000

    private(set) var entries = 0
    /// Entries of before there was a chain.
    private(set) var unchained = 0
    /// Erased entries of which it is not kept what stood before them: that it was not changed cannot be checked.
    private(set) var uncheckedErasures = 0
    private(set) var faultCount = 0
    /// The first of them.
    private(set) var faults: [AuditFault] = []
    /// The first entry, there or erased, is the board's first: nothing was trimmed.
    private(set) var isWhole = false
    /// Of the last entry.
    private(set) var seen = AuditID.zero
    private var erased: ErasedEntries
    /// Where the chain stands: at the last entry, there or erased. Nil: at its beginning.
    private var place: AuditChain.Link?
    /// An entry of the chain that is there was read. Before, an entry may have been trimmed anywhere.
    private var isInside = false
    /// Where the board remembers another end than the audit has: this.
    private(set) var wrongEnd: AuditReport.End?
    /// Where the stream does not follow what a backup has, or does not begin with the board's first change. Nil: it does, or an
    /// entry tells of it.
    private(set) var gap: AuditGap?
    /// How many places there are of which an entry tells that entries are lost.
    private(set) var knownGaps = 0
    /// Directly before this entry is such a place.
    private var isBehindGap = false
    /// The next entry is the stream's first.
    private var isAtStream: Bool
    private let gaps: [AuditID: String]
    private let accepted: Set<AcceptedPlace>
    /// How many of these it came by.
    private(set) var acceptedCount = 0
    /// Where faults are that an operator can go on over.
    private(set) var places: [AcceptedPlace] = []
    /// The stream begins with a board's first change: when the board was lost, its scores were.
    private(set) var isBegunAnew = false
    /// From its beginning on, no entry of the chain is missing.
    private var isUnbroken = true
    /// Of the first change that the chain tells of.
    private var firstSeq: Int?
    /// Of the last one; what erasures leave has old ones.
    private var lastSeq: Int?

    /// - Parameter older: entries from before the stream, from a backup.
    init(_ footnotes: AuditFootnotes, older: [AuditEntry]) {
        erased = ErasedEntries(footnotes.erased)
        gaps = Dictionary(footnotes.gaps.map { ($0.next, $0.before) }) { _, last in last }
        accepted = footnotes.accepted
        isAtStream = older.isEmpty
    }

    /// The older entries have been followed.
    mutating func beginStream() { isAtStream = true }

    mutating func follow(_ entry: AuditEntry) {
        entries += 1
        followLink(entry)
        seen = entry.id
        followSeq(entry)
    }

    private mutating func followLink(_ entry: AuditEntry) {
        isBehindGap = false
        passErased(before: entry.id)
        guard let link = entry.link else {
            if isInside { note(.notChained(entry.id), at: place(of: entry)) } else { unchained += 1 }
            return
        }
        let fits = AuditChain.hash(of: entry, after: place ?? .start) == link.hash
        if isInside {
            if !fits {
                let isFirst = entry.seq == 1 && AuditChain.hash(of: entry, after: .start) == link.hash
                lose(before: entry.id, .broken(entry.id), at: place(of: entry), isFirst: isFirst)
            }
        } else {
            begin(entry, fits: fits)
        }
        place = link
        isInside = true
        isAtStream = false
    }

    /// The first entry of the chain that is there.
    private mutating func begin(_ entry: AuditEntry, fits: Bool) {
        isWhole = fits && isUnbroken && unchained == 0 && (firstSeq ?? entry.seq) == 1
        if !isWhole {
            // An operator who went on over an audit that was lost says so by this entry.
            let isTold = !fits || !isUnbroken || unchained > 0 || entry.action == .accept
            let fault: AuditFault? = isTold ? nil : .begunAnew(entry.id)
            lose(before: entry.id, fault, at: place(of: entry))
        }
    }

    /// As it is found: the entry, and what stands before it.
    private func place(of entry: AuditEntry) -> AcceptedPlace {
        AcceptedPlace(
            entry.id,
            place?.inOneLine ?? AuditGap.nothing,
            entry.link?.hash ?? "",
            AuditChain.hash(of: entry, after: place ?? .start)
        )
    }

    /// Entries before this one are lost: a fault, unless an entry tells of it.
    private mutating func lose(
        before next: AuditID,
        _ fault: AuditFault?,
        at place: AcceptedPlace,
        isFirst: Bool = false
    ) {
        isBehindGap = true
        let found = AuditGap(next: next, after: self.place)
        guard gaps[next] != found.before else {
            knownGaps += 1
            return
        }
        if isAtStream {
            gap = found
            isBegunAnew = isFirst
        }
        if let fault { note(fault, at: place) }
    }

    /// The erased entries that stood directly before this one.
    private mutating func passErased(before id: AuditID) {
        while let gone = erased.next(before: id) {
            guard !gone.link.hash.isEmpty else {
                // It was of before there was a chain.
                if isInside { note(.broken(gone.link.id), at: erasedPlace(gone)) } else { isUnbroken = false }
                continue
            }
            let fits = gone.before == (place ?? .start).inOneLine
            if !isInside {
                isUnbroken = isUnbroken && fits
                firstSeq = firstSeq ?? gone.seq
            } else if gone.before == nil {
                uncheckedErasures += 1
            } else if !fits {
                lose(before: gone.link.id, .broken(gone.link.id), at: erasedPlace(gone))
            }
            place = gone.link
        }
    }

    /// Where an operator had accepted what stood there before it was erased, nobody can tell any more what it was.
    private func erasedPlace(_ gone: ErasedEntry) -> AcceptedPlace {
        accepted.first { $0.id == gone.link.id }
            ?? AcceptedPlace(gone.link.id, place?.inOneLine ?? AuditGap.nothing, gone.link.hash)
    }

    /// A seq is of one change. Where entries are lost, as an entry tells, the board may have begun to count anew.
    private mutating func followSeq(_ entry: AuditEntry) {
        guard entry.action != .erased, let seq = entry.seq else { return }
        if let lastSeq, seq <= lastSeq, !isBehindGap {
            note(.seqAgain(entry.id, seq: seq), at: AcceptedPlace(entry.id, "seq", "\(seq)", "\(lastSeq)"))
        }
        lastSeq = seq
    }

    /// The stream has fewer entries than trimming leaves.
    mutating func removed(entries: Int, expected: Int) {
        guard gap != nil else { return }
        if case .begunAnew = faults.first { return }
        note(.removed(entries: entries, expected: expected))
    }

    /// Nothing of the stream is there, and what the backup has is not all.
    mutating func lost(board: Int, audit: Int) {
        note(.lost(board: board, audit: audit))
    }

    /// Holds the end against the board's own word of it: the end of its chain, and how many changes it counts. Both were read
    /// at one moment, after everything that was walked.
    mutating func end(at end: AuditChain.Link?, seq: Int) {
        passErased(before: .last)
        if isInside || end != nil, end != place {
            wrongEnd = place.map { AuditReport.End(link: $0, last: seen) }
            note(.end)
        } else if entries == 0 {
            if seq != 0 { note(.seq(board: seq, audit: 0)) }
            isWhole = faultCount == 0
        } else if let lastSeq, seq != lastSeq {
            note(.seq(board: seq, audit: lastSeq))
        }
    }

    /// - Parameter place: nil: it is at the end.
    private mutating func note(_ fault: AuditFault, at place: AcceptedPlace? = nil) {
        if let place {
            if accepted.contains(place) {
                acceptedCount += 1
                return
            }
            if places.count < Self.maximumPlaces { places.append(place) }
        }
        faultCount += 1
        if faults.count < Self.maximumFaults { faults.append(fault) }
    }
}
