import Board

/// Walks through the audit from its first entry on: follows its chain, and adds up what each user has. Without I/O.
struct AuditWalk {
    private(set) var chain: AuditChainWalk
    private(set) var tallies: [String: Tally] = [:]
    /// The last entry that tells of an erased one.
    private(set) var newestErasure = AuditID.zero
    /// Erased entries of which it came by what was left of them.
    private(set) var gone: Set<AuditID> = []
    /// By pseudonym, of erased users: whether the last entry that tells it suspended them. An erasure keeps a suspension.
    private(set) var erasedSuspensions: [String: Bool] = [:]
    private var merge: AuditMerge
    private let scores: BackupScores
    /// The backup's scores have been taken.
    private var hasScores = false
    /// Who was erased since the backup was made, by name, and where; and what those had of whom nobody knows the name.
    private let erasedNames: [String: AuditID]
    private let unclear: [AuditID: Int]
    /// Whom the backup has, and who may be one of the latter: their scores are not taken.
    private(set) var leftOut: Set<String> = []
    /// Who was erased, by the place of an entry.
    let pseudonyms: [AuditID: String]

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
        chain = AuditChainWalk(footnotes, older: older)
        pseudonyms = footnotes.pseudonyms
        self.merge = merge
        self.scores = scores
        self.erasedNames = erasedNames
        unclear = scores.end == .zero ? [:] : footnotes.unclearErasures(since: scores.end)
        for entry in older { read(entry) }
        chain.beginStream()
    }

    /// The next page of the stream.
    mutating func read(_ page: [AuditEntry]) {
        for entry in merge.merged(page) { read(entry) }
    }

    /// At the backup's end: who has no entry up to there has the score that the backup says; but of a whole audit, which has them all.
    private mutating func takeScores() {
        hasScores = true
        guard !chain.isWhole else { return }
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
        chain.follow(entry)
        if let erased = entry.erased {
            newestErasure = erased.id
            gone.insert(erased.link.id)
        }
        count(entry)
    }

    private mutating func count(_ entry: AuditEntry) {
        // The order of equals is kept, but not by the seqs that tell it here.
        if entry.tellsPlacesAnew {
            for user in Array(tallies.keys) { tallies[user]?.reached = nil }
        }
        guard let user = entry.userID?.rawValue, erasedNames[user].map({ entry.id > $0 }) ?? true else { return }
        switch entry.action {
        case .update, .suspend, .reinstate, .revert, .recover, .adopt:
            let isKept = entry.action == .update || entry.score != nil
            if var tally = tallies[user] {
                tally.sum.follow(entry)
                if entry.increase != 0 || !tally.isKept || entry.isReached {
                    tally.reached = entry.arrival
                }
                tally.isFollowed = true
                tally.last = entry.id
                // What another service took away is adopted as well, and who has no update left leaves the board.
                let mayEnd = entry.action == .adopt || entry.action == .revert
                tally.isKept = mayEnd ? isKept : tally.isKept || isKept
                tally.adopted = ScoreRange.held(tally.adopted + entry.unaudited)
                // An update behind a suspension does not end it: somebody took the user out of Redis' set.
                if let word = entry.suspends, entry.action != .update || tally.isSuspended == nil {
                    (tally.isSuspended, tally.isHidden) = (word, entry.hides)
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
                    isHidden: entry.hides,
                    reached: entry.increase != 0 || chain.isWhole ? entry.arrival : nil
                )
            }
        case .erase: leaveOut(erasedAt: entry.id)
        case .erased: if let word = entry.suspends { erasedSuspensions[user] = word }
        case .restore, .ties, .rebuild, .accept, .season, .freeze, .reveal, .profile, .blank, .held, .reject, .hold,
            .unhold, nil:
            break
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
    mutating func removed(entries: Int, expected: Int) { chain.removed(entries: entries, expected: expected) }

    /// Nothing of the stream is there, and what the backup has is not all.
    mutating func lost(board: Int, audit: Int) { chain.lost(board: board, audit: audit) }

    /// The rest of the backup's entries, and then the board's own word of the end (``AuditChainWalk/end(at:seq:)``).
    mutating func end(at end: AuditChain.Link?, seq: Int) {
        for entry in merge.rest() { read(entry) }
        if !hasScores { takeScores() }
        chain.end(at: end, seq: seq)
    }
}
