import Board
import NIOCore
import RedisClient

/// Loads the lines of a backup into keys, many of a kind in one call.
struct BackupLoader {
    private enum Kind: CaseIterable {
        case audit, place, withheld, suspended, reverted
    }

    /// Words of one call, about.
    private static let batch = 2000

    private let store: ScoreStore
    private let keys: BoardKeys
    /// Where the updates go that were taken back.
    private let reverted: String
    private let isByArrival: Bool
    private let definition: [UInt8]
    private let eventLoop: any EventLoop
    private var pending: [Kind: (words: RedisCommand, count: Int)] = [:]

    /// - Parameters:
    ///   - definition: in whose layout users are loaded; by default the store's.
    ///   - reverted: by default the one of the keys.
    init(
        store: ScoreStore,
        keys: BoardKeys,
        definition: BoardDefinition? = nil,
        reverted: String? = nil,
        eventLoop: any EventLoop
    ) {
        let definition = definition ?? store.board.definition
        isByArrival = definition.ties.isByArrival
        self.definition = Array(definition.stored.readableBytesView)
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
        case .score(let user, let score, let reached): try await place(user, String(score), reached)
        case .withheld(let user, let score, let reached):
            try await add(RedisCommand(String(score), user), count: 2, to: .withheld)
            if isByArrival { try await place(user, "", reached) }
        case .suspended(let user): try await add(RedisCommand(user), count: 1, to: .suspended)
        case .header, .definition, .seal: break
        }
    }

    /// Puts a user where the board is loaded, in the place of what was loaded of the user before; see `Functions/restore.lua`.
    /// - Parameter score: empty: the board does not show the user.
    mutating func place(_ user: String, _ score: String, _ reached: Int) async throws(ScoreStoreError) {
        try await add(RedisCommand(user, score, String(reached)), count: 3, to: .place)
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
            case .place: RedisCommand("FCALL", "leaderboard_restore_scores", "2", keys.scores, keys.at)
            case .withheld: RedisCommand("ZADD", keys.withheld)
            case .suspended: RedisCommand("SADD", keys.suspended)
            case .reverted: RedisCommand("ZADD", reverted)
            }
        if kind == .place { command.append(definition) }
        command += more.words
        _ = try await store.writeRepeatably(command, on: eventLoop)
    }
}
