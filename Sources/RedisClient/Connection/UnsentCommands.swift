import NIOCore

/// The commands of one tick of the loop, which leave in one write. Owned by the connection.
///
/// The server may have closed the connection a moment ago, and the write is what tells. If nothing else was under way and the
/// bytes are few, then none of them has left, for a socket with nothing to send takes so many whole or not at all: these
/// commands may go over the next connection. Of others nobody knows.
struct UnsentCommands {
    typealias Entry = (command: RedisCommand, waiter: RedisConnection.Waiter)

    /// What became of them when the connection is gone.
    enum Fate {
        /// Not one byte has left.
        case unsent
        /// The same, and here they are.
        case movable([Entry])
        case unknown
    }

    /// Less than the smallest buffer that a socket begins with (`net.ipv4.tcp_wmem`: 16 KiB).
    static let maximumWholeBytes = 4096

    private(set) var bytes = ByteBuffer()
    /// How many waiters at the end of the pipeline are theirs.
    private(set) var count = 0
    /// They are what is under way, and all of it, if this is not empty.
    private var alone: [Entry] = []
    private var isLeaving = false

    /// - Parameters:
    ///   - waiters: how many it has in the pipeline.
    ///   - isFirst: nothing is under way.
    mutating func add(_ command: RedisCommand, _ waiter: RedisConnection.Waiter, waiters: Int, isFirst: Bool) {
        if isFirst || !alone.isEmpty { alone.append((command, waiter)) }
        command.write(into: &bytes)
        count += waiters
    }

    /// To be called before the write, and ``left()`` after it.
    mutating func leave() -> ByteBuffer {
        isLeaving = true
        return bytes
    }

    /// Reuses the storage: the socket has nearly always taken the bytes by now.
    mutating func left() {
        isLeaving = false
        count = 0
        bytes.clear()
        if !alone.isEmpty { alone.removeAll(keepingCapacity: true) }
    }

    /// The connection is gone.
    mutating func abandon() -> (count: Int, fate: Fate) {
        defer { left() }
        if !alone.isEmpty, bytes.readableBytes <= Self.maximumWholeBytes { return (count, .movable(alone)) }
        return (count, isLeaving ? .unknown : .unsent)
    }
}
