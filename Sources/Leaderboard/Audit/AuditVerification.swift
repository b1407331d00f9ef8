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
        var erased: [AuditChain.Link] = []
        for _ in 0..<3 {
            if erased.isEmpty { erased = try await erasedLinks() }
            var walk = AuditWalk(erased: erased)
            walk.read(try await olderThanStream())
            try await readOn(&walk, upto: nil)
            let end = try await chainEnd()
            if let end { try await readOn(&walk, upto: end.id) }
            walk.end(at: end)
            // Somebody was erased while it was read.
            if walk.faultCount == 0 || walk.erasures == erased.count { return walk }
            erased = []
        }
        throw .unavailable("users are being erased: verify again")
    }

    private func erasedLinks() async throws(ScoreStoreError) -> [AuditChain.Link] {
        var links = older.compactMap(\.erasedLink)
        var seen = AuditID.zero
        while true {
            let page = try await store.auditPage(after: seen, on: eventLoop)
            links += page.compactMap(\.erasedLink)
            guard page.count == ScoreStore.auditPageSize, let last = page.last else { return links }
            seen = last.id
        }
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

    private func chainEnd() async throws(ScoreStoreError) -> AuditChain.Link? {
        try await store.read(RedisCommand("GET", store.keys.chain), on: eventLoop).text.flatMap(AuditChain.Link.init)
    }

    // MARK: The scores

    private func compare(_ walked: AuditWalk, into report: inout AuditReport) async throws(ScoreStoreError) {
        var walk = walked
        var missing = Set(walk.tallies.filter { $0.value.sum != 0 }.keys)
        var suspects: Set<String> = []
        var withoutHistory: Set<String> = []
        for key in [store.keys.scores, store.keys.withheld] {
            try await store.forEachScore(of: key, on: eventLoop) { user, score in
                missing.remove(user)
                guard let tally = walked.tallies[user] else {
                    withoutHistory.insert(user)
                    return
                }
                if tally.sum != score { suspects.insert(user) }
            }
        }
        for user in suspects.union(missing).sorted() {
            guard let id = try? UserID(user) else { continue }
            let holding = try await store.holding(of: id, on: eventLoop)
            try await readOn(&walk, upto: holding.at)
            guard let tally = walk.tallies[user], (holding.anyScore ?? 0) != tally.sum else { continue }
            report.differences.append(
                .init(user: id, board: holding.anyScore, audit: tally.sum, auditAtEnd: tally.sum)
            )
        }
        for index in report.differences.indices {
            guard let tally = walk.tallies[report.differences[index].user.rawValue] else { continue }
            report.differences[index].auditAtEnd = tally.sum
        }
        report.usersWithoutHistory = withoutHistory.count { walk.tallies[$0] == nil }
        report.seen = walk.seen
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
