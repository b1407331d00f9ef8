import Board

/// Reads the entries up to a moment, the newest first, for what those behind it leave open: who was on the board with 0, and since when
/// users had the score that others had as well. Without I/O.
struct PastSearch {
    /// Since when a user had a score.
    enum Place: Equatable {
        case known(Int)
        /// Before the change with this seq.
        case before(Int)
        case unknown
    }

    private struct Wish {
        var presence = false
        var place = false
        /// Seq of the oldest update so far that changed no score: it may be the user's first.
        var arrival: Int?
        /// It left 0, as an update of who was not there may: before it, there may be nothing.
        var mayBegin = false
    }

    private var wishes: [String: Wish]
    private(set) var isOnBoard: [String: Bool] = [:]
    private(set) var places: [String: Place] = [:]
    private(set) var seen: AuditID?
    private(set) var entries = 0
    private let isByArrival: Bool
    private var run: SeqRun
    private var oldest: (seq: Int, time: UInt64)?
    private var isBroken = false

    /// - Parameters:
    ///   - presence: of whom is asked whether they were on the board.
    ///   - place: of whom is asked since when they had the score; and if they had come by then, when.
    ///   - erased: seqs of entries that were erased, as those behind the moment tell.
    ///   - next: the first entry behind the moment, from which those up to it are counted back.
    init(
        presence: some Sequence<String>,
        place: [String: Int?],
        isByArrival: Bool,
        erased: Set<Int>,
        next: (seq: Int, time: UInt64)?
    ) {
        oldest = next
        wishes = [:]
        self.isByArrival = isByArrival
        run = SeqRun(erased: erased)
        for user in presence { wishes[user, default: Wish()].presence = true }
        for (user, arrival) in place {
            wishes[user, default: Wish()].place = true
            wishes[user]?.arrival = arrival
            wishes[user]?.mayBegin = arrival != nil
        }
    }

    var isDone: Bool { wishes.isEmpty }

    mutating func read(_ page: [AuditEntry]) {
        for entry in page where !isDone { read(entry) }
    }

    private mutating func read(_ entry: AuditEntry) {
        entries += 1
        seen = entry.id
        if entry.action == .erased {
            if let seq = entry.seq { run.erase(seq) }
            return
        }
        guard let seq = entry.seq, let action = entry.action else {
            isBroken = true
            return
        }
        if let oldest { run.pass(from: seq, to: oldest.seq, at: oldest.time) }
        oldest = (seq, entry.time)
        if action == .restore || action == .ties {
            // Behind it, the count may jump, and places were told anew.
            oldest = nil
            if isByArrival, entry.tellsPlacesAnew { dropPlaces(before: seq) }
        } else if entry.isOfUser, let user = entry.userID?.rawValue, let wish = wishes[user] {
            wishes[user] = followed(wish, entry, user)
        }
    }

    /// Nil: nothing is left to ask.
    private mutating func followed(_ wish: Wish, _ entry: AuditEntry, _ user: String) -> Wish? {
        var wish = wish
        let hasScore = entry.action == .update || entry.score != nil
        if wish.presence {
            isOnBoard[user] = hasScore
            wish.presence = false
            if !hasScore { return nil }
        }
        guard wish.place else { return nil }
        if !hasScore {
            places[user] = wish.arrival.map { .known($0) } ?? .unknown
            return nil
        }
        if entry.increase != 0 || entry.isReached {
            places[user] = entry.arrival.map { .known($0) } ?? .unknown
            return nil
        }
        if entry.action == .update { (wish.arrival, wish.mayBegin) = (entry.seq, entry.score == 0) }
        return wish
    }

    private mutating func dropPlaces(before seq: Int) {
        for (user, wish) in wishes where wish.place {
            places[user] = wish.mayBegin ? .unknown : .before(seq)
            wishes[user]?.place = false
            if !wish.presence { wishes[user] = nil }
        }
    }

    /// The audit's beginning was reached. Whoever was not found there had not come yet, if it is the board's beginning as well.
    mutating func end() {
        if let oldest { run.pass(from: 0, to: oldest.seq, at: oldest.time) }
        // Without an entry to count from, others may have been there.
        let isWhole = !isBroken && oldest != nil && run.lastGap == nil
        for (user, wish) in wishes {
            if wish.presence, isWhole { isOnBoard[user] = false }
            if wish.place {
                let reach = wish.mayBegin ? Place.unknown : .before(oldest?.seq ?? 0)
                places[user] = isWhole ? wish.arrival.map { .known($0) } ?? .unknown : reach
            }
        }
        wishes = [:]
    }
}
