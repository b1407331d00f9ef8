import DequeModule
import NIOCore

/// The messages that viewers get, each read once: all of them get the same bytes in the same order, so each viewer's next
/// message is nearly always the one that another has had before it.
struct SharedMessages {
    /// A viewer who is further behind reads for itself.
    private static let maximum = 1024

    private var log: Deque<(bytes: ByteBuffer, message: LiveMessage)> = []
    /// How many have left the log.
    private var dropped = 0

    /// Where a new viewer starts.
    var end: Int { dropped + log.count }

    /// - Parameter place: the viewer's place among the messages, which moves on.
    /// - Returns: nil for what is no message.
    mutating func read(_ bytes: ByteBuffer, at place: inout Int) -> LiveMessage? {
        let known = log[max(place - dropped, 0)...].firstIndex { $0.bytes == bytes }
        if let known {
            place = dropped + known + 1
            return log[known].message
        }
        guard let message = try? LiveMessage(json: Array(bytes.readableBytesView)) else { return nil }
        // A viewer's own first message, which the others do not get.
        if message.type == "snapshot" { return message }
        // A copy: the slice would keep all of the read that it came in.
        log.append((ByteBuffer(buffer: bytes), message))
        if log.count > Self.maximum {
            log.removeFirst()
            dropped += 1
        }
        place = end
        return message
    }
}
