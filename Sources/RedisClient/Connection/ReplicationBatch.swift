import NIOCore

/// Group commit over WAIT: the writes that leave in one flush are followed by one WAIT, and their callers are answered
/// when it is. So a replica's round trip is paid once for all of them. Owned by the connection.
struct ReplicationBatch {
    /// The commands that wait to be flushed have a write among them.
    var isWaitNeeded = false
    private var held: [(reply: RESPValue, continuation: CheckedContinuation<RedisConnection.Reply, Never>)] = []

    static func wait(_ timeout: Duration) -> RedisCommand {
        RedisCommand("WAIT", "1", "\(max(1, Int(timeout / .milliseconds(1))))")
    }

    mutating func hold(_ reply: RESPValue, _ continuation: CheckedContinuation<RedisConnection.Reply, Never>) {
        held.append((reply, continuation))
    }

    /// The reply to WAIT: how many replicas have all that this connection had done before it. Replies come in order, so
    /// those held are those of its batch.
    mutating func confirmed(_ reply: RedisConnection.Reply) {
        // A connection that ends answers everybody itself.
        guard !held.isEmpty else { return }
        if case .success(let count) = reply, let count = count.integer, count >= 1 {
            for (reply, continuation) in held { continuation.resume(returning: .success(reply)) }
            held.removeAll(keepingCapacity: true)
        } else {
            abandon(.outcomeUnknown(.notReplicated))
        }
    }

    mutating func abandon(_ error: RedisError) {
        for (_, continuation) in held { continuation.resume(returning: .failure(error)) }
        held.removeAll()
    }
}
