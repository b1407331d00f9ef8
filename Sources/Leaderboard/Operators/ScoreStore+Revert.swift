import Board
package import NIOCore
import RedisClient
import Seasons

extension ScoreStore {
    /// Updates that one atomic step takes back.
    static let updatesAtOnce = 500
    /// How often the audit may have grown by more than a step follows, before the revert is given up.
    static let maximumTurns = 100

    /// Takes back what updates made of a score, each once, however often and by however many it is asked. What is left is what the rest
    /// of the user's audit comes to (`Functions/revert.lua`); who has nothing left leaves the board. Updates that come meanwhile count
    /// in full.
    ///
    /// Reads the whole audit, a page at a time. Up to 500 updates are one atomic step; more are several, of which each is
    /// whole, and who was interrupted asks again for the rest.
    /// - Returns: nil if there is no such update or user.
    /// - Throws: ``ScoreStoreError/unsoundAudit(of:)`` where the user's audit adds up to what no score can be: of that,
    ///   nobody can say how far the score may fall.
    package func revert(
        _ selection: RevertSelection,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Reverted? {
        guard var history = try await history(for: selection, on: eventLoop) else { return nil }
        let held = try await holding(of: history.user, on: eventLoop).anyScore
        var result = Reverted(user: history.user, score: held)
        var (catchUps, done) = (0, Set<AuditID>())
        // What Redis held before the audit is read: what begins behind it, the function sees.
        let kept = try await keptSeasons(of: history.user, on: eventLoop).map(\.season)
        var seasons = try await storedSeasons(on: eventLoop)
        history.begin(seasons, past: kept)
        while true {
            try await readOn(&history, on: eventLoop)
            let counting = history.counting.filter { !done.contains($0.id) }
            let batch = history.batch(of: counting.prefix(Self.updatesAtOnce), seasons: Self.pastAtOnce)
            guard !batch.isEmpty else { return held == nil && history.sum == nil ? nil : result }
            let past = history.past(of: batch)
            let words = try history.words(without: batch, past, by: board.definition)
            let gains = history.gains(of: batch, by: board.definition)
            let reached = [seasons, past].flatMap(\.self)
            let call = calls.turn(.takeBack, history.user, by: act, words, gains, in: reached, board.definition.rules)
            let reply = try await operate(call, on: eventLoop)
            switch reply[0].text {
            case "season_is" where catchUps < Self.maximumTurns:
                catchUps += 1
                seasons = RunningSeasons.reached(reply)
                history.begin(seasons, past: kept)
            case "done":
                try result.add(reply, of: batch.count)
                done.formUnion(batch.map(\.id))
                if batch.count == counting.count { return result }
            case "no_user": return result.updates == 0 ? nil : result
            case "behind" where catchUps < Self.maximumTurns: catchUps += 1
            case "behind": throw .unavailable("the audit grows faster than it is read")
            default: throw .outcomeUnknown("unexpected reply")
            }
        }
    }

    /// What ``revert(_:by:on:)`` would do now. Changes nothing.
    package func revertPreview(
        _ selection: RevertSelection,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Reverted? {
        guard var history = try await history(for: selection, on: eventLoop) else { return nil }
        let held = try await holding(of: history.user, on: eventLoop).anyScore
        history.begin([], past: try await keptSeasons(of: history.user, on: eventLoop).map(\.season))
        try await readOn(&history, on: eventLoop)
        let counting = history.counting
        guard !counting.isEmpty else {
            return held == nil && history.sum == nil ? nil : Reverted(user: history.user, score: held)
        }
        guard let held else { return nil }
        let score = try history.score(of: held, without: counting, by: board.definition)
        let fall = ScoreRange.held(held - (score ?? 0))
        let result = Reverted(user: history.user, updates: counting.count, points: fall, score: score)
        return try await preview(result, of: history.past(of: counting[...]), on: eventLoop)
    }

    func history(
        for selection: RevertSelection,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> RevertedHistory? {
        switch selection {
        case .update(let seq):
            guard let entry = try await update(seq: seq, on: eventLoop), let user = try? UserID(entry.user) else {
                return nil
            }
            return RevertedHistory(user: user) { $0.id == entry.id }
        case .updates(let user, let since, let until):
            let time = AuditFilter(since: since, until: until)
            let horizon = try await lastAuditID(on: eventLoop)
            return RevertedHistory(user: user) { $0.id <= horizon && time.isInTime($0) }
        }
    }

    /// Until there is no more, or nearly so: what comes meanwhile is left to the function.
    func readOn(_ history: inout RevertedHistory, on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        while true {
            let page = try await auditPage(after: history.seen, on: eventLoop)
            history.read(page)
            if page.count < Self.auditPageSize { return }
        }
    }
}

extension RevertedHistory {
    /// As `leaderboard_take_back` takes them.
    /// - Parameter past: further seasons, which are over.
    fileprivate func words(
        without batch: some Collection<RevertedUpdate>,
        _ past: [WindowSeason],
        by rules: BoardDefinition
    ) throws(ScoreStoreError) -> [String] {
        guard let sum = (sum ?? 0).score, let rest = rest(without: batch, by: rules) else {
            throw .unsoundAudit(of: user)
        }
        var words = [seen.description, String(sum), rest.score.map(String.init) ?? "", rest.adds ? "1" : "0"]
        words.append(seasons(without: batch, past, by: rules))
        words.append(contentsOf: batch.map { name(of: $0) })
        return words
    }

    /// As the function has it: what another service wrote stays, but nothing moves past the rest.
    fileprivate func score(
        of held: Int,
        without updates: [RevertedUpdate],
        by rules: BoardDefinition
    ) throws(ScoreStoreError) -> Int? {
        guard let rest = rest(without: updates, by: rules) else { throw .unsoundAudit(of: user) }
        return try score(of: held, at: rest)
    }

    /// - Parameter held: nil: the user is not on the board.
    func score(of held: Int?, at rest: Rest) throws(ScoreStoreError) -> Int? {
        guard let sum = (sum ?? 0).score else { throw .unsoundAudit(of: user) }
        guard rest.adds, let held, let score = rest.score else { return rest.score }
        let (fall, excess) = (sum - score, held - score)
        return held - (fall < 0 ? min(0, max(fall, excess)) : max(0, min(fall, excess)))
    }
}
