/// Walks through the audit from its first entry on: follows the chain of hashes, and adds up what each user has. Without I/O.
struct AuditWalk {
    /// What one user's entries add up to.
    struct Tally: Equatable {
        var sum: Int
        /// From the user's first update on: nothing was trimmed away.
        let isWhole: Bool
    }

    /// Places at which the chain does not hold that are told one by one.
    static let maximumFaults = 100

    private(set) var tallies: [String: Tally] = [:]
    private(set) var entries = 0
    /// Entries of before there was a chain.
    private(set) var unchained = 0
    private(set) var faultCount = 0
    /// The first of them.
    private(set) var faults: [AuditFault] = []
    /// The first entry is the board's first: nothing was trimmed.
    private(set) var isWhole = false
    /// Of the last entry.
    private(set) var seen = AuditID.zero
    private(set) var erasures = 0
    private var previous: AuditChain.Link?
    /// Of the entries that erasures removed, in their order.
    private let erased: [AuditChain.Link]
    private var nextErased = 0

    init(erased: [AuditChain.Link] = []) {
        self.erased = erased.sorted { $0.id < $1.id }
    }

    mutating func read(_ page: [AuditEntry]) {
        for entry in page { read(entry) }
    }

    private mutating func read(_ entry: AuditEntry) {
        entries += 1
        follow(entry)
        seen = entry.id
        if entry.erasedLink != nil { erasures += 1 }
        count(entry)
    }

    private mutating func follow(_ entry: AuditEntry) {
        let gap = passErased(before: entry.id)
        guard let link = entry.link else {
            if previous == nil { unchained += 1 } else { note(.notChained(entry.id)) }
            return
        }
        defer { previous = link }
        if let expected = gap ?? previous {
            let fits = AuditChain.hash(of: entry, after: expected) == link.hash
            // At the beginning, what followed an erased entry may have been trimmed.
            if !fits, previous != nil { note(.broken(entry.id)) }
        } else {
            isWhole = unchained == 0 && AuditChain.hash(of: entry, after: .start) == link.hash
        }
    }

    /// The last of the erased entries that stood directly before this one.
    private mutating func passErased(before id: AuditID) -> AuditChain.Link? {
        var gap: AuditChain.Link?
        while nextErased < erased.count, erased[nextErased].id < id {
            gap = erased[nextErased]
            nextErased += 1
        }
        return gap
    }

    private mutating func count(_ entry: AuditEntry) {
        switch entry.action {
        case .update, .suspend, .reinstate, .revert:
            if let tally = tallies[entry.user] {
                tallies[entry.user] = Tally(sum: tally.sum + entry.increase, isWhole: tally.isWhole)
            } else {
                let score = entry.score ?? 0
                tallies[entry.user] = Tally(sum: score, isWhole: score == entry.increase)
            }
        case .erase, .erased, .rebuild, .restore, nil: break
        }
    }

    /// Holds the end against the board's own word of it, which was read after everything that was walked.
    mutating func end(at end: AuditChain.Link?) {
        let last = passErased(before: AuditID(milliseconds: .max, number: 0)) ?? previous
        guard previous != nil || end != nil else { return }
        if end != last { note(.end) }
    }

    private mutating func note(_ fault: AuditFault) {
        faultCount += 1
        if faults.count < Self.maximumFaults { faults.append(fault) }
    }
}

/// Where the audit does not hold together.
package enum AuditFault: Sendable, Equatable, CustomStringConvertible {
    /// This entry was edited or moved, or the one before it was, or one between the two is gone.
    case broken(AuditID)
    /// An entry without a hash amidst others.
    case notChained(AuditID)
    /// The last entries are gone, or the key that vouches for the end is.
    case end

    package var description: String {
        switch self {
        case .broken(let id): "at \(id): this entry or the one before it was changed, or one between them is missing"
        case .notChained(let id): "at \(id): this entry has no hash"
        case .end: "at the end: the last entry is not the one that the board remembers"
        }
    }
}
