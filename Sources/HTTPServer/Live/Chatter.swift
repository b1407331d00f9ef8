import NIOCore

/// How much a client says on a push connection. Now and then a message is let pass; a stream of them, or of the frames that
/// need no message, is a nuisance (1008).
struct Chatter {
    private static let interval = TimeAmount.seconds(10)
    /// Where what the client says has a meaning, as many as the one who listens expects.
    var maximumMessages = 20
    /// Of any kind. An honest client answers pings, and sends some of its own.
    private static let maximumFrames = 200

    private var messages = 0
    private var frames = 0
    private var intervalEnds = NIODeadline.uptimeNanoseconds(0)

    /// Whether one more is within the rate.
    mutating func admits(_ event: WebSocketReader.Event, _ now: NIODeadline) -> Bool {
        if intervalEnds <= now {
            (messages, frames) = (0, 0)
            intervalEnds = now + Self.interval
        }
        frames += 1
        if case .message = event { messages += 1 }
        return messages <= maximumMessages && frames <= Self.maximumFrames
    }
}
