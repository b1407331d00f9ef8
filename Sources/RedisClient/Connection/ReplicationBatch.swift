import Text
import NIOCore

/// Group commit over WAIT: the writes that leave in one flush are followed by one WAIT, and their callers are answered
/// when it is. So a replica's round trip is paid once for all of them. Owned by the connection.
///
/// Redis answers nothing else on a connection while it waits for the replica. So at most one WAIT is in flight: what comes
/// meanwhile is held, unsent, and leaves with the next one. A replica that hangs then costs each write one or two
/// ``RedisOptions/replicaTimeout``, however many there are. The deadline of the WAIT is theirs too: it ends the connection.
///
/// How many replicas have to confirm is looked up when WAIT is sent, and again when it is answered: a failover that began
/// meanwhile raises it (``ReplicaQuorum``).
struct ReplicationBatch {
    typealias Write = (command: RedisCommand, continuation: ReplyContinuation)

    let quorum: ReplicaQuorum
    /// The commands that wait to be flushed have a write among them.
    private var isWaitDue = false
    private var isWaiting = false
    private var unconfirmed: [(reply: RESPValue, continuation: ReplyContinuation)] = []
    private var held: [Write] = []

    init(quorum: ReplicaQuorum) {
        self.quorum = quorum
    }

    var heldCount: Int { held.count }

    /// Whether the write may leave with the next flush. Otherwise it is held.
    mutating func admit(_ command: RedisCommand, _ continuation: ReplyContinuation) -> Bool {
        if isWaiting {
            held.append((command, continuation))
        } else {
            isWaitDue = true
        }
        return !isWaiting
    }

    /// What follows the commands that leave now, if there is a write among them.
    mutating func wait(_ timeout: Duration) -> RedisCommand? {
        guard isWaitDue else { return nil }
        isWaitDue = false
        isWaiting = true
        return RedisCommand("WAIT", "\(quorum.requested)", "\(max(1, Int(clamping: timeout / .milliseconds(1))))")
    }

    /// The good reply to a write, which counts once the WAIT after it is answered.
    mutating func keep(_ reply: RESPValue, _ continuation: ReplyContinuation) {
        unconfirmed.append((reply, continuation))
    }

    /// The reply to WAIT: how many replicas have all that this connection had done before it. Replies come in order, so
    /// those kept are those of its batch.
    /// - Returns: the writes that make the next batch, to be sent now.
    mutating func confirmed(_ reply: RedisConnection.Reply) -> [Write] {
        isWaiting = false
        if case .success(let count) = reply, let count = count.integer, count >= quorum.required {
            for (reply, continuation) in unconfirmed { continuation.resume(.success(reply)) }
            unconfirmed.removeAll(keepingCapacity: true)
        } else {
            answer(.outcomeUnknown(.notReplicated))
        }
        defer { held = [] }
        isWaitDue = !held.isEmpty
        return held
    }

    /// The connection is gone.
    mutating func abandon(_ reason: RedisError.UnknownReason) {
        answer(.outcomeUnknown(reason))
        for (_, continuation) in held { continuation.resume(.failure(.notSent(.disconnected))) }
        held = []
    }

    private mutating func answer(_ error: RedisError) {
        for (_, continuation) in unconfirmed { continuation.resume(.failure(error)) }
        unconfirmed.removeAll()
    }
}
