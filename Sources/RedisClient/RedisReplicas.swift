/// The replicas of the primary, where writes wait for them (``Durability/replicated``).
package struct RedisReplicas: Sendable, Equatable {
    /// Connected, and not behind by more than some seconds.
    package let connected: Int
    /// Those that sentinels or the cluster's nodes list, or that were connected within a minute.
    package let known: Int
    /// So many have to confirm each write.
    package let required: Int

    package init(connected: Int, known: Int, required: Int) {
        self.connected = connected
        self.known = known
        self.required = required
    }

    /// Whether a write can be confirmed at all.
    package var areEnough: Bool { connected >= required }
}
