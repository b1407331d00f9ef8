import Board

/// A user who changed since a moment, as the entries tell what they had at it.
struct PastHolder: Equatable {
    /// Nil: none.
    var score: Int?
    /// The user had 0, or was not on the board: an update from nothing looks like one from 0.
    var mayBeNew = false
    /// Nil: no entry tells it.
    var isSuspended: Bool?
    /// Seq of the change by which the user had reached the score; nil: not known.
    var reached: Int?
    /// The same where the user had no score before it, of which the entries that are here begin too late to tell.
    var arrival: Int?

    /// By the first entry of the user since then. Nil: it tells no score, though it has to.
    init?(first entry: AuditEntry) {
        self.init(entry.action, score: entry.score, increase: entry.increase)
        isSuspended = entry.tellsSuspensionBefore
        if entry.wasAbsent { score = nil }
    }

    private init?(_ action: AuditEntry.Action?, score after: Int?, increase: Int) {
        switch action {
        case .update:
            guard let after else { return nil }
            score = after - increase
            mayBeNew = score == 0
        case .revert: score = (after ?? 0) - increase
        // What another service wrote, or a lost entry told of, was there before this entry says it.
        // (What is left of an erased entry may tell of an update that was held.)
        case .suspend, .reinstate, .adopt, .recover, .held, .reject, .hold, .unhold: score = after
        default: return nil
        }
    }

    /// One more entry of the user since then.
    mutating func follow(_ entry: AuditEntry) {
        if isSuspended == nil {
            isSuspended = entry.tellsSuspensionBefore
        }
    }
}

extension AuditEntry {
    /// Whether the user was suspended, or hidden, before it; nil: it does not tell. Of what is left of an erased entry, what that told.
    fileprivate var tellsSuspensionBefore: Bool? {
        switch action == .erased ? self["was"].flatMap(Action.init) : action {
        // No update counts of who is suspended; that of a hidden user says so.
        case .update: isOfHidden
        case .suspend: self["already"] != nil
        case .reinstate: true
        default: nil
        }
    }
}

extension PastHolder {
    /// What an erasure left of a user's entry.
    struct Remnant {
        let id: AuditID
        let was: AuditEntry.Action?
        let score: Int?
        let increase: Int
        let seq: Int?
        /// What Redis' clock said when the entry was made, in milliseconds since 1970.
        let time: UInt64
        let isSuspendedBefore: Bool?
        /// Nil: it does not tell.
        let isSuspendedAfter: Bool?

        init?(_ entry: AuditEntry) {
            guard let erased = entry.erased else { return nil }
            id = erased.link.id
            was = entry["was"].flatMap(AuditEntry.Action.init)
            score = entry.score
            increase = entry.increase
            seq = entry.seq
            isSuspendedBefore = entry.tellsSuspensionBefore
            isSuspendedAfter = entry.suspends
            time = entry["of_time"].flatMap { UInt64($0) } ?? erased.link.id.milliseconds
        }
    }

    /// Of a user who was erased since.
    /// - Parameters:
    ///   - remnants: of their entries.
    ///   - points: what they had when they were erased.
    ///   - isUpto: whether it is of an entry up to the moment.
    /// - Returns: nil: they do not come to these points, for another erasure was interrupted.
    init?(_ remnants: [Remnant], points: Int, isUpto: (Remnant) -> Bool) {
        let entries = remnants.sorted { $0.id < $1.id }
        guard let last = entries.last else {
            // Their entries were trimmed before.
            guard points == 0 else { return nil }
            self.init(.suspend, score: 0, increase: 0)
            (mayBeNew, isSuspended) = (true, false)
            return
        }
        guard last.score ?? 0 == points else { return nil }
        let before = entries.prefix(while: isUpto)
        let since = entries.dropFirst(before.count)
        let laterWord = since.lazy.compactMap(\.isSuspendedBefore).first
        guard let known = before.last else {
            guard let first = since.first else { return nil }
            self.init(first.was, score: first.score, increase: first.increase)
            isSuspended = laterWord ?? false
            return
        }
        self.init(.suspend, score: known.was == .update ? known.score ?? 0 : known.score, increase: 0)
        isSuspended = before.compactMap(\.isSuspendedAfter).last ?? laterWord ?? false
        follow(before)
    }

    private mutating func follow(_ entries: some Sequence<Remnant>) {
        var hadScore: Bool?
        for entry in entries {
            let seq = entry.was == .update || entry.was == .revert ? entry.seq : nil
            if entry.increase != 0 || hadScore == false {
                (reached, arrival) = (seq, nil)
            } else if hadScore == nil, entry.was == .update {
                arrival = seq
            }
            hadScore = entry.was == .update || entry.score != nil
        }
    }
}
