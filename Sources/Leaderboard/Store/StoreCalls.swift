import RedisClient

/// The calls of our Redis functions, in the order of KEYS and ARGV that stands at the head of each in `Functions/`.
/// The words that never change are encoded once.
struct StoreCalls: Sendable {
    let keys: BoardKeys
    private let updateHead: RedisCommand
    private let idempotentUpdateHead: RedisCommand
    let auditMaxEntries: String
    private let limits: [String]

    init(keys: BoardKeys, options: StoreOptions) {
        self.keys = keys
        updateHead = Self.updateHead(keys, keyCount: 7)
        idempotentUpdateHead = Self.updateHead(keys, keyCount: 8)
        auditMaxEntries = String(max(1, options.auditMaxEntries))
        let lifetime = max(1, Int(options.idempotencyLifetime / .milliseconds(1)))
        limits = [
            String(options.rateLimit.updates), String(options.rateLimit.tokenTime), auditMaxEntries, String(lifetime),
        ]
    }

    private static func updateHead(_ keys: BoardKeys, keyCount: Int) -> RedisCommand {
        RedisCommand(
            "FCALL",
            "leaderboard_update",
            String(keyCount),
            keys.scores,
            keys.audit,
            keys.suspended,
            keys.seq,
            keys.epoch,
            keys.chain
        )
    }

    func update(
        _ update: ScoreUpdate,
        origin: UpdateOrigin,
        idempotencyKey: IdempotencyKey?,
        withRank: Bool
    ) -> RedisCommand {
        var command = idempotencyKey == nil ? updateHead : idempotentUpdateHead
        command.append(keys.limit(update.user))
        if let idempotencyKey { command.append(keys.idem(update.user, idempotencyKey)) }
        command.append(update.user.rawValue)
        command.append(update.increase.rawValue)
        for limit in limits { command.append(limit) }
        command.append(withRank ? "1" : "0")
        command.append(keys.channel)
        command.append(origin.ip)
        command.append(origin.requestID)
        return command
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

    func begin() -> RedisCommand {
        RedisCommand("FCALL", "leaderboard_begin", "2", keys.seq, keys.epoch)
    }

    func standing(of user: UserID) -> RedisCommand {
        RedisCommand("FCALL_RO", "leaderboard_standing", "3", keys.scores, keys.seq, keys.epoch, user.rawValue)
    }
}
