import Board
package import NIOCore
import RedisClient
package import Seasons

/// What an operator says of an update that waits.
package enum ReviewWord: String, Sendable, CaseIterable { case release, reject }

/// What became of it.
package enum Reviewed: Sendable, Equatable {
    /// It counts, as of when it was made.
    case released(Released)
    case rejected
    /// A retry of it has counted in an instance of before edition 20: it is dropped. The user has this score.
    case counted(score: Int)
    /// It does not wait, or not any more.
    case gone
    /// The user is suspended: it goes on waiting.
    case suspended
    /// A bound of the board refuses it: it goes on waiting.
    /// - Parameter window: where; nil: in the one that never ends.
    case scoreLimit(window: WindowName?)
}

/// An update that counts since an operator released it.
package struct Released: Sendable, Equatable {
    /// What the user has now.
    package let score: Int
    /// By how much that rose; below 0: it fell.
    package let points: Int
    /// The final seasons in which it counts, as `weekly/2026-W48`, by their names.
    package let finalSeasons: [String]

    package init(score: Int, points: Int, finalSeasons: [String] = []) {
        (self.score, self.points, self.finalSeasons) = (score, points, finalSeasons.sorted())
    }
}

extension ScoreStore {
    /// It counts as if it had when it was made, or it is dropped. Who says the same again finds it gone.
    ///
    /// A release reads the audit as an undo of a revert does (``unrevert(_:by:on:)``): what the user did since then, and when, is what it
    /// goes by.
    package func review(
        _ held: HeldEntry,
        _ word: ReviewWord,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Reviewed {
        try await review(held, word, by: act, nil, on: eventLoop)
    }

    /// - Parameter reading: of this one; nil: the audit is read anew.
    func review(
        _ held: HeldEntry,
        _ word: ReviewWord,
        by act: OperatorAct,
        _ reading: ReleaseReading?,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Reviewed {
        switch word {
        case .release: return try await release(held, by: act, reading, on: eventLoop)
        case .reject:
            let keys = [keys.board, keys.at] + keys.queue + keys.idem(of: held)
            let call = calls.operation("reject", user: held.user, by: act, [held.id.description], moreKeys: keys)
            switch try await operate(call, on: eventLoop).first?.text {
            case "done": return .rejected
            case "gone": return .gone
            default: throw .outcomeUnknown("unexpected reply")
            }
        }
    }

    private func release(
        _ held: HeldEntry,
        by act: OperatorAct,
        _ read: ReleaseReading?,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Reviewed {
        // The function looks, too; here it saves reading an audit in vain.
        let user = try await holding(of: held.user, on: eventLoop)
        guard !user.isSuspended || user.isHidden else { return .suspended }
        let windows = try await keptWindows(of: held, on: eventLoop)
        if board.definition.onlyAdds { return try await add(held, in: windows, by: act, on: eventLoop) }
        let update = held.asUpdate(in: windows)
        let known = read.flatMap { $0.windows == windows ? $0 : nil }
        var reading = ReleaseReading(held, in: windows, known == nil ? try await storedSeasons(on: eventLoop) : [])
        if let known { reading = known }
        var (others, catchUps) = ([Beside: Int](), 0)
        while true {
            try await readOn(&reading.history, on: eventLoop)
            let score = try await holding(of: held.user, on: eventLoop).anyScore
            // It stands in a copy: what comes later is read by the history without it.
            var released = reading.history
            let batch = [released.hold(update, score)]
            let past = released.past(of: batch[...])
            let reached = [reading.seasons, past].flatMap(\.self)
            let words = try released.words(with: batch, past, others, by: board.definition.asOfThen)
            let call = calls.release(held, words, in: reached, by: act)
            let reply = try await operate(call, on: eventLoop)
            if catchUps == Self.maximumTurns {
                throw .unavailable("the board changes faster than its audit is read")
            }
            catchUps += 1
            if let reviewed = Reviewed(ofRelease: reply) { return reviewed }
            switch (reply[0].text, reply.count) {
            case ("season_is", _):
                others = [:]
                reading.begin(RunningSeasons.reached(reply))
            case ("beside", _):
                guard let beside = Beside(reply, among: reached) else { throw .outcomeUnknown("unexpected reply") }
                let seen = reading.history.seen
                others[beside] = try await arrival(of: beside, upto: seen, in: reached, on: eventLoop) ?? 0
            case ("behind", _): others = [:]
            default: throw .outcomeUnknown("unexpected reply")
            }
        }
    }

    /// The same on a board where all that updates do is add and take away, and equals stand by their ids: what the user has is what it adds
    /// to, whatever came when, and the audit is not read.
    private func add(
        _ held: HeldEntry,
        in windows: [WindowSeason],
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Reviewed {
        var seasons = try await storedSeasons(on: eventLoop)
        for _ in 0..<Self.maximumTurns {
            let holding = try await holding(of: held.user, on: eventLoop)
            let past = windows.filter { !seasons.names($0) }
            let parts = seasons.map { windows.map(\.name).contains($0.name) ? "more \(held.change)" : "-" }
            let ofWindows = (parts + past.map { _ in "more \(held.change)" }).joined(separator: ";")
            let score = holding.anyScore ?? 0
            let words = [
                holding.at.description, String(score), String(ScoreRange.held(score + held.change)), "1",
                "\(ofWindows)|\(past.map(\.text).joined(separator: ";"))", "0", "",
            ]
            let call = calls.release(held, words, in: [seasons, past].flatMap(\.self), by: act)
            let reply = try await operate(call, on: eventLoop)
            if let reviewed = Reviewed(ofRelease: reply) { return reviewed }
            switch reply.first?.text {
            case "season_is": seasons = RunningSeasons.reached(reply)
            case "behind": continue
            default: throw .outcomeUnknown("unexpected reply")
            }
        }
        throw .unavailable("the board changes faster than its audit is read")
    }

    /// Of the seasons of its time, those that are kept, with their ends, which an operator may have set since.
    private func keptWindows(
        of held: HeldEntry,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [WindowSeason] {
        guard !held.windows.isEmpty else { return [] }
        return held.windows(of: try await everyKeptSeason(on: eventLoop))
    }

    /// What ``review(_:_:by:on:)`` would do now with a release. Changes nothing.
    package func releasePreview(
        _ held: HeldEntry,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Reviewed {
        let user = try await holding(of: held.user, on: eventLoop)
        guard !user.isSuspended || user.isHidden else { return .suspended }
        if let key = keys.idem(of: held).first,
            let stored = try await read(RedisCommand("GET", key), on: eventLoop).text, held.hasCounted(by: stored)
        {
            return .counted(score: user.anyScore ?? 0)
        }
        let windows = try await keptWindows(of: held, on: eventLoop)
        var history = RevertedHistory(user: held.user) { _ in false }
        history.begin([], past: windows)
        try await readOn(&history, on: eventLoop)
        let holding = try await holding(of: held.user, on: eventLoop)
        let score = holding.anyScore
        let batch = [history.hold(held.asUpdate(in: windows), score)]
        guard let rest = history.rest(with: batch, by: board.definition.asOfThen), let end = rest.score else {
            throw .unsoundAudit(of: held.user)
        }
        let adds = rest.adds && score != nil
        let sum = adds ? Adjustment(held.operation, held.value)?.score(after: score, by: board.definition) : end
        guard let total = sum, adds || total == score || board.definition.takes(total) else {
            return .scoreLimit(window: nil)
        }
        let result = Reverted(user: held.user, score: total)
        let seasons = try await preview(result, of: history.past(of: batch[...]), on: eventLoop).finalSeasons
        return .released(
            Released(score: total, points: ScoreRange.held(total - (score ?? 0)), finalSeasons: seasons)
        )
    }
}

extension Reviewed {
    /// Nil: it is asked for again.
    fileprivate init?(ofRelease reply: [RESPValue]) {
        switch (reply.first?.text, reply.count) {
        case ("done", 4):
            guard let score = reply[1].score, let rise = reply[2].score, let final = reply[3].text else { return nil }
            self = .released(Released(score: score, points: rise, finalSeasons: FinalSeasons.names(final)))
        case ("counted", 2):
            guard let score = reply[1].score else { return nil }
            self = .counted(score: score)
        case ("gone", 1): self = .gone
        case ("suspended", 1): self = .suspended
        case ("score_limit", 1): self = .scoreLimit(window: nil)
        case ("score_limit", 2): self = .scoreLimit(window: reply[1].text.flatMap { WindowName($0) })
        default: return nil
        }
    }
}

extension BoardDefinition {
    /// A release of an update of such a board does not read the audit.
    var onlyAdds: Bool {
        operators.isSubset(of: [.incr, .decr]) && atBound == .refuse && !ties.isByArrival
    }

    /// Where bounds refuse, they hold of what an update comes to in the end, and no step on the way there is held by them.
    fileprivate var asOfThen: BoardDefinition {
        guard atBound == .refuse else { return self }
        var definition = self
        definition.scores = -ScoreRange.limit...ScoreRange.limit
        return definition
    }

    fileprivate func takes(_ score: Int) -> Bool { atBound == .clamp || scores.contains(score) }
}

extension StoreCalls {
    fileprivate func release(
        _ held: HeldEntry,
        _ words: [String],
        in seasons: [WindowSeason],
        by act: OperatorAct
    ) -> RedisCommand {
        let ofSeasons = seasons.flatMap { keys.season(of: $0).all }
        let idem = keys.idem(of: held)
        return operation(
            "release",
            user: held.user,
            by: act,
            words + [held.id.description] + (idem.isEmpty ? [] : ["1"]),
            moreKeys: [keys.board, keys.at, keys.seasons, keys.ended] + ofSeasons + keys.queue + [keys.meta] + idem
        )
    }
}
