import Board
package import NIOCore
import RedisClient
import Text

/// What a restore does to users besides their scores: what the board that is there has of them, beside what the backup has.
package struct RestoreEffects: Sendable, Equatable {
    /// What is said of users whom an act since the backup concerns.
    package struct Names: Sendable, Equatable {
        package let what: String
        /// In their order.
        package let users: [String]
    }

    /// Without a kind that nobody is of.
    package private(set) var names: [Names] = []
    /// Users of the backup who were erased since, as far as that can be told, in the order of their names.
    package private(set) var erased: [String] = []
    /// Why there may be others; nil: there are none.
    package private(set) var unknownErasures: String?
    /// Who may be among those: the backup has them, and the board that is there has not.
    package private(set) var maybeErased: [String] = []
    /// Updates that wait for review, and go on waiting.
    package private(set) var waiting = 0
    /// Those of them that do not where who was erased is erased again: of users whose first erasure was broken off.
    package private(set) var waitingOfErased = 0

    package init() {}

    /// The same when it is done: who was erased again, and what waits now.
    package func done(_ summary: BackupSummary, keepsErased: Bool) -> RestoreEffects {
        var effects = self
        if keepsErased { effects.erased = summary.erased }
        effects.waiting = summary.waiting
        effects.waitingOfErased = 0
        return effects
    }

    fileprivate mutating func add(_ what: String, _ users: some Sequence<String>) {
        let users = users.sorted()
        if !users.isEmpty { names.append(Names(what: what, users: users)) }
    }

    fileprivate mutating func compare(_ backup: BackupPreview, suspended: Set<String>, hidden: Set<String>) {
        let (banned, bannedThen) = (suspended.subtracting(hidden), backup.suspended.subtracting(backup.hidden))
        let (hiddenThen, suspendedThen) = (backup.hidden, backup.suspended)
        add("no longer suspended", banned.subtracting(suspendedThen))
        add("no longer hidden", hidden.subtracting(suspendedThen))
        add("hidden instead of suspended", banned.intersection(hiddenThen))
        add("suspended instead of hidden", hidden.intersection(bannedThen))
        add("suspended again", bannedThen.subtracting(suspended))
        add("hidden again", hiddenThen.subtracting(suspended))
    }

    fileprivate mutating func compare(_ backup: BackupPreview, onHold: Set<String>) {
        add("on hold again", backup.onHold.subtracting(onHold))
        add(
            "on hold as before, though not in the backup",
            onHold.subtracting(backup.onHold.union(backup.onHoldByAudit))
        )
        add(
            "on hold by the backup's audit alone, which puts nobody on hold (leaderboard admin hold does)",
            backup.onHoldByAudit.subtracting(onHold)
        )
    }

    fileprivate mutating func note(waiting count: Int) { waiting = count }

    fileprivate mutating func note(waitingOfErased count: Int) { waitingOfErased = count }

    fileprivate mutating func note(erased users: Set<String>) { erased = users.sorted() }

    fileprivate mutating func note(unknown reason: String, maybe users: Set<String>) {
        (unknownErasures, maybeErased) = (reason, users.sorted())
    }
}

extension Catalogue {
    /// What a restore of these lines would do to users besides their scores.
    /// - Parameters:
    ///   - preview: of these lines.
    ///   - held: the board's definition, as it was found.
    package func effects(
        of lines: BackupLines,
        _ preview: BackupPreview,
        as id: BoardID,
        _ held: HeldDefinition,
        on eventLoop: any EventLoop
    ) async throws -> RestoreEffects {
        try await store(of: id, held.definition ?? BoardDefinition(), isStored: held.isStored)
            .effects(of: lines, preview, on: eventLoop)
    }
}

extension ScoreStore {
    func effects(
        of lines: BackupLines,
        _ preview: BackupPreview,
        on eventLoop: any EventLoop
    ) async throws -> RestoreEffects {
        var effects = RestoreEffects()
        guard try await hasBoard(on: eventLoop) else {
            effects.note(unknown: "nothing is here that tells who was erased since", maybe: [])
            return effects
        }
        do {
            effects.compare(
                preview,
                suspended: try await users(of: keys.suspended, on: eventLoop),
                hidden: try await hiddenUsers(of: keys, on: eventLoop)
            )
            effects.compare(preview, onHold: Set(try await onHold(of: keys, on: eventLoop).keys))
            effects.note(waiting: try await waiting(on: eventLoop))
            try await find(erasedIn: lines, preview, &effects, on: eventLoop)
        } catch ScoreStoreError.unsoundBoard {
            effects.note(unknown: "what is here of suspensions, holds or erasures cannot be read", maybe: [])
        }
        return effects
    }

    private func find(
        erasedIn lines: BackupLines,
        _ preview: BackupPreview,
        _ effects: inout RestoreEffects,
        on eventLoop: any EventLoop
    ) async throws {
        var erased = try await erasedSince(on: eventLoop)
        var users: Set<String> = []
        try await lines { bytes in
            let line = try BackupLine(bytes)
            guard line.isOfBoard else { return }
            erased.meet(line)
            switch line {
            case .score(let user, _, _), .withheld(let user, _, _): users.insert(user)
            default: break
            }
        }
        effects.note(erased: erased.met)
        effects.note(waitingOfErased: try await waiting(of: erased.met.intersection(erased.unfinished), on: eventLoop))
        users.subtract(erased.met)
        let unclear = erased.unclear
        let reachesBack = try await reachesBack(to: preview.seal, on: eventLoop)
        guard !reachesBack || unclear > 0 else { return }
        if reachesBack { users = users.filter { !erased.isNamed($0) } }
        let state = try await places(of: keys, on: eventLoop)
        users = users.filter { state.scores[$0] == nil && state.withheld[$0] == nil }
        try await leaveOut(revertedIn: &users, since: preview.seal, on: eventLoop)
        effects.note(
            unknown: reachesBack
                ? "\(unclear) more erased since of whom the backup's audit has no entry"
                : "the audit that is here does not reach back to the backup, so it does not tell everybody who was erased since",
            maybe: users
        )
    }

    /// Of whom the audit tells that updates of before the backup were taken back since: they were not erased, and left the board so.
    private func leaveOut(
        revertedIn users: inout Set<String>,
        since seal: BackupSeal,
        on eventLoop: any EventLoop
    ) async throws {
        guard !users.isEmpty else { return }
        var reverted: Set<String> = []
        try await forEachEntry(of: keys.audit, upto: nil, on: eventLoop) { entry in
            guard entry.action == .revert, entry.reverts.contains(where: { $0 <= seal.seq }) else { return }
            if let user = entry.userID?.rawValue { reverted.insert(user) }
        }
        users.subtract(reverted)
    }

    private func waiting(of users: Set<String>, on eventLoop: any EventLoop) async throws -> Int {
        var count = 0
        guard !users.isEmpty else { return count }
        try await forEachEntry(of: keys.held, upto: nil, on: eventLoop) { entry in
            if let user = entry.userID?.rawValue, users.contains(user) { count += 1 }
        }
        return count
    }

    /// Whether the audit that is there goes on where the backup's ends, so that it tells every erasure since. What erasures removed has left
    /// its place in the chain.
    private func reachesBack(to seal: BackupSeal, on eventLoop: any EventLoop) async throws -> Bool {
        var end = AuditChain.Link(seal.chain) ?? .start
        guard let first = try await auditPage(after: .zero, count: 1, on: eventLoop).first else {
            return end == .start
        }
        if first.id <= end.id { return true }
        var left: [String: AuditChain.Link] = [:]
        for entry in try await erasedEntries(on: eventLoop) where entry.link.id > end.id {
            if let before = entry.before { left[before] = entry.link }
        }
        while first["hash"] != AuditChain.hash(of: first, after: end) {
            guard let next = left.removeValue(forKey: end.inOneLine) else { return false }
            end = next
        }
        return true
    }
}
