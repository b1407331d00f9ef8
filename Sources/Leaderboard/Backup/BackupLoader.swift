import Board
import NIOCore
import RedisClient
import Text

/// Loads the lines of a backup beside the board, many of a kind in one call.
struct BackupLoader {
    private enum Kind: CaseIterable {
        case audit, place, withheld, suspended, reverted, segments, profiles, holds, ended
    }

    /// Words of one call, about.
    private static let batch = 2000
    /// Of profiles and of reasons, which are long.
    private static let batchOfTexts = 400

    private let store: ScoreStore
    private let lease: LoadingLease
    /// Where the updates go that were taken back, if not to what is loaded.
    private let reverted: String?
    private let isByArrival: Bool
    private let definition: [UInt8]
    private let kinds: [SegmentKind]
    /// Nil: the board has no segments.
    private let segmented: SegmentedCall?
    private let eventLoop: any EventLoop
    /// Into which scores go; nil: on the board.
    private var season: SeasonKeys?
    /// Seqs of the updates that count no more, as far as was read.
    private var taken: Set<Int> = []
    private var pending: [Kind: (words: RedisCommand, count: Int)] = [:]

    /// - Parameters:
    ///   - definition: in whose layout users are loaded; by default the store's.
    ///   - reverted: the board's own key, of an audit that comes back; by default it is loaded, too.
    init(
        store: ScoreStore,
        lease: LoadingLease,
        definition: BoardDefinition? = nil,
        reverted: String? = nil,
        eventLoop: any EventLoop
    ) {
        let definition = definition ?? store.board.definition
        isByArrival = definition.ties.isByArrival
        self.definition = Array(definition.stored.readableBytesView)
        kinds = definition.segments.kinds
        segmented = SegmentedCall(lease.keys, definition.segments)
        self.reverted = reverted
        self.store = store
        self.lease = lease
        self.eventLoop = eventLoop
    }

    mutating func take(_ line: BackupLine) async throws(ScoreStoreError) {
        switch line {
        case .audit(let entry):
            try await add(entry, to: .audit)
            taken.formUnion(entry.reverts)
            taken.subtract(entry.returns)
        case .score(let user, let score, let reached), .inSeason(let user, let score, let reached):
            try await place(user, String(score), reached)
        case .withheld(let user, let score, let reached), .withheldInSeason(let user, let score, let reached):
            try await add(RedisCommand(String(score), user), count: 2, to: .withheld)
            if isByArrival { try await place(user, "", reached) }
        case .suspended(let user, let isHidden):
            try await add(RedisCommand(user), count: 1, to: .suspended)
            if isHidden { try await add(RedisCommand(ScoreStore.hiddenMember(user)), count: 1, to: .suspended) }
        case .segments(let user, let text):
            // A kind that the board has not any more is left out.
            let kept = text.parts(at: " ").filter { segment in kinds.contains { segment.hasPrefix("\($0):") } }
            guard !kept.isEmpty else { return }
            try await add(RedisCommand(user, kept.joined(separator: " ")), count: 2, to: .segments)
        case .profile(let user, let said):
            try await add(RedisCommand(user, said.stored), count: 2, to: .profiles)
        case .onHold(let user, let hand):
            try await add(RedisCommand(user, hand.stored), count: 2, to: .holds)
        case .frozen(let rows):
            try LoadingLease.check(
                try await store.writeRepeatably(
                    call("frozen", lease.keys.frozen) + RedisCommand(rows.text),
                    on: eventLoop
                )
            )
        case .ended(let entry): try await add(entry, to: .ended)
        case .season(let next):
            try await finish()
            let keys = lease.keys.season(window: next.window, id: next.id)
            season = keys
            try LoadingLease.check(try await store.writeRepeatably(lease.begin(keys), on: eventLoop))
        case .header, .definition, .seasons, .seal: break
        }
    }

    /// Puts a user where the board is loaded, in the place of what was loaded of the user before; see `Functions/restore.lua`.
    /// - Parameter score: empty: the board does not show the user.
    mutating func place(_ user: String, _ score: String, _ reached: Int) async throws(ScoreStoreError) {
        try await add(RedisCommand(user, score, String(reached)), count: 3, to: .place)
    }

    mutating func finish() async throws(ScoreStoreError) {
        for seq in taken { try await add(RedisCommand(String(seq), String(seq)), count: 2, to: .reverted) }
        taken = []
        for kind in Kind.allCases { try await flush(kind) }
    }

    private mutating func add(_ entry: AuditEntry, to kind: Kind) async throws(ScoreStoreError) {
        var words = RedisCommand(entry.id.description, String(2 * entry.fields.count))
        for field in entry.fields { words.append(field) }
        try await add(words, count: 2 + 2 * entry.fields.count, to: kind)
    }

    private mutating func add(_ words: RedisCommand, count: Int, to kind: Kind) async throws(ScoreStoreError) {
        pending[kind, default: (RedisCommand(), 0)].words += words
        pending[kind]?.count += count
        let batch = kind == .profiles || kind == .holds ? Self.batchOfTexts : Self.batch
        if let waiting = pending[kind]?.count, waiting >= batch { try await flush(kind) }
    }

    private mutating func flush(_ kind: Kind) async throws(ScoreStoreError) {
        // Users are in segments where they stand on the board.
        if kind == .segments { try await flush(.place) }
        guard let more = pending.removeValue(forKey: kind) else { return }
        if kind == .segments { return try await load(segments: more.words) }
        let keys = lease.keys
        var command =
            switch kind {
            case .audit: call("audit", keys.audit)
            case .ended: call("audit", keys.ended)
            case .place: call("scores", season?.scores ?? keys.scores, season?.at ?? keys.at)
            case .withheld: call("members", season?.withheld ?? keys.withheld)
            case .suspended: call("members", keys.suspended)
            case .reverted: reverted.map { RedisCommand("ZADD", $0) } ?? call("members", keys.reverted)
            case .profiles: call("profiles", keys.meta)
            case .holds: call("holds", keys.holding)
            case .segments: RedisCommand()
            }
        switch kind {
        case .audit, .ended, .segments, .profiles, .holds: break
        case .place: command.append(definition)
        case .withheld: command.append("ZADD")
        case .suspended: command.append("SADD")
        case .reverted: if reverted == nil { command.append("ZADD") }
        }
        command += more.words
        try LoadingLease.check(try await store.writeRepeatably(command, on: eventLoop))
    }

    /// - Parameter segments: of each user, the name, and the segments.
    private func load(segments: RedisCommand) async throws(ScoreStoreError) {
        guard let segmented else { return }
        let keys = lease.keys
        var words = RedisCommand(lease.token)
        words.append(definition)
        let call = segmented.command(
            "leaderboard_restore_segments",
            keys: [keys.scores, keys.at, lease.key],
            words + segments
        )
        try LoadingLease.check(try await store.writeRepeatably(call, on: eventLoop))
    }

    /// One of the functions of `Functions/restore.lua` that load.
    private func call(_ name: String, _ keys: String...) -> RedisCommand {
        var call = RedisCommand("FCALL", "leaderboard_restore_" + name, String(keys.count + 1))
        for word in keys + [lease.key, lease.token] { call.append(word) }
        return call
    }
}
