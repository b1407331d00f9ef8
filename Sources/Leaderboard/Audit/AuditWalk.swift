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
        var last = AuditID.zero
        /// An entry gave the user a score, be it 0: the board shows or withholds one.
        var isKept: Bool
        /// What the last entry says that tells it: a suspension, a return, or an update, which counts of nobody suspended.
        var isSuspended: Bool?
        /// Seq of the last change that gave the user another score. Nil: it was none that tells it.
        var reached: Int?
        /// The backup's word, in the place of entries that had been trimmed before it was made.
        var isFromBackup = false
        /// There are entries behind that.
        var isFollowed = false
        /// What the user had before the first of them, and no entry tells of.
        var unexplained: Int { ScoreRange.held(base - adopted) }
        /// From the user's first update on: nothing was trimmed away.
        var isWhole: Bool { unexplained == 0 }
    }

    /// Places at which the chain does not hold that are told one by one.
    static let maximumFaults = 100
    /// Those that are kept for an operator to accept.
    static let maximumPlaces = 10_000

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
    private var isAtStream = true
    private let gaps: [AuditID: String]
    private let accepted: Set<AcceptedPlace>
    /// How many of these it came by.
    private(set) var acceptedCount = 0
    /// Where faults are that an operator can go on over.
    private(set) var places: [AcceptedPlace] = []
    private var merge: AuditMerge
    private let scores: BackupScores
    /// The backup's scores have been taken.
    private var hasScores = false
    /// Who was erased since the backup was made, by name, and where; and what those had of whom nobody knows the name.
    private let erasedNames: [String: AuditID]
    private let unclear: [AuditID: Int]
    /// Whom the backup has, and who may be one of the latter: their scores are not taken.
    private(set) var leftOut: Set<String> = []
    /// The stream begins with a board's first change: when the board was lost, its scores were.
    private(set) var isBegunAnew = false
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
    ///   - merge: others of the backup that the stream is to have.
    ///   - scores: of users whom no entry of the backup names.
    ///   - erasedNames: whose entries up to this one do not count: they were erased, and what the backup has of them is lost.
    init(
        _ footnotes: AuditFootnotes = AuditFootnotes(),
        older: [AuditEntry] = [],
        merge: AuditMerge = AuditMerge(),
        scores: BackupScores = BackupScores(),
        erasedNames: [String: AuditID] = [:]
    ) {
        erased = ErasedEntries(footnotes.erased)
        gaps = Dictionary(footnotes.gaps.map { ($0.next, $0.before) }) { _, last in last }
        accepted = footnotes.accepted
        pseudonyms = footnotes.pseudonyms
        self.merge = merge
        self.scores = scores
        self.erasedNames = erasedNames
        unclear = scores.end == .zero ? [:] : footnotes.unclearErasures(since: scores.end)
        isAtStream = older.isEmpty
        for entry in older { read(entry) }
        isAtStream = true
    }

    /// The next page of the stream.
    mutating func read(_ page: [AuditEntry]) {
        for entry in merge.merged(page) { read(entry) }
    }

    /// At the backup's end: who has no entry up to there has the score that the backup says; but of a whole audit, which has them all.
    private mutating func takeScores() {
        hasScores = true
        guard !isWhole else { return }
        let points = Set(unclear.values)
        for (user, score) in scores.scores where tallies[user] == nil {
            guard !points.contains(score) else {
                leftOut.insert(user)
                continue
            }
            tallies[user] = Tally(sum: PointsSum(score), base: score, first: .zero, isKept: true, isFromBackup: true)
        }
    }

    private mutating func read(_ entry: AuditEntry) {
        if !hasScores, entry.id > scores.end, !scores.scores.isEmpty { takeScores() }
        entries += 1
        follow(entry)
        seen = entry.id
        if let erased = entry.erased {
            newestErasure = erased.id
            gone.insert(erased.link.id)
        }
        followSeq(entry)
        count(entry)
    }

    /// A seq is of one change. Where entries are lost, as an entry tells, the board may have begun to count anew.
    private mutating func followSeq(_ entry: AuditEntry) {
        guard entry.action != .erased, let seq = entry.seq else { return }
        if let lastSeq, seq <= lastSeq, !isBehindGap {
            note(.seqAgain(entry.id, seq: seq), at: AcceptedPlace(entry.id, "seq", "\(seq)", "\(lastSeq)"))
        }
        lastSeq = seq
    }

    private mutating func follow(_ entry: AuditEntry) {
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

    private mutating func count(_ entry: AuditEntry) {
        guard let user = entry.userID?.rawValue, erasedNames[user].map({ entry.id > $0 }) ?? true else { return }
        switch entry.action {
        case .update, .suspend, .reinstate, .revert, .recover, .adopt:
            let isKept = entry.action == .update || entry.score != nil
            if var tally = tallies[user] {
                tally.sum.follow(entry)
                if entry.increase != 0 || !tally.isKept { tally.reached = entry.arrival }
                tally.isFollowed = true
                tally.last = entry.id
                // What another service took away is adopted as well, and who has no update left leaves the board.
                let mayEnd = entry.action == .adopt || entry.action == .revert
                tally.isKept = mayEnd ? isKept : tally.isKept || isKept
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
                    last: entry.id,
                    isKept: isKept,
                    isSuspended: entry.suspends,
                    reached: entry.increase != 0 || isWhole ? entry.arrival : nil
                )
            }
        case .erase: leaveOut(erasedAt: entry.id)
        case .erased: if let word = entry.suspends { erasedSuspensions[user] = word }
        // Who came first is kept, but not by the seqs that tell it here.
        case .restore, .ties: for user in Array(tallies.keys) { tallies[user]?.reached = nil }
        case .rebuild, .accept, nil: break
        }
    }

    /// One of those who have so many points, and no entry since the backup, may be who was erased.
    private mutating func leaveOut(erasedAt id: AuditID) {
        guard let points = unclear[id], points != 0 else { return }
        for (user, tally) in tallies where tally.sum == PointsSum(points) && tally.last <= scores.end {
            leftOut.insert(user)
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
        for entry in merge.rest() { read(entry) }
        if !hasScores { takeScores() }
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
