import Synchronization

/// What the loops of an instance share of one primary with its replicas: of a cluster, or the only one. Any thread.
final class Shard: Sendable {
    let surroundings: RedisLink.Surroundings
    /// The connections that are up.
    let ready = ReadyCount()
    /// Of those for writes that wait for a replica.
    let readyReplicated = ReadyCount()

    init(_ surroundings: RedisLink.Surroundings) {
        self.surroundings = surroundings
    }
}

/// How many links are ready, readable from any thread.
final class ReadyCount: Sendable {
    private let value = Atomic(0)

    var count: Int { value.load(ordering: .relaxed) }

    func add(_ change: Int) {
        value.wrappingAdd(change, ordering: .relaxed)
    }
}

/// The shards of an instance, each made when the first of its loops needs it. Its lock is its owner.
final class Shards: Sendable {
    private struct State {
        var shards: [ShardID: Shard]
        /// Of those that are gone.
        var pastMoves = 0
    }

    let locator: PrimaryLocator
    /// Whether writes wait for replicas, and for how many; see ``RedisOptions/replicas``.
    private let replicas: Int??
    private let trouble = LastOutage()
    private let state: Mutex<State>

    init(_ endpoint: RedisEndpoint, _ options: RedisOptions) {
        locator = PrimaryLocator(endpoint, options: options)
        replicas = options.durability == .replicated ? .some(options.replicas) : nil
        state = Mutex(State(shards: [:]))
        _ = shard(.first)
    }

    /// The one that commands without a key go to; where there is no cluster the only one.
    var home: Shard { shard(locator.isCluster ? locator.cluster.topology.home : .first) }

    func shard(_ id: ShardID) -> Shard {
        state.withLock { state in
            if let shard = state.shards[id] { return shard }
            let shard = Shard(
                RedisLink.Surroundings(
                    locator: locator,
                    primary: SharedPrimary(),
                    quorum: replicas.map { ReplicaQuorum(setting: $0) },
                    shard: id,
                    trouble: trouble
                )
            )
            state.shards[id] = shard
            return shard
        }
    }

    /// It owns nothing any more.
    func forget(_ id: ShardID) {
        state.withLock { state in
            guard let shard = state.shards.removeValue(forKey: id) else { return }
            state.pastMoves += shard.surroundings.primary.moveCount + 1
        }
    }

    var all: [Shard] { state.withLock { Array($0.shards.values) } }

    /// How often a primary was found at another place than before; goes up with each new shard, too.
    var moveCount: Int {
        state.withLock { state in
            state.shards.values.reduce(state.pastMoves) { $0 + $1.surroundings.primary.moveCount + 1 } - 1
        }
    }
}
