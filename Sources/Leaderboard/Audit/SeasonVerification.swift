import Board
import NIOCore
import RedisClient
import Seasons

/// Holds the seasons of a board's windows, those that run and those that are kept, against the audit, as far back as it reaches. The
/// service may run meanwhile: every score is compared as of one entry of the audit.
struct SeasonVerification {
    private static let maximumAttempts = 5

    let store: ScoreStore
    /// As if all of its time had counted in it: of a window that was added later.
    var filling: WindowSeason?
    let eventLoop: any EventLoop

    /// What was found, and the audit as far as it was read.
    struct Findings {
        var tallies: SeasonTallies
        var reports: [SeasonReport] = []
    }

    /// Nil: the board has no seasons.
    func run() async throws(ScoreStoreError) -> Findings? {
        for _ in 0..<Self.maximumAttempts {
            let seasons = try await store.auditedSeasons(on: eventLoop)
            guard !seasons.isEmpty else { return nil }
            if let findings = try await attempt(seasons) { return findings }
        }
        throw .unavailable("operators change the board meanwhile: ask again")
    }

    /// Nil: something happened meanwhile that must be known from the beginning.
    private func attempt(_ seasons: [WindowSeason]) async throws(ScoreStoreError) -> Findings? {
        var footnotes = SeasonFootnotes()
        var page: [AuditEntry]
        repeat {
            page = try await store.auditPage(after: footnotes.seen, on: eventLoop)
            footnotes.read(page)
        } while page.count == ScoreStore.auditPageSize
        if let filling { footnotes.fill(filling) }
        var findings = Findings(tallies: SeasonTallies(seasons, footnotes, by: store.board.definition))
        try await readOn(&findings.tallies, upto: nil)
        for place in seasons.indices {
            let isReached = findings.tallies.isWhole(place)
            var report = SeasonReport(seasons[place], isReached: isReached)
            if isReached {
                try await compare(place, &findings.tallies, into: &report)
            } else {
                try await lookForStrays(in: seasons[place], into: &report)
            }
            findings.reports.append(report)
        }
        let erasing = try await store.erasing(on: eventLoop)
        try await readOn(&findings.tallies, upto: nil)
        for index in findings.reports.indices {
            findings.reports[index].differences.removeAll { erasing.contains($0.user.rawValue) }
        }
        return findings.tallies.isTorn ? nil : findings
    }

    private func compare(
        _ place: Int,
        _ tallies: inout SeasonTallies,
        into report: inout SeasonReport
    ) async throws(ScoreStoreError) {
        let keys = store.keys.season(of: tallies.seasons[place])
        let hasStamps = store.board.definition.ties.isByArrival
        var missing = tallies.users(in: place)
        report.users = missing.count
        var suspects: Set<String> = []
        var rows = RowOrder()
        let known = tallies
        for key in [keys.scores, keys.withheld] {
            try await store.forEachRow(of: key, keys, store.board.definition, on: eventLoop) { member, held in
                guard case .user(let user) = member else {
                    if key == keys.scores { report.strays[member.text] = held.score }
                    return
                }
                missing.remove(user.rawValue)
                let tally = known.tally(of: user.rawValue, in: place)
                if tally?.score != held.score { suspects.insert(user.rawValue) }
                if hasStamps { rows.add(user, held, tally?.reached) }
            }
        }
        suspects.formUnion(missing.filter { known.tally(of: $0, in: place)?.score != nil })
        suspects.formUnion(rows.misplaced.map(\.rawValue))
        try await look(at: suspects.sorted(), place, &tallies, into: &report)
    }

    private func lookForStrays(
        in season: WindowSeason,
        into report: inout SeasonReport
    ) async throws(ScoreStoreError) {
        let keys = store.keys.season(of: season)
        try await store.forEachRow(of: keys.scores, keys, store.board.definition, on: eventLoop) { member, held in
            if case .foreign = member { report.strays[member.text] = held.score }
        }
    }

    /// Of each, what they have at one moment, and what the audit says then.
    private func look(
        at suspects: [String],
        _ place: Int,
        _ tallies: inout SeasonTallies,
        into report: inout SeasonReport
    ) async throws(ScoreStoreError) {
        let keys = store.keys.season(of: tallies.seasons[place])
        var (rows, held) = (RowOrder(), [UserID: Int]())
        for name in suspects {
            guard let user = try? UserID(name) else { continue }
            let holding = try await store.holding(of: user, in: keys, on: eventLoop)
            try await readOn(&tallies, upto: holding.at)
            let tally = tallies.tally(of: name, in: place)
            guard tally?.isUncertain != true else {
                report.uncertain += 1
                continue
            }
            guard holding.anyScore == tally?.score else {
                report.differences.append(
                    .init(user: user, held: holding.anyScore, told: tally?.score, isMisplaced: false)
                )
                continue
            }
            guard let score = holding.anyScore else { continue }
            held[user] = score
            rows.add(user, BoardState.Place(score: score, reached: holding.reached ?? 0), tally?.reached)
        }
        if store.board.definition.ties.isByArrival {
            for user in rows.misplaced {
                report.differences.append(.init(user: user, held: held[user], told: held[user], isMisplaced: true))
            }
        }
        report.differences.sort { $0.user.rawValue < $1.user.rawValue }
    }

    func readOn(_ tallies: inout SeasonTallies, upto end: AuditID?) async throws(ScoreStoreError) {
        while true {
            if let end, tallies.seen >= end { return }
            let page = try await store.auditPage(after: tallies.seen, upto: end, on: eventLoop)
            tallies.read(page)
            if page.count < ScoreStore.auditPageSize { return }
        }
    }
}

extension ScoreStore {
    /// Those that hold, and those that have ended and that Redis keeps still: what one of them had may be lost. Not those of a window that was
    /// taken away while they ran: what came since counts in none of them, and no entry tells since when.
    func auditedSeasons(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [WindowSeason] {
        let marks = try await read(RedisCommand("EXISTS", keys.seasons, keys.ended), on: eventLoop)
        guard marks.count.map({ $0 > 0 }) ?? true else { return [] }
        try await placeSeasons(on: eventLoop)
        let windows = Set(board.definition.windows.seasonal.map(\.name))
        let stored = try await storedSeasons(on: eventLoop).filter { windows.contains($0.window) }
        let ended = try await ended(on: eventLoop)
        let keep = board.definition.windows.keepDays * 86_400_000_000
        let kept = try await time(on: eventLoop) - keep
        var seen: Set<SeasonKeys> = []
        return (stored + ended).filter { $0.season.until > kept && seen.insert(keys.season(of: $0)).inserted }
    }
}
