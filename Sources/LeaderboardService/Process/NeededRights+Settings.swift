import Leaderboard
import RedisClient

extension NeededRights {
    /// Those of a service that is set up so.
    init(_ endpoint: RedisEndpoint, _ options: RedisOptions, _ keys: BoardKeys) {
        self.init(
            keys,
            isCluster: endpoint.isCluster,
            isReplicated: options.durability == .replicated,
            isFsynced: options.durability == .fsynced
        )
    }
}
