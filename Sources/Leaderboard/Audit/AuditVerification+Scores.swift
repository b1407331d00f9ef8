import NIOCore

extension AuditVerification {
    /// Holds every score against what the audit adds up to.
    /// - Returns: false if somebody was erased meanwhile, or is being erased: his score and his entries are not of one moment.
    func compare(_ walked: AuditWalk, into report: inout AuditReport) async throws(ScoreStoreError) -> Bool {
        var walk = walked
        var missing = Set(walk.tallies.filter { $0.value.isKept }.keys)
        var suspects: Set<String> = []
        var withoutHistory: [String: Int] = [:]
        for key in [store.keys.scores, store.keys.withheld] {
            try await store.forEachScore(of: key, on: eventLoop) { user, score in
                missing.remove(user)
                guard let tally = walked.tallies[user] else {
                    if score != 0 || withoutHistory[user] == nil { withoutHistory[user] = score }
                    return
                }
                if tally.sum != PointsSum(score) { suspects.insert(user) }
            }
        }
        for user in suspects.union(missing).sorted() {
            guard let id = try? UserID(user) else { continue }
            let holding = try await store.holding(of: id, on: eventLoop)
            try await readOn(&walk, upto: holding.at)
            // Who is on the board although withheld was put there by another writer.
            let scores = [holding.score, holding.withheld].compactMap(\.self)
            guard let tally = walk.tallies[user] else { continue }
            let wrong = scores.first { PointsSum($0) != tally.sum }
            if wrong == nil, !scores.isEmpty || !tally.isKept { continue }
            report.differences.append(.init(user: id, board: wrong, audit: tally.sum, auditAtEnd: tally.sum))
        }
        // An erasure takes the user off the board before the audit stops naming him: from the one to the other he is in here.
        let erasing = try await store.erasing(on: eventLoop)
        // Whoever came on the board by an update is in it now, and what was left of all entries that were erased meanwhile.
        try await readOn(&walk, upto: nil)
        for index in report.differences.indices {
            let user = report.differences[index].user.rawValue
            guard let tally = walk.tallies[user] else { continue }
            if erasing.contains(user) || walk.gone.contains(tally.first) { return false }
            report.differences[index].auditAtEnd = tally.sum
        }
        withoutHistory = withoutHistory.filter { walk.tallies[$0.key] == nil }
        report.usersWithoutHistory = withoutHistory.count
        if walk.isWhole { report.unexplained = try await unexplained(walk, withoutHistory) }
        report.someWithoutHistory = Array(withoutHistory.keys.sorted().prefix(AuditReport.maximumWithoutHistory))
        report.seen = walk.seen
        return true
    }

    /// What users have, or had before their first entry, and no entry tells of.
    private func unexplained(
        _ walk: AuditWalk,
        _ withoutHistory: [String: Int]
    ) async throws(ScoreStoreError) -> [AuditReport.Unexplained] {
        let points = withoutHistory.merging(walk.tallies.mapValues(\.base)) { $1 }.filter { $0.value != 0 }
        var found: [AuditReport.Unexplained] = []
        for (user, points) in points.sorted(by: { $0.key < $1.key }) {
            // Not of who was erased meanwhile. A name that is none of ours cannot have been.
            if let id = try? UserID(user), try await store.holding(of: id, on: eventLoop).anyScore == nil { continue }
            found.append(.init(user: user, points: points))
        }
        return found
    }
}
