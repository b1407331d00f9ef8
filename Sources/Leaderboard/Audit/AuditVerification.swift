package import NIOCore
import RedisClient

/// Checks the audit's chain of hashes, and that each score is what the user's audit adds up to, as far back as it reaches.
/// The service may run meanwhile: every score is compared as of one entry of the audit.
package struct AuditVerification: Sendable {
    private let store: ScoreStore
    private let eventLoop: any EventLoop
    /// Older entries than the stream has, from a backup.
    private let older: [AuditEntry]

    package init(_ store: ScoreStore, older: [AuditEntry] = [], on eventLoop: any EventLoop) {
        self.store = store
        self.older = older
        self.eventLoop = eventLoop
    }

    package func run() async throws(ScoreStoreError) -> AuditReport {
        let walk = try await walked()
        var report = AuditReport()
        report.entries = walk.entries
        report.unchainedEntries = walk.unchained
        report.uncheckedErasures = walk.uncheckedErasures
        report.isWhole = walk.isWhole
        report.faultCount = walk.faultCount
        report.faults = walk.faults
        report.wholeUsers = walk.tallies.values.count { $0.isWhole }
        report.trimmedUsers = walk.tallies.count - report.wholeUsers
        try await compare(walk, into: &report)
        return report
    }

    /// The whole audit, read twice: an entry that takes the place of an erased one stands behind the gap.
    private func walked() async throws(ScoreStoreError) -> AuditWalk {
        for _ in 0..<3 {
            let erased = ErasedEntries(try await erasedEntries())
            var walk = AuditWalk(erased: erased)
            walk.read(try await olderThanStream())
            try await readOn(&walk, upto: nil)
            let (end, seq) = try await boardsEnd()
            if let end { try await readOn(&walk, upto: end.id) }
            walk.end(at: end, seq: seq)
            // Otherwise somebody was erased while it was read.
            if walk.faultCount == 0 || walk.newestErasure <= erased.newest { return walk }
        }
        throw .unavailable("users are being erased: verify again")
    }

    private func erasedEntries() async throws(ScoreStoreError) -> [ErasedEntry] {
        let newer = try await store.erasedEntries(on: eventLoop)
        return older.compactMap(\.erased) + newer
    }

    private func olderThanStream() async throws(ScoreStoreError) -> [AuditEntry] {
        guard !older.isEmpty, let first = try await store.firstAuditID(on: eventLoop) else { return older }
        return older.filter { $0.id < first }
    }

    private func readOn(_ walk: inout AuditWalk, upto end: AuditID?) async throws(ScoreStoreError) {
        while true {
            if let end, walk.seen >= end { return }
            let page = try await store.auditPage(after: walk.seen, upto: end, on: eventLoop)
            walk.read(page)
            if page.count < ScoreStore.auditPageSize { return }
        }
    }

    /// Where the board says that its chain ends, and how many changes it counts, at one moment.
    private func boardsEnd() async throws(ScoreStoreError) -> (chain: AuditChain.Link?, seq: Int) {
        let command = RedisCommand("MGET", store.keys.chain, store.keys.seq)
        guard let values = try await store.read(command, on: eventLoop).array, values.count == 2 else {
            throw .unavailable("unexpected reply")
        }
        return (values[0].text.flatMap(AuditChain.Link.init), values[1].text.flatMap { Int($0) } ?? 0)
    }

    // MARK: The scores

    private func compare(_ walked: AuditWalk, into report: inout AuditReport) async throws(ScoreStoreError) {
        var walk = walked
        var missing = Set(walk.tallies.filter { $0.value.sum != 0 }.keys)
        var suspects: Set<String> = []
        var withoutHistory: [String: Int] = [:]
        for key in [store.keys.scores, store.keys.withheld] {
            try await store.forEachScore(of: key, on: eventLoop) { user, score in
                missing.remove(user)
                guard let tally = walked.tallies[user] else {
                    if score != 0 || withoutHistory[user] == nil { withoutHistory[user] = score }
                    return
                }
                if tally.sum != score { suspects.insert(user) }
            }
        }
        for user in suspects.union(missing).sorted() {
            guard let id = try? UserID(user) else { continue }
            let holding = try await store.holding(of: id, on: eventLoop)
            try await readOn(&walk, upto: holding.at)
            // Who is on the board although withheld was put there by another writer.
            let scores = [holding.score, holding.withheld].compactMap(\.self)
            guard let tally = walk.tallies[user] else { continue }
            let wrong = scores.first { $0 != tally.sum }
            if wrong == nil, !scores.isEmpty || tally.sum == 0 { continue }
            report.differences.append(.init(user: id, board: wrong, audit: tally.sum, auditAtEnd: tally.sum))
        }
        // Whoever came on the board by an update is in it now.
        try await readOn(&walk, upto: nil)
        for index in report.differences.indices {
            guard let tally = walk.tallies[report.differences[index].user.rawValue] else { continue }
            report.differences[index].auditAtEnd = tally.sum
        }
        withoutHistory = withoutHistory.filter { walk.tallies[$0.key] == nil }
        report.usersWithoutHistory = withoutHistory.count
        if walk.isWhole { report.unexplained = try await unexplained(walk, withoutHistory) }
        report.seen = walk.seen
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

extension ScoreStore {
    package func firstAuditID(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> AuditID? {
        try await auditPage(after: .zero, count: 1, on: eventLoop).first?.id
    }

    /// Each user of a sorted set of scores, 1,000 at a time; one may come twice.
    func forEachScore(
        of key: String,
        on eventLoop: any EventLoop,
        _ body: (String, Int) -> Void
    ) async throws(ScoreStoreError) {
        var cursor = "0"
        repeat {
            let reply = try await read(RedisCommand("ZSCAN", key, cursor, "COUNT", "1000"), on: eventLoop)
            guard let parts = reply.array, parts.count == 2, let next = parts[0].text, let words = parts[1].array else {
                throw .unavailable("unexpected reply")
            }
            for index in stride(from: 0, to: words.count - 1, by: 2) {
                guard case .string(let user) = words[index], let score = words[index + 1].text.flatMap(Double.init)
                else {
                    throw .unavailable("unexpected reply")
                }
                body(String(decoding: user, as: UTF8.self), ScoreRange.shown(score))
            }
            cursor = next
        } while cursor != "0"
    }
}

extension ScoreRange {
    /// As the board shows a score of Redis: whole, and within the range (`shown_score` of `Functions/numbers.lua`).
    static func shown(_ score: Double) -> Int {
        guard !score.isNaN else { return 0 }
        return Int(max(-Double(limit), min(Double(limit), score.rounded(.down))))
    }
}
