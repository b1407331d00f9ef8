import Board
package import NIOCore
import RedisClient

/// The standings of one board at one moment, found by undoing what the audit tells of since then. It begins with what the board holds now:
/// whoever did not change since has it still. Of the others, the first entry since says what they had before it, and where that leaves
/// something open, the last one up to the moment. So an audit that was trimmed reaches as far back as it has entries.
///
/// The service runs meanwhile. Each row is of some time before the audit's end was read, and counts only if no entry up to there names its
/// user.
///
/// Followed exactly: updates of every operator, suspensions, reinstatements, reverts, erasures (under the pseudonym), and restores, but
/// for the time between the backup and them. What another service wrote past the functions has no time: it counts from the user's
/// change before it on, and so does what a rebuild put right. Among equals, a board by arrival keeps no order of before its ties were
/// changed or a backup took its place.
struct PastQuestion: Sendable {
    let store: ScoreStore
    let eventLoop: any EventLoop
    /// Milliseconds since 1970.
    let moment: Int
    let offset: Int
    let limit: Int
    let bounds: PastBounds
    private let deadline: ContinuousClock.Instant

    init(
        _ store: ScoreStore,
        at moment: Int,
        offset: Int,
        limit: Int,
        within bounds: PastBounds,
        on eventLoop: any EventLoop
    ) {
        self.store = store
        self.eventLoop = eventLoop
        self.moment = moment
        self.offset = offset
        self.limit = limit
        self.bounds = bounds
        deadline = .now + bounds.time
    }

    private static let maximumAttempts = 3

    func answer() async throws(PastError) -> PastStandings {
        let now = try await reading { () throws(ScoreStoreError) in try await store.time(on: eventLoop) }
        guard moment <= now / 1000 else { throw .future }
        for _ in 0..<Self.maximumAttempts {
            if let found = try await attempt() { return found }
        }
        throw .store(.unavailable("users are being erased, or the board is made anew: ask again"))
    }

    /// Nil: what was read of the board, and of the audit, is not of one board.
    private func attempt() async throws(PastError) -> PastStandings? {
        guard try await isQuiet() else { return nil }
        let (start, before) = try await beginning()
        var rows = try await places()
        let suspended = try await reading { () throws(ScoreStoreError) in
            try await store.users(of: store.keys.suspended, on: eventLoop)
        }
        var walk = PastWalk(since: moment, from: start.id, seq: start.seq, ties: ties)
        try await read(&walk)
        guard walk.newestUpheaval <= before, try await isQuiet() else { return nil }

        for user in walk.holders.keys { rows[user] = nil }
        let holders = walk.holders.filter { user, holder in
            holder.score != nil && !(holder.isSuspended ?? suspended.contains(user))
        }
        let search = try await searched(holders, rows, upto: start.id, behind: walk)
        return await standings(rows, holders, search, seq: walk.lastSeqThen, unknown: walk.unknown)
    }

    private var ties: BoardOrder.Ties { store.board.definition.ties }

    /// Nobody is being erased, whose entries are named in two ways, and the definition is the one that is known here.
    private func isQuiet() async throws(PastError) -> Bool {
        let (erasing, held) = try await reading { () throws(ScoreStoreError) in
            let erasing = try await store.erasing(on: eventLoop)
            return (erasing, try await store.read(RedisCommand("GET", store.keys.board), on: eventLoop).text)
        }
        if let held, (try? BoardDefinition(stored: Array(held.utf8)))?.version != store.board.definition.version {
            throw .store(.unavailable("the board's definition was changed meanwhile: ask again"))
        }
        return erasing.isEmpty
    }

    /// What the board shows now, by user.
    private func places() async throws(PastError) -> [String: BoardState.Place] {
        let (keys, definition) = (store.keys, store.board.definition)
        let count = try await reading { () throws(ScoreStoreError) in
            try await store.read(RedisCommand("ZCARD", keys.scores), on: eventLoop).count ?? 0
        }
        guard count <= bounds.users else { throw .tooMuch }
        return try await reading { () throws(ScoreStoreError) in
            try await store.userPlaces(of: keys.scores, keys, definition, on: eventLoop)
        }
    }

    // MARK: The audit

    /// The last entry up to the moment, the seq that it leaves, and the audit's last entry.
    private func beginning() async throws(PastError) -> (start: (id: AuditID?, seq: Int?), end: AuditID) {
        let (end, last) = try await reading { () throws(ScoreStoreError) in
            (try await store.auditEnd(on: eventLoop), try await store.lastAuditID(on: eventLoop))
        }
        let filter = AuditFilter(until: moment)
        var (cursor, start): (AuditID?, AuditID?) = (nil, nil)
        while true {
            let page = try await backwards(before: cursor, last: filter.last(end.ahead))
            for entry in page {
                if start == nil, filter.isInTime(entry) { start = entry.id }
                if let start, entry.action != .erased, let seq = entry.seq { return ((start, seq), last) }
            }
            // Beyond a page of what erasures left, the seq does not matter so much.
            guard start == nil, page.count == ScoreStore.auditPageSize, let next = page.last else { break }
            cursor = next.id
            try checkTime()
        }
        return ((start, nil), last)
    }

    private func read(_ walk: inout PastWalk) async throws(PastError) {
        let end = try await reading { () throws(ScoreStoreError) in try await store.auditEnd(on: eventLoop) }
        while end.chain.map({ walk.seen < $0.id }) ?? true {
            let seen = walk.seen
            let page = try await reading { () throws(ScoreStoreError) in
                try await store.auditPage(after: seen, upto: end.chain?.id, on: eventLoop)
            }
            walk.read(page)
            guard walk.entries <= bounds.entries else { throw .tooMuch }
            try checkTime()
            if page.count < ScoreStore.auditPageSize { break }
        }
        try walk.end(seq: end.chain == nil ? nil : end.seq)
    }

    /// What the entries since the moment leave open, looked for in those up to it.
    private func searched(
        _ holders: [String: PastHolder],
        _ rows: [String: BoardState.Place],
        upto start: AuditID?,
        behind walk: PastWalk
    ) async throws(PastError) -> PastSearch {
        let tied = ties.isByArrival ? tiedUsers(holders, rows) : [:]
        var search = PastSearch(
            presence: holders.lazy.filter(\.value.mayBeNew).map(\.key),
            place: tied,
            isByArrival: ties.isByArrival,
            erased: walk.run.erased,
            next: walk.first
        )
        while let start, !search.isDone {
            let page = try await backwards(before: search.seen, last: start)
            search.read(page)
            guard search.entries <= bounds.entries - walk.entries else { throw .tooMuch }
            try checkTime()
            if page.count < ScoreStore.auditPageSize { break }
        }
        search.end()
        return search
    }

    /// Of those who changed since, whoever had the score of somebody else and is not known to have come to it at which time.
    private func tiedUsers(_ holders: [String: PastHolder], _ rows: [String: BoardState.Place]) -> [String: Int?] {
        var counts: [Int: Int] = [:]
        for holder in holders.values { if let score = holder.score { counts[score, default: 0] += 1 } }
        for row in rows.values where counts[row.score] != nil { counts[row.score, default: 0] += 1 }
        return holders.filter { _, holder in
            holder.reached == nil && (holder.score.map { counts[$0, default: 0] > 1 } ?? false)
        }.mapValues(\.arrival)
    }

    private func backwards(before cursor: AuditID?, last: AuditID?) async throws(PastError) -> [AuditEntry] {
        try await reading { () throws(ScoreStoreError) in
            try await store.auditBackwards(before: cursor, last: last, on: eventLoop)
        }
    }

    private func checkTime() throws(PastError) {
        guard .now < deadline else { throw .tooMuch }
    }

    private func reading<Value>(_ body: () async throws(ScoreStoreError) -> Value) async throws(PastError) -> Value {
        do { return try await body() } catch { throw .store(error) }
    }

    // MARK: The rows

    private static let rowsAtOnce = 1000

    private func standings(
        _ rows: [String: BoardState.Place],
        _ holders: [String: PastHolder],
        _ search: PastSearch,
        seq: Int?,
        unknown: Int
    ) async -> PastStandings {
        var best = PastRows(limit: offset + limit, order: BoardOrder(store.board.definition))
        var (unknownUsers, order, count) = (unknown, PastOrder(), 0)
        for (user, holder) in holders {
            guard let score = holder.score else { continue }
            if holder.mayBeNew {
                guard let isOnBoard = search.isOnBoard[user] else {
                    unknownUsers += 1
                    continue
                }
                guard isOnBoard else { continue }
            }
            let place = holder.reached.map { .known($0) } ?? search.places[user] ?? .known(0)
            order.add(score, place)
            best.add(user, score: score, reached: place.sortedAs)
            count += 1
            if count.isMultiple(of: Self.rowsAtOnce) { await Task.yield() }
        }
        for (user, row) in rows {
            order.addUnchanged(row.score, row.reached)
            best.add(user, score: row.score, reached: row.reached)
            count += 1
            if count.isMultiple(of: Self.rowsAtOnce) { await Task.yield() }
        }
        return PastStandings(
            moment: moment,
            seq: seq,
            total: best.total,
            rows: best.page(from: offset),
            unknownUsers: unknownUsers,
            unknownPlaces: ties.isByArrival ? order.unknown : 0
        )
    }
}

extension ScoreStore {
    /// The standings as they were at a moment, and what of it nobody can tell any more (``PastQuestion``).
    /// - Parameters:
    ///   - moment: milliseconds since 1970. What happened in it is in it.
    ///   - limit: rows from `offset` on, at least 1.
    package func standings(
        at moment: Int,
        offset: Int,
        limit: Int,
        within bounds: PastBounds,
        on eventLoop: any EventLoop
    ) async throws(PastError) -> PastStandings {
        try await PastQuestion(self, at: moment, offset: offset, limit: limit, within: bounds, on: eventLoop).answer()
    }
}
