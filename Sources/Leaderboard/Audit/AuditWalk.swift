import Board

/// Walks through the audit from its first entry on: follows the chain of hashes, and adds up what each user has. Without I/O.
struct AuditWalk {
    /// What one user's entries add up to.
    struct Tally: Equatable {
        var sum: PointsSum
        /// What the user had before the first of them.
        let base: Int
        /// So many of these points an entry tells of.
        var adopted = 0
        let first: AuditID
        /// An entry gave the user a score, be it 0: the board shows or withholds one.
        var isKept: Bool
        /// What the last entry says that tells it: a suspension, a return, or an update, which counts of nobody suspended.
        var isSuspended: Bool?
        /// What the user had before the first of them, and no entry tells of.
        var unexplained: Int { ScoreRange.held(base - adopted) }
        /// From the user's first update on: nothing was trimmed away.
        var isWhole: Bool { unexplained == 0 }
    }

    /// Places at which the chain does not hold that are told one by one.
    static let maximumFaults = 100

    private(set) var tallies: [String: Tally] = [:]
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
    /// The last entry that tells of an erased one.
    private(set) var newestErasure = AuditID.zero
    /// Erased entries of which it came by what was left of them.
    private(set) var gone: Set<AuditID> = []
    private var erased: ErasedEntries
    /// Where the chain stands: at the last entry, there or erased. Nil: at its beginning.
    private var place: AuditChain.Link?
    /// An entry of the chain that is there was read. Before, an entry may have been trimmed anywhere.
    private var isInside = false
    /// By pseudonym, of erased users: whether the last entry that tells it suspended them. An erasure keeps a suspension.
    private(set) var erasedSuspensions: [String: Bool] = [:]
    /// Where the stream does not follow what a backup has, or does not begin with the board's first change. Nil: it does, or an
    /// entry tells of it.
    private(set) var gap: AuditGap?
    /// How many places there are of which an entry tells that entries are lost.
    private(set) var knownGaps = 0
    /// The next entry is the stream's first.
    private var isAtStream = true
    private let gaps: [AuditID: String]
    /// Who was erased, by the place of an entry.
    let pseudonyms: [AuditID: String]
    /// From its beginning on, no entry of the chain is missing.
    private var isUnbroken = true
    /// Of the first change that the chain tells of.
    private var firstSeq: Int?
    /// Of the last one; what erasures leave has old ones.
    private var lastSeq: Int?

    /// - Parameters:
    ///   - older: entries from before the stream, from a backup.
    init(_ footnotes: AuditFootnotes = AuditFootnotes(), older: [AuditEntry] = []) {
        erased = ErasedEntries(footnotes.erased)
        gaps = Dictionary(footnotes.gaps.map { ($0.next, $0.before) }) { _, last in last }
        pseudonyms = footnotes.pseudonyms
        isAtStream = older.isEmpty
        read(older)
        isAtStream = true
    }

    mutating func read(_ page: [AuditEntry]) {
        for entry in page { read(entry) }
    }

    private mutating func read(_ entry: AuditEntry) {
        entries += 1
        follow(entry)
        seen = entry.id
        if let erased = entry.erased {
            newestErasure = erased.id
            gone.insert(erased.link.id)
        }
        if entry.action != .erased { lastSeq = entry.seq ?? lastSeq }
        count(entry)
    }

    private mutating func follow(_ entry: AuditEntry) {
        passErased(before: entry.id)
        guard let link = entry.link else {
            if isInside { note(.notChained(entry.id)) } else { unchained += 1 }
            return
        }
        let fits = AuditChain.hash(of: entry, after: place ?? .start) == link.hash
        if isInside {
            if !fits { lose(before: entry.id, .broken(entry.id)) }
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
        if !isWhole { lose(before: entry.id, fits && isUnbroken && unchained == 0 ? .begunAnew(entry.id) : nil) }
    }

    /// Entries before this one are lost: a fault, unless an entry tells of it.
    private mutating func lose(before next: AuditID, _ fault: AuditFault?) {
        let found = AuditGap(next: next, after: place)
        guard gaps[next] != found.before else {
            knownGaps += 1
            return
        }
        if isAtStream { gap = found }
        if let fault { note(fault) }
    }

    /// The erased entries that stood directly before this one.
    private mutating func passErased(before id: AuditID) {
        while let gone = erased.next(before: id) {
            guard !gone.link.hash.isEmpty else {
                // It was of before there was a chain.
                if isInside { note(.broken(gone.link.id)) } else { isUnbroken = false }
                continue
            }
            let fits = gone.before == (place ?? .start).inOneLine
            if !isInside {
                isUnbroken = isUnbroken && fits
                firstSeq = firstSeq ?? gone.seq
            } else if gone.before == nil {
                uncheckedErasures += 1
            } else if !fits {
                lose(before: gone.link.id, .broken(gone.link.id))
            }
            place = gone.link
        }
    }

    private mutating func count(_ entry: AuditEntry) {
        guard let user = entry.userID?.rawValue else { return }
        switch entry.action {
        case .update, .suspend, .reinstate, .revert, .recover, .adopt:
            let isKept = entry.action == .update || entry.score != nil
            if var tally = tallies[user] {
                tally.sum += entry.increase
                // What another service took away is adopted as well.
                tally.isKept = entry.action == .adopt ? isKept : tally.isKept || isKept
                tally.adopted = ScoreRange.held(tally.adopted + entry.unaudited)
                // An update behind a suspension does not end it: somebody took the user out of Redis' set.
                if entry.action != .update || tally.isSuspended == nil {
                    tally.isSuspended = entry.suspends ?? tally.isSuspended
                }
                tallies[user] = tally
            } else {
                let score = entry.score ?? 0
                tallies[user] = Tally(
                    sum: PointsSum(score),
                    base: score - entry.increase,
                    first: entry.id,
                    isKept: isKept,
                    isSuspended: entry.suspends
                )
            }
        case .erased: if let word = entry.suspends { erasedSuspensions[user] = word }
        case .erase, .rebuild, .restore, nil: break
        }
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
            note(.end)
        } else if entries == 0 {
            if seq != 0 { note(.seq(board: seq, audit: 0)) }
            isWhole = faultCount == 0
        } else if let lastSeq, seq != lastSeq {
            note(.seq(board: seq, audit: lastSeq))
        }
    }

    private mutating func note(_ fault: AuditFault) {
        faultCount += 1
        if faults.count < Self.maximumFaults { faults.append(fault) }
    }
}
