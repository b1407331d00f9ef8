import Board
import NIOCore

extension AuditVerification {
    /// Holds every score and suspension against what the audit says.
    /// - Returns: false if somebody was erased meanwhile, or is being erased: what is held of them and their entries are not of one
    ///   moment.
    func compare(_ walked: AuditWalk, into report: inout AuditReport) async throws(ScoreStoreError) -> Bool {
        var walk = walked
        let backup = SuspendedInBackup(older, pseudonyms: walked.pseudonyms)
        var missing = Set(walk.tallies.filter { $0.value.isKept }.keys)
        let suspended = try await store.users(of: store.keys.suspended, on: eventLoop)
        let hidden = try await store.hiddenUsers(of: store.keys, on: eventLoop)
        // Whose suspension is another than the audit's, and whose score is where it does not belong.
        var suspects = suspended.filter { walked.tallies[$0]?.isSuspended == false }
        suspects.formUnion(walked.tallies.filter { $0.value.isSuspended == true && !suspended.contains($0.key) }.keys)
        let suspendedByAudit = walked.tallies.filter { $0.value.isSuspended == true }
        suspects.formUnion(suspendedByAudit.filter { $0.value.isHidden != hidden.contains($0.key) }.keys)
        suspects.formUnion(backup.users.subtracting(suspended))
        var withoutHistory: [BoardMember: Int] = [:]
        let hasStamps = store.board.definition.ties.isByArrival
        var rows = RowOrder()
        for (key, isWithheld) in [(store.keys.scores, false), (store.keys.withheld, true)] {
            try await store.forEachRow(of: key, store.keys, store.board.definition, on: eventLoop) { member, place in
                let score = place.score
                if hasStamps, case .foreign = member {
                    report.strays[member.text] = score
                    return
                }
                guard case .user(let id) = member, let tally = walked.tallies[id.rawValue] else {
                    if score != 0 || withoutHistory[member] == nil { withoutHistory[member] = score }
                    return
                }
                let user = id.rawValue
                missing.remove(user)
                if hasStamps { rows.add(id, place, tally.reached) }
                if tally.sum != PointsSum(score) || suspended.contains(user) != isWithheld { suspects.insert(user) }
            }
        }
        for user in suspects.union(missing).subtracting(walked.leftOut).sorted() {
            guard let id = try? UserID(user) else { continue }
            let holding = try await store.holding(of: id, on: eventLoop)
            try await readOn(&walk, upto: holding.at)
            guard let word = walk.word(of: user, backup) else { continue }
            if let difference = AuditReport.Difference(id, holding, word) { report.differences.append(difference) }
        }
        try await findMisplaced(rows, &walk, backup, into: &report)
        if store.board.definition.ties == .dense { report.wrongScores = try await store.wrongScores(on: eventLoop) }
        // An erasure takes the user off the board before the audit stops naming him: from the one to the other he is in here.
        let erasing = try await store.erasing(on: eventLoop)
        // Whoever came on the board by an update is in it now, and what was left of all entries that were erased meanwhile.
        try await readOn(&walk, upto: nil)
        for index in report.differences.indices {
            let user = report.differences[index].user.rawValue
            guard let word = walk.word(of: user, backup) else { continue }
            if erasing.contains(user) || walk.tallies[user].map({ walk.gone.contains($0.first) }) ?? false {
                return false
            }
            report.differences[index].auditAtEnd = word
        }
        withoutHistory = withoutHistory.filter { member, _ in
            if case .user(let user) = member { walk.tallies[user.rawValue] == nil } else { true }
        }
        report.usersWithoutHistory = withoutHistory.count
        if walk.chain.isWhole { report.unexplained = try await unexplained(walk, withoutHistory) }
        if report.hasLostChanges {
            report.withoutHistory = withoutHistory.keys.compactMap {
                if case .user(let user) = $0 { user } else { nil }
            }
        }
        report.continued = Set(
            walk.tallies.lazy.filter { $0.value.isFromBackup && $0.value.isFollowed }.compactMap { try? UserID($0.key) }
        )
        report.someWithoutHistory = Array(
            withoutHistory.keys.map(\.text).sorted().prefix(AuditReport.maximumWithoutHistory)
        )
        report.seen = walk.chain.seen
        return true
    }

    /// Who is not in the order in which users came to a score. Those of a score at which that is so are looked at once more, each at
    /// one moment of the audit.
    private func findMisplaced(
        _ rows: RowOrder,
        _ walk: inout AuditWalk,
        _ backup: SuspendedInBackup,
        into report: inout AuditReport
    ) async throws(ScoreStoreError) {
        var checked = RowOrder()
        var holdings: [UserID: (Holding, AuditReport.Word)] = [:]
        for user in rows.misplaced {
            let holding = try await store.holding(of: user, on: eventLoop)
            try await readOn(&walk, upto: holding.at)
            guard let word = walk.word(of: user.rawValue, backup), let score = holding.anyScore else { continue }
            holdings[user] = (holding, word)
            checked.add(user, BoardState.Place(score: score, reached: holding.reached ?? 0), word.reached)
        }
        for user in checked.misplaced {
            if let index = report.differences.firstIndex(where: { $0.user == user }) {
                report.differences[index].isMisplaced = true
            } else if let (holding, word) = holdings[user] {
                report.differences.append(
                    AuditReport.Difference(
                        user: user,
                        board: holding.anyScore,
                        isSuspended: holding.isSuspended,
                        isHidden: holding.isHidden,
                        audit: word,
                        auditAtEnd: word,
                        isMisplaced: true
                    )
                )
            }
        }
        report.differences.sort { $0.user.rawValue < $1.user.rawValue }
    }

    /// What users have, or had before their first entry, and no entry tells of.
    private func unexplained(
        _ walk: AuditWalk,
        _ withoutHistory: [BoardMember: Int]
    ) async throws(ScoreStoreError) -> [AuditReport.Unexplained] {
        var points = withoutHistory
        for (name, tally) in walk.tallies {
            if let user = try? UserID(name) { points[.user(user)] = tally.unexplained }
        }
        var found: [AuditReport.Unexplained] = []
        for (member, points) in points where points != 0 {
            // Not of who was erased meanwhile. A name that is none of ours cannot have been.
            if case .user(let user) = member, try await store.holding(of: user, on: eventLoop).anyScore == nil {
                continue
            }
            found.append(.init(user: member.text, points: points, auditAtEnd: walk.tallies[member.text]?.sum))
        }
        return found.sorted { $0.user < $1.user }
    }
}

/// Who was suspended when a backup was made, by its own word: its audit may begin later.
struct SuspendedInBackup {
    let users: Set<String>
    private let hidden: Set<String>
    /// Of those who were erased since.
    private var pseudonyms: [String: String] = [:]

    init(_ backup: BackupAudit?, pseudonyms: [AuditID: String]) {
        users = backup?.continuation.suspended ?? []
        hidden = backup?.continuation.hidden ?? []
        for (user, place) in backup?.suspensions ?? [:] { self.pseudonyms[user] = pseudonyms[place] }
    }

    /// The same of the kind.
    func isHidden(_ user: String) -> Bool? { users.contains(user) ? hidden.contains(user) : nil }

    /// Nil: it does not tell.
    func isSuspended(_ user: String, _ walk: AuditWalk) -> Bool? {
        guard users.contains(user) else { return nil }
        return pseudonyms[user].flatMap { walk.erasedSuspensions[$0] } ?? true
    }
}

extension AuditWalk {
    /// What the audit says of the user, and where it does not, the backup. Nil: neither knows them.
    fileprivate func word(of user: String, _ backup: SuspendedInBackup) -> AuditReport.Word? {
        let isSuspended = backup.isSuspended(user, self)
        guard let tally = tallies[user] else {
            return isSuspended.map {
                AuditReport.Word(sum: nil, hasScore: false, isSuspended: $0, isHidden: backup.isHidden(user))
            }
        }
        return AuditReport.Word(
            sum: tally.sum,
            hasScore: tally.isKept,
            isSuspended: tally.isSuspended ?? isSuspended,
            isHidden: tally.isSuspended == nil ? backup.isHidden(user) : tally.isHidden,
            reached: tally.reached
        )
    }
}

extension AuditReport.Difference {
    /// Nil: what the board holds is what the audit says.
    fileprivate init?(_ user: UserID, _ holding: Holding, _ word: AuditReport.Word) {
        // Who is on the board although withheld was put there by another writer.
        let scores = [holding.score, holding.withheld].compactMap(\.self)
        let wrong = word.sum.flatMap { sum in scores.first { PointsSum($0) != sum } }
        let isMissing = word.hasScore && scores.isEmpty
        let isMisplaced = holding.isSuspended ? holding.score != nil : holding.withheld != nil
        self.init(
            user: user,
            board: wrong ?? holding.anyScore,
            isSuspended: holding.isSuspended,
            isHidden: holding.isHidden,
            audit: word,
            auditAtEnd: word
        )
        guard wrong != nil || isMissing || isMisplaced || hasWrongSuspension else { return nil }
    }
}
