package import Board
package import NIOCore
import RedisClient

// What users say of themselves on this board (`Functions/metadata.lua`). Only who sends or asks for it costs Redis anything for it.
extension ScoreStore {
    /// What stands in the key where an operator holds a user's metadata.
    static let held = "!"

    /// Of each user, in their order; nil: nothing is said, or nothing that may be shown.
    /// - Parameter users: as rows have them. What is none of ours has no metadata.
    package func metadata(
        of users: [String],
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [UserMetadata?] {
        guard !users.isEmpty else { return [] }
        var call = RedisCommand("HMGET", keys.meta)
        for user in users { call.append(user) }
        guard let kept = try await read(call, on: eventLoop).array, kept.count == users.count else {
            throw .unavailable("unexpected reply")
        }
        return kept.map { $0.text.flatMap(UserMetadata.init(stored:)) }
    }

    /// Of one, with whether an operator holds them.
    package func keptMetadata(
        of user: UserID,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> KeptMetadata {
        let text = try await read(RedisCommand("HGET", keys.meta, user.rawValue), on: eventLoop).text
        return KeptMetadata(
            metadata: text.flatMap(UserMetadata.init(stored:)) ?? .none,
            isHeld: text == Self.held
        )
    }

    /// What is shown of one. On a board that is frozen, to who does not see that, only of whose rows are shown: others may have come since.
    package func shownMetadata(of user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError)
        -> UserMetadata
    {
        let reply = try await read(RedisCommand("MGET", keys.board, keys.frozen), on: eventLoop).array ?? []
        if !seesFrozen, case .string(let text)? = reply.first, let held = try? BoardDefinition(stored: text),
            let since = held.frozenSince
        {
            let rows = reply.last?.text.flatMap { FrozenRows($0) }
            guard rows?.shows(user.rawValue) == true, try await !isTakenOff(user, on: eventLoop) else {
                throw .frozen(since: since)
            }
        }
        return try await keptMetadata(of: user, on: eventLoop).metadata
    }

    /// Whether strangers may not see the user, who is suspended or hidden.
    package func isTakenOff(_ user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Bool {
        try await read(RedisCommand("SISMEMBER", keys.suspended, user.rawValue), on: eventLoop).integer == 1
    }

    /// The user's own change, which takes a token of its updates. Sent twice, it has the effect of once, but for the token.
    package func setMetadata(
        _ metadata: UserMetadata,
        of user: UserID,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> ProfileOutcome {
        guard functions.gate.takesUpdates else { throw .unavailable(RedisError.notSent(.rightsMissing).description) }
        let call = RedisCommand(
            "FCALL",
            "leaderboard_profile",
            "5",
            keys.suspended,
            keys.board,
            keys.limit(user),
            keys.meta,
            keys.pace(user),
            board.given,
            user.rawValue,
            metadata.json,
            keys.channel
        )
        let reply = try await writeRepeatably(call, on: eventLoop)
        guard let outcome = ProfileOutcome(reply, board.definition.rateLimit) else {
            throw .unavailable("unexpected reply")
        }
        return outcome
    }

    /// An operator's change, which the audit tells.
    /// - Parameters:
    ///   - metadata: what is said from now on, and the user may change it; ``UserMetadata/none``: nothing.
    ///   - allows: of a user who is held, too, who is not any more then.
    /// - Returns: false if the user is held, and stays so.
    package func operateMetadata(
        _ metadata: UserMetadata,
        of user: UserID,
        allows: Bool,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        try await operateProfile(metadata.json, of: user, allows: allows, by: act, on: eventLoop) != "held"
    }

    /// Takes away what the user says, and lets it say nothing until it is allowed (``allowMetadata(of:by:on:)``).
    /// - Returns: false if it was so before.
    package func blankMetadata(
        of user: UserID,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        try await operateProfile(Self.held, of: user, by: act, on: eventLoop) == "done"
    }

    /// - Returns: false if the user was not held.
    package func allowMetadata(
        of user: UserID,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        try await operateProfile("+", of: user, by: act, on: eventLoop) == "done"
    }

    private func operateProfile(
        _ text: String,
        of user: UserID,
        allows: Bool = true,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> String? {
        let call = calls.operation(
            "operate_profile",
            user: user,
            by: act,
            [text, allows ? "1" : "0"],
            moreKeys: [keys.board, keys.at, keys.meta]
        )
        return try await operate(call, on: eventLoop).first?.text
    }

    /// Nothing of what the user said is left. That an operator holds it stays, as a suspension does.
    func eraseMetadata(of user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        let call = RedisCommand("FCALL", "leaderboard_erase_metadata", "1", keys.meta, user.rawValue)
        _ = try await writeRepeatably(call, on: eventLoop)
    }
}

extension ProfileOutcome {
    fileprivate init?(_ reply: RESPValue, _ rateLimit: RateLimit) {
        guard let fields = reply.array, let word = fields.first?.text else { return nil }
        switch (word, fields.count) {
        case ("kept", 2):
            guard let fullIn = fields[1].integer else { return nil }
            self = .kept(rateLimit.state(fullIn: fullIn))
        case ("rate_limited", 2):
            guard let fullIn = fields[1].integer else { return nil }
            self = .rateLimited(rateLimit.state(fullIn: fullIn))
        case ("suspended", 1): self = .suspended
        case ("held", 1): self = .held
        case ("no_board", 1): self = .noBoard
        case ("bad_definition", 1): self = .badDefinition
        default: return nil
        }
    }
}
