import Synchronization

/// Which shards some loop of the instance looks after: each has one watch. Any thread.
final class WatchedShards: Sendable {
    private let ids = Mutex<Set<ShardID>>([])

    /// Whether the caller is the first, and so the one to do it.
    func take(_ id: ShardID) -> Bool {
        ids.withLock { $0.insert(id).inserted }
    }

    func give(_ id: ShardID) {
        ids.withLock { _ = $0.remove(id) }
    }
}
