import Board
package import NIOCore
import RedisClient
import Seasons

/// Which updates that were taken back count again.
package enum UnrevertSelection: Sendable, Equatable {
    case updates(RevertSelection)
    /// All that these reverts took, by the seqs of their entries: the first one's user is whose they are.
    case reverts([Int])
}

extension ScoreStore {
    /// Makes updates count again that were taken back, each once, however often it is asked. The score becomes what the user's audit comes to
    /// with them, and the place among equals that of who had never lost them (`Functions/unrevert.lua`). Who had left the board is on
    /// it again.
    ///
    /// Reads and writes as ``revert(_:by:on:)`` does; on a board with windows it reads the audit once more before.
    /// - Returns: nil if there is no such update, revert or user. ``Reverted/points``: by how much the score rose.
    package func unrevert(
        _ selection: UnrevertSelection,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Reverted? {
        guard var history = try await history(for: selection, on: eventLoop) else { return nil }
        let held = try await holding(of: history.user, on: eventLoop).anyScore
        var result = Reverted(user: history.user, score: held)
        var (catchUps, done) = (0, Set<AuditID>())
        var others: [Beside: Int] = [:]
        let kept = try await self.seasons(of: selection, &history, on: eventLoop)
        var seasons = try await storedSeasons(on: eventLoop)
        history.begin(seasons, past: kept)
        while true {
            try await readOn(&history, on: eventLoop)
            guard history.hasReverts(selection.reverts) else { return nil }
            let returning = history.returning(by: selection.reverts).filter { !done.contains($0.id) }
            let batch = history.batch(of: returning.prefix(Self.updatesAtOnce), seasons: Self.pastAtOnce)
            guard !batch.isEmpty else { return held == nil && history.sum == nil ? nil : result }
            let past = history.past(of: batch)
            let reached = [seasons, past].flatMap(\.self)
            let names = batch.map { history.name(of: $0) }
            let words = try history.words(with: batch, past, others, by: board.definition) + names
            let gains = history.gains(of: batch, isReturn: true, by: board.definition)
            let call = calls.turn(.giveBack, history.user, by: act, words, gains, in: reached, board.definition.rules)
            let reply = try await operate(call, on: eventLoop)
            if catchUps == Self.maximumTurns {
                throw .unavailable("the board changes faster than its audit is read")
            }
            switch reply[0].text {
            case "done":
                try result.add(reply, of: batch.count)
                done.formUnion(batch.map(\.id))
                others = [:]
                if batch.count == returning.count { return result }
            case "season_is":
                catchUps += 1
                (seasons, others) = (RunningSeasons.reached(reply), [:])
                history.begin(seasons, past: kept)
            case "beside":
                catchUps += 1
                guard let beside = Beside(reply, among: reached) else { throw .outcomeUnknown("unexpected reply") }
                others[beside] = try await arrival(of: beside, upto: history.seen, in: reached, on: eventLoop) ?? 0
            case "behind":
                catchUps += 1
                others = [:]
            default: throw .outcomeUnknown("unexpected reply")
            }
        }
    }

    /// What ``unrevert(_:by:on:)`` would do now. Changes nothing.
    package func unrevertPreview(
        _ selection: UnrevertSelection,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Reverted? {
        guard var history = try await history(for: selection, on: eventLoop) else { return nil }
        let held = try await holding(of: history.user, on: eventLoop).anyScore
        history.begin([], past: try await self.seasons(of: selection, &history, on: eventLoop))
        try await readOn(&history, on: eventLoop)
        guard history.hasReverts(selection.reverts) else { return nil }
        let returning = history.returning(by: selection.reverts)
        guard !returning.isEmpty else {
            return held == nil && history.sum == nil ? nil : Reverted(user: history.user, score: held)
        }
        guard let rest = history.rest(with: returning, by: board.definition) else {
            throw .unsoundAudit(of: history.user)
        }
        let score = try history.score(of: held, at: rest)
        let rise = ScoreRange.held((score ?? 0) - (held ?? 0))
        let result = Reverted(user: history.user, updates: returning.count, points: rise, score: score)
        return try await preview(result, of: history.past(of: returning[...]), on: eventLoop)
    }

    /// The kept ones in which something counted that returns; a revert may have taken the user out of them.
    private func seasons(
        of selection: UnrevertSelection,
        _ history: inout RevertedHistory,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [WindowSeason] {
        let kept = try await everyKeptSeason(on: eventLoop)
        guard !kept.isEmpty else { return [] }
        history.begin([], past: kept)
        try await readOn(&history, on: eventLoop)
        return history.past(of: history.returning(by: selection.reverts)[...])
    }

    private func history(
        for selection: UnrevertSelection,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> RevertedHistory? {
        switch selection {
        case .updates(let updates): return try await history(for: updates, on: eventLoop)
        case .reverts(let seqs):
            guard let first = seqs.first, let entry = try await revert(seq: first, on: eventLoop),
                let user = entry.userID
            else { return nil }
            return RevertedHistory(user: user) { _ in false }
        }
    }

    /// The last revert with this number, as ``update(seq:on:)``.
    private func revert(seq: Int, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> AuditEntry? {
        var before: AuditID?
        while true {
            let page = try await auditBackwards(before: before, last: nil, on: eventLoop)
            if let entry = page.first(where: { $0.action == .revert && $0.seq == seq }) { return entry }
            guard page.count == Self.auditPageSize else { return nil }
            before = page.last?.id
        }
    }

    /// By which change somebody came to the score that they have there.
    func arrival(
        of beside: Beside,
        upto end: AuditID,
        in seasons: [WindowSeason],
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Int? {
        var history = RevertedHistory(user: beside.user) { _ in false }
        history.begin(seasons, past: [])
        while history.seen < end {
            let page = try await auditPage(after: history.seen, upto: end, on: eventLoop)
            history.read(page)
            if page.count < Self.auditPageSize { break }
        }
        return history.arrival(inSeason: beside.season, by: board.definition)
    }
}

extension UnrevertSelection {
    fileprivate var reverts: [Int] {
        if case .reverts(let seqs) = self { seqs } else { [] }
    }
}

/// Somebody of whom the function has to know since when they have the score that they have on the board, or in a season.
struct Beside: Hashable {
    /// By its place; nil: on the board.
    let season: Int?
    let user: UserID

    init?(_ reply: [RESPValue], among seasons: [WindowSeason]) {
        guard reply.count == 3, let place = reply[1].text.flatMap({ Int($0) }), (0...seasons.count).contains(place),
            let user = reply[2].text.flatMap({ try? UserID($0) })
        else { return nil }
        season = place == 0 ? nil : place - 1
        self.user = user
    }

    var words: String { "\(season.map { $0 + 1 } ?? 0) \(user)" }
}

extension RevertedHistory {
    /// As `leaderboard_give_back` takes them, but for the updates' names.
    /// - Parameter past: further seasons, which are over.
    func words(
        with batch: some Collection<RevertedUpdate>,
        _ past: [WindowSeason],
        _ others: [Beside: Int],
        by rules: BoardDefinition
    ) throws(ScoreStoreError) -> [String] {
        guard let sum = (sum ?? 0).score, let rest = rest(with: batch, by: rules) else {
            throw .unsoundAudit(of: user)
        }
        var words = [seen.description, String(sum), rest.score.map(String.init) ?? "", rest.adds ? "1" : "0"]
        words.append(seasons(with: batch, past, by: rules))
        words.append(String(arrival(with: batch, by: rules) ?? 0))
        words.append(others.map { "\($0.words) \($1)" }.joined(separator: ";"))
        return words
    }
}
