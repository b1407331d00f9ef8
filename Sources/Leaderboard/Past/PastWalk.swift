import Board

/// Reads the entries since a moment, the oldest first: what everybody who changed since had at it, and whether all these entries are
/// there. Without I/O.
struct PastWalk {
    /// Milliseconds since 1970.
    private let moment: UInt64
    /// The last entry up to the moment that is there.
    private let start: AuditID
    private let isByArrival: Bool
    private(set) var holders: [String: PastHolder] = [:]
    private(set) var seen: AuditID
    /// Of the last entry that has one of its own.
    private(set) var lastSeq: Int?
    private(set) var entries = 0
    /// Of the last entry up to the moment, be it erased.
    private(set) var lastSeqThen: Int?
    /// The last entry that tells of more than users: what was read of the board before it may be of neither.
    private(set) var newestUpheaval = AuditID.zero
    /// By pseudonym: the points of who was erased since.
    private var erased: [String: Int] = [:]
    private var remnants: [String: [PastHolder.Remnant]] = [:]
    /// Erased users of whom is not known what they had.
    private(set) var unknown = 0
    private(set) var run = SeqRun()
    private var barrier: (reason: PastError.Reason, time: UInt64)?
    private var isBehindFirst = false
    /// The first entry since the moment, if it goes on from those before it.
    private(set) var first: (seq: Int, time: UInt64)?
    /// At the audit's beginning, and not by an entry up to the moment.
    private let isFromBeginning: Bool
    private var firstTime: UInt64?

    /// - Parameters:
    ///   - moment: milliseconds since 1970.
    ///   - start: the last entry up to it; nil: there is none.
    ///   - seq: its seq, or that of the last one before it that has one of its own; nil: not known.
    init(since moment: Int, from start: AuditID?, seq: Int?, ties: BoardOrder.Ties) {
        self.moment = UInt64(clamping: moment)
        self.start = start ?? .zero
        seen = self.start
        isFromBeginning = start == nil
        lastSeq = start == nil ? 0 : seq
        lastSeqThen = lastSeq
        isByArrival = ties.isByArrival
    }

    mutating func read(_ page: [AuditEntry]) {
        for entry in page { read(entry) }
    }

    private mutating func read(_ entry: AuditEntry) {
        entries += 1
        seen = entry.id
        if let remnant = PastHolder.Remnant(entry) {
            newestUpheaval = entry.id
            if let seq = remnant.seq {
                run.erase(seq)
                if isUpto(remnant) { lastSeqThen = lastSeqThen.map { max($0, seq) } }
            }
            remnants[entry.user, default: []].append(remnant)
            return
        }
        firstTime = firstTime ?? entry.time
        guard let action = entry.action, let seq = entry.seq else { return stop(.gap, at: entry) }
        let jumps = action == .restore || action == .ties
        if !isBehindFirst, !jumps { first = (seq, entry.time) }
        if !jumps, let lastSeq { run.pass(from: lastSeq, to: seq, at: entry.time) }
        lastSeq = seq
        follow(entry, action)
        isBehindFirst = true
    }

    /// An entry that was erased may have been the last one up to the moment.
    private func isUpto(_ remnant: PastHolder.Remnant) -> Bool {
        remnant.id <= start || remnant.time <= moment
    }

    private mutating func follow(_ entry: AuditEntry, _ action: AuditEntry.Action) {
        switch action {
        case .restore:
            newestUpheaval = entry.id
            // Directly behind the moment: the board went on from there to something else, which the backup knows nothing of.
            if !isBehindFirst || isByArrival && entry.tellsPlacesAnew { stop(.restored, at: entry) }
        case .ties:
            newestUpheaval = entry.id
            if isByArrival { stop(.ties, at: entry) }
        case .erase:
            newestUpheaval = entry.id
            erased[entry.user] = -entry.increase
        case .rebuild: newestUpheaval = entry.id
        case .update, .suspend, .reinstate, .revert, .recover, .adopt:
            // Another writer's entry of no user is of nobody on the board.
            guard let user = entry.userID?.rawValue else { return }
            if holders[user] != nil {
                holders[user]?.follow(entry)
            } else if let holder = PastHolder(first: entry) {
                holders[user] = holder
            } else {
                stop(.gap, at: entry)
            }
        default: break
        }
    }

    private mutating func stop(_ reason: PastError.Reason, at entry: AuditEntry) {
        barrier = (reason, entry.time)
    }

    /// All has been read, up to what the board says is its end.
    /// - Parameter seq: what the board counts there; nil: it does not say.
    mutating func end(seq: Int?) throws(PastError) {
        if let gap = run.lastGap, gap >= barrier?.time ?? 0 {
            barrier = (isFromBeginning && gap == firstTime ? .trimmed : .gap, gap)
        }
        if let barrier { throw .unreachable(barrier.reason, earliest: barrier.time) }
        if let seq, let lastSeq, seq != lastSeq { throw .unreachable(.gap, earliest: nil) }
        for (pseudonym, points) in erased {
            if let holder = PastHolder(remnants[pseudonym] ?? [], points: points, isUpto: isUpto) {
                holders[pseudonym] = holder
            } else {
                unknown += 1
            }
        }
    }
}
