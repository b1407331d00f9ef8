import Board
package import NIOCore
import RedisClient

extension ScoreStore {
    /// Updates that one atomic step takes back.
    private static let revertBatch = 500
    /// How often the audit may have grown by more than a step reads, before the revert is given up.
    private static let maximumCatchUps = 100

    /// Takes back what updates added, each once, however often and by however many it is asked. Updates that come
    /// meanwhile count in full.
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
        let horizon = try await lastAuditID(on: eventLoop)
        guard var tally = try await tally(for: selection, upto: horizon, on: eventLoop) else { return nil }
        guard let held = try await holding(of: tally.user, on: eventLoop).anyScore else { return nil }
        var result = Reverted(user: tally.user, score: held)
        try await readOn(&tally, on: eventLoop)
        var rest = tally.counting[...]
        var catchUps = 0
        while !rest.isEmpty {
            let batch = rest.prefix(Self.revertBatch)
            guard let sum = (tally.sum ?? 0).score else { throw .unsoundAudit(of: tally.user) }
            let words =
                [tally.seen.description, String(sum)]
                + batch.flatMap { [tally.name(of: $0), String($0.increase)] }
            let reply = try await operate(calls.operation("take_back", user: tally.user, by: act, words), on: eventLoop)
            switch reply[0].text {
            case "done" where reply.count == 4:
                guard let updates = reply[1].count, updates <= batch.count, let points = reply[2].score,
                    let score = reply[3].score
                else { throw .outcomeUnknown("unexpected reply") }
                result.updates += updates
                result.points = ScoreRange.held(result.points + points)
                result.score = score
                rest = rest.dropFirst(batch.count)
            case "unchanged": rest = rest.dropFirst(batch.count)
            case "no_user": return nil
            case "behind" where catchUps < Self.maximumCatchUps:
                catchUps += 1
                try await readOn(&tally, on: eventLoop)
                let done = Set(tally.selected.map(\.id)).subtracting(tally.counting.map(\.id))
                rest = rest.filter { !done.contains($0.id) }[...]
            case "behind": throw .unavailable("the audit grows faster than it is read")
            default: throw .outcomeUnknown("unexpected reply")
            }
        }
        return result
    }

    /// What ``revert(_:by:on:)`` would do now. Changes nothing.
    package func revertPreview(
        _ selection: RevertSelection,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Reverted? {
        let horizon = try await lastAuditID(on: eventLoop)
        guard var tally = try await tally(for: selection, upto: horizon, on: eventLoop) else { return nil }
        guard let held = try await holding(of: tally.user, on: eventLoop).anyScore else { return nil }
        try await readOn(&tally, on: eventLoop)
        let counting = tally.counting
        guard !counting.isEmpty else { return Reverted(user: tally.user, score: held) }
        guard let sum = (tally.sum ?? 0).score else { throw .unsoundAudit(of: tally.user) }
        var amount = PointsSum()
        for update in counting { amount += update.increase }
        let points = ScoreRange.held(amount.score ?? ScoreRange.limit)
        // As the function has it: never below what the rest of the user's audit adds up to.
        let taken = max(0, min(points, ScoreRange.held(held - ScoreRange.held(sum - points))))
        return Reverted(user: tally.user, updates: counting.count, points: taken, score: held - taken)
    }

    private func tally(
        for selection: RevertSelection,
        upto horizon: AuditID,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> UserTally? {
        switch selection {
        case .update(let seq):
            guard let entry = try await update(seq: seq, on: eventLoop), let user = try? UserID(entry.user) else {
                return nil
            }
            return UserTally(user: user) { $0.id == entry.id }
        case .updates(let user, let since, let until):
            let time = AuditFilter(since: since, until: until)
            return UserTally(user: user) { $0.id <= horizon && time.isInTime($0) }
        }
    }

    /// Until there is no more, or nearly so: what comes meanwhile is left to the function.
    private func readOn(_ tally: inout UserTally, on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        while true {
            let page = try await auditPage(after: tally.seen, on: eventLoop)
            tally.read(page)
            if page.count < Self.auditPageSize { return }
        }
    }
}
