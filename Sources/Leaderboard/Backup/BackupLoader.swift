import NIOCore
import RedisClient

/// Loads the lines of a backup into keys, many of a kind in one call.
struct BackupLoader {
    private enum Kind: CaseIterable {
        case audit, score, withheld, suspended, reverted
    }

    /// Words of one call, about.
    private static let batch = 2000

    private let store: ScoreStore
    private let keys: BoardKeys
    /// Where the updates go that were taken back.
    private let reverted: String
    private let eventLoop: any EventLoop
    private var pending: [Kind: (words: RedisCommand, count: Int)] = [:]

    /// - Parameter reverted: by default the one of the keys.
    init(store: ScoreStore, keys: BoardKeys, reverted: String? = nil, eventLoop: any EventLoop) {
        self.reverted = reverted ?? keys.reverted
        self.store = store
        self.keys = keys
        self.eventLoop = eventLoop
    }

    mutating func take(_ line: BackupLine) async throws(ScoreStoreError) {
        switch line {
        case .audit(let entry):
            var words = RedisCommand(entry.id.description, String(2 * entry.fields.count))
            for field in entry.fields { words.append(field) }
            try await add(words, count: 2 + 2 * entry.fields.count, to: .audit)
            for seq in entry.reverts { try await add(RedisCommand(String(seq), String(seq)), count: 2, to: .reverted) }
        case .score(let user, let score): try await add(RedisCommand(String(score), user), count: 2, to: .score)
        case .withheld(let user, let score): try await add(RedisCommand(String(score), user), count: 2, to: .withheld)
        case .suspended(let user): try await add(RedisCommand(user), count: 1, to: .suspended)
        case .header, .seal: break
        }
    }

    mutating func finish() async throws(ScoreStoreError) {
        for kind in Kind.allCases { try await flush(kind) }
    }

    private mutating func add(_ words: RedisCommand, count: Int, to kind: Kind) async throws(ScoreStoreError) {
        pending[kind, default: (RedisCommand(), 0)].words += words
        pending[kind]?.count += count
        if let waiting = pending[kind]?.count, waiting >= Self.batch { try await flush(kind) }
    }

    private mutating func flush(_ kind: Kind) async throws(ScoreStoreError) {
        guard let more = pending.removeValue(forKey: kind) else { return }
        var command =
            switch kind {
            case .audit: RedisCommand("FCALL", "leaderboard_restore_audit", "1", keys.audit)
            case .score: RedisCommand("ZADD", keys.scores)
            case .withheld: RedisCommand("ZADD", keys.withheld)
            case .suspended: RedisCommand("SADD", keys.suspended)
            case .reverted: RedisCommand("ZADD", reverted)
            }
        command += more.words
        _ = try await store.writeRepeatably(command, on: eventLoop)
    }
}
