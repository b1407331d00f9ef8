import Bounds
import RedisClient

/// The calls of our Redis functions, in the order of KEYS and ARGV that stands at the head of each in `Functions/`.
/// The words that never change are encoded once.
struct StoreCalls: Sendable {
    let keys: BoardKeys
    private let definition: BoardDefinition
    private let updateHead: RedisCommand
    private let idempotentUpdateHead: RedisCommand
    let auditMaxEntries: String
    /// From the limits to the channel: what stands in the middle of an update, without and with the rank.
    private let plainMiddle: RedisCommand
    private let rankedMiddle: RedisCommand

    /// - Parameter definition: whose bounds are the calls'.
    init(keys: BoardKeys, definition: BoardDefinition, options: StoreOptions) {
        self.keys = keys
        self.definition = definition
        updateHead = Self.updateHead(keys, keyCount: 7)
        idempotentUpdateHead = Self.updateHead(keys, keyCount: 8)
        auditMaxEntries = String(max(1, options.auditMaxEntries))
        let lifetime = max(1, Int(clamping: options.idempotencyLifetime / .milliseconds(1)))
        let limits = RedisCommand(
            String(definition.rateLimit.updates),
            String(definition.rateLimit.tokenTime),
            auditMaxEntries,
            String(lifetime)
        )
        plainMiddle = limits + RedisCommand("0", keys.channel)
        rankedMiddle = limits + RedisCommand("1", keys.channel)
    }

    private static func updateHead(
        _ keys: BoardKeys,
        function: String = "leaderboard_update",
        keyCount: Int
    ) -> RedisCommand {
        RedisCommand(
            "FCALL",
            function,
            String(keyCount),
            keys.scores,
            keys.audit,
            keys.suspended,
            keys.seq,
            keys.epoch,
            keys.chain
        )
        .placed
    }

    func update(
        _ update: ScoreUpdate,
        origin: UpdateOrigin,
        idempotencyKey: IdempotencyKey?,
        grant: ScoreGrant?,
        withRank: Bool
    ) -> RedisCommand {
        let head = head(isIdempotent: idempotencyKey != nil, isGranted: grant != nil)
        // With usual names and addresses nothing is moved a second time.
        var command = RedisCommand(head, reserving: 384)
        command.append(keys.limitPrefix, update.user.rawValue)
        if let idempotencyKey { command.append(keys.idem(update.user, idempotencyKey)) }
        if let grant { command.append(keys.grant(grant)) }
        command.append(update.user.rawValue)
        command.append(update.increase.rawValue)
        command += withRank ? rankedMiddle : plainMiddle
        command.append(origin.ip)
        command.append(origin.requestID)
        if let trace = origin.trace { command.append(trace) }
        if let grant { command.append(max(1, Int(clamping: grant.lifetime / .milliseconds(1)))) }
        return command
    }

    private func head(isIdempotent: Bool, isGranted: Bool) -> RedisCommand {
        guard isGranted else { return isIdempotent ? idempotentUpdateHead : updateHead }
        return Self.updateHead(keys, function: "leaderboard_granted_update", keyCount: isIdempotent ? 9 : 8)
    }

    func addressFailure(_ address: String, limit: RateLimit) -> RedisCommand {
        RedisCommand(
            "FCALL",
            "leaderboard_address_failure",
            "1",
            keys.address(address),
            String(limit.updates),
            String(limit.tokenTime)
        )
    }

    func standings(offset: Int, limit: Int) -> RedisCommand {
        RedisCommand(
            "FCALL_RO",
            "leaderboard_standings",
            "3",
            keys.scores,
            keys.seq,
            keys.epoch,
            String(offset),
            String(limit)
        )
    }

    func writable() -> RedisCommand {
        RedisCommand("FCALL", "leaderboard_writable", "1", keys.scores)
    }

    static func soundness(of keys: BoardKeys) -> RedisCommand {
        RedisCommand(
            "FCALL_RO",
            "leaderboard_soundness",
            "10",
            keys.scores,
            keys.audit,
            keys.suspended,
            keys.seq,
            keys.epoch,
            keys.chain,
            keys.withheld,
            keys.reverted,
            keys.erasing,
            keys.foreign
        )
    }

    func setAside(of key: String, from cursor: String, count: Int) -> RedisCommand {
        RedisCommand("FCALL", "leaderboard_set_aside", "2", key, keys.foreign, cursor, String(count))
    }

    func begin() -> RedisCommand {
        switch definition.ties {
        case .id, .shared: RedisCommand("FCALL", "leaderboard_begin", "2", keys.seq, keys.epoch)
        case .dense, .first, .last: RedisCommand("FCALL", "leaderboard_begin", "3", keys.seq, keys.epoch, keys.at)
        }
    }

    func standing(of user: UserID) -> RedisCommand {
        RedisCommand("FCALL_RO", "leaderboard_standing", "3", keys.scores, keys.seq, keys.epoch, user.rawValue)
    }
}
