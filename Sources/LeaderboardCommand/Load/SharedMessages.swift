import DequeModule
import NIOCore

/// The messages that viewers get, each read once: all of them get the same bytes in the same order, so each viewer's next
/// message is nearly always the one that another has had before it.
struct SharedMessages {
    /// A viewer who is further behind reads for itself.
    private static let maximum = 1024

    private var log: Deque<SharedMessage> = []
    /// How many have left the log.
    private var dropped = 0
    /// The last one: a crowd that comes to a quiet board gets the same.
    private var snapshot: SharedMessage?

    /// Where a new viewer starts.
    var end: Int { dropped + log.count }

    /// - Parameter place: the viewer's place among the messages, which moves on.
    /// - Returns: nil for what is no message.
    mutating func read(_ bytes: ByteBuffer, at place: inout Int) -> SharedMessage? {
        let known = log[max(place - dropped, 0)...].firstIndex { $0.bytes == bytes }
        if let known {
            place = dropped + known + 1
            return log[known]
        }
        if let snapshot, snapshot.bytes == bytes { return snapshot }
        guard let message = SharedMessage(bytes) else { return nil }
        // A viewer's own first message, which is not a part of the stream.
        if message.isSnapshot {
            snapshot = message
            return message
        }
        log.append(message)
        if log.count > Self.maximum {
            log.removeFirst()
            dropped += 1
        }
        place = end
        return message
    }
}

/// What a viewer has to know of a message, and who got it when.
final class SharedMessage {
    let bytes: ByteBuffer
    let isSnapshot: Bool
    /// The first update in it; nil for a snapshot.
    let from: Int?
    /// The board's update that it brings a viewer up to.
    let seq: Int
    let isAscending: Bool
    /// Arrivals whose latency is not counted yet.
    var arrivals: [NIODeadline] = []

    /// - Parameter bytes: are copied: a slice would keep all of the read that it came in.
    init?(_ bytes: ByteBuffer) {
        guard let message = try? LiveMessage(json: Array(bytes.readableBytesView)) else { return nil }
        self.bytes = ByteBuffer(buffer: bytes)
        isSnapshot = message.type == "snapshot"
        from = message.from
        seq = message.seq
        isAscending = message.isAscending
    }
}
