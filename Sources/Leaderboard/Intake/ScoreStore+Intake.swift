package import NIOCore
import RedisClient

// The intake of a board, which other services write into (`Functions/intake.lua`).
extension ScoreStore {
    /// Entries of one page, and of one call of which none is an update.
    package static let intakePage = 256

    /// Its first entries.
    package func intake(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> IntakePage {
        let call = RedisCommand("FCALL_RO", "leaderboard_intake_read", "1", keys.intake, String(Self.intakePage))
        guard let page = IntakePage(try await read(call, on: eventLoop)) else { throw .unavailable("unexpected reply") }
        return page
    }

    /// Makes the first of the entries, as many as one call takes, and takes them out of the stream, all in one: each counts once, however
    /// often it is asked for.
    /// - Parameters:
    ///   - entries: at least one, as they follow each other in the stream.
    ///   - limit: of all that is written into it.
    package func takeIn(
        _ entries: ArraySlice<ReadIntake>,
        limit: RateLimit,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> IntakeOutcome {
        guard functions.gate.takesUpdates else { throw .unavailable(RedisError.notSent(.rightsMissing).description) }
        for _ in 0..<Self.maximumTries {
            guard let head = board.seasons.map(\.head) ?? board.writeHead else { break }
            let call = IntakeCall(entries, limit: limit, by: head)
            let reply = try await settle(call.command(keys), on: eventLoop)
            guard let seasons = board.seasons, let answer = SeasonsAnswer(reply) else {
                return try outcome(of: call, reply)
            }
            seasons.learn(answer)
            switch seasons.closed(at: answer.now) {
            case .notBegun: return .notBegun
            case .ended: return .ended
            case nil: continue
            }
        }
        throw .unavailable("the seasons of the board are others each time")
    }

    private func settle(_ call: RedisCommand, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> RESPValue {
        do { return try await functions.send(call, isIdempotent: false, isDurable: true, on: eventLoop) } catch {
            functions.gate.met(error, isUpdate: true)
            functions.reports.met(error, on: board.id)
            throw ScoreStoreError(ofWrite: error)
        }
    }

    private func outcome(of call: IntakeCall, _ reply: RESPValue) throws(ScoreStoreError) -> IntakeOutcome {
        guard let fields = reply.array, let word = fields.first?.text ?? fields.first?.array?.first?.text else {
            throw .outcomeUnknown("unexpected reply")
        }
        switch (word, fields.count) {
        case ("gone", 1): return .gone
        case ("board_changed", 2), ("no_board", 1): return .boardChanged
        case ("bad_definition", 1): throw .unsoundBoard("the board's definition cannot be read")
        case ("taken", 3):
            guard let outcomes = fields[1].array, let words = fields[2].array?.map(\.text) else { break }
            guard let ends = call.ends(outcomes, words, board.definition.rateLimit) else { break }
            return .settled(ends)
        default: break
        }
        throw .outcomeUnknown("unexpected reply")
    }
}

/// One call of `leaderboard_intake`.
private struct IntakeCall {
    /// Those of the entries that one call takes.
    private let entries: ArraySlice<ReadIntake>
    private let group: UpdateGroup
    private let updates: Int

    init(_ entries: ArraySlice<ReadIntake>, limit: RateLimit, by head: WriteHead) {
        group = UpdateGroup(head)
        var taken = 0
        for entry in entries.prefix(ScoreStore.intakePage) {
            if case .update(let update) = entry.content {
                let call = UpdateCall(
                    update: update.update,
                    origin: UpdateOrigin(ip: update.ip, requestID: entry.requestID),
                    idempotencyKey: update.idempotencyKey,
                    grant: nil,
                    withRank: false,
                    hand: .stream(update.actor, limit)
                )
                guard group.takes(call) else { break }
                group.add(call)
            }
            taken += 1
        }
        self.entries = entries.prefix(taken)
        updates = group.count
    }

    func command(_ keys: BoardKeys) -> RedisCommand {
        var own = RedisCommand()
        for entry in entries {
            own.append("\(entry.id)")
            if case .rejected(let reason) = entry.content { own.append(reason) } else { own.append("") }
        }
        own.append(entries.count)
        guard updates > 0 else {
            return RedisCommand("FCALL", "leaderboard_intake", "2", keys.intake, keys.rejected) + own
        }
        return group.take(within: "leaderboard_intake", keys: [keys.intake, keys.rejected], own)
    }

    /// Nil: these are of other entries.
    func ends(_ outcomes: [RESPValue], _ words: [String?], _ limit: RateLimit) -> [IntakeEnd]? {
        guard words.count == updates, outcomes.count == updates else { return nil }
        var (ends, place): ([IntakeEnd], Int) = ([], 0)
        for entry in entries {
            if case .rejected(let reason) = entry.content {
                ends.append(.rejected(reason))
                continue
            }
            defer { place += 1 }
            switch words[place] {
            case "counted":
                guard case .applied(let applied)? = UpdateOutcome(reply: outcomes[place], rateLimit: limit) else {
                    return nil
                }
                ends.append(.counted(applied))
            case "held":
                guard case .held(let held)? = UpdateOutcome(reply: outcomes[place], rateLimit: limit) else {
                    return nil
                }
                ends.append(.held(held))
            case "waits": ends.append(.waits)
            case let reason?: ends.append(.rejected(reason))
            case nil: return nil
            }
        }
        return ends
    }
}
