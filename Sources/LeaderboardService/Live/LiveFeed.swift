import Board
import Broadcast
import Leaderboard
import Logging
import NIOCore
import RedisClient

/// The way of an event: the Redis subscription → ``BoardEvent`` → its board's ``BoardStream``.
///
/// What another service published is checked here; what is no event never reaches a viewer: it is dropped, counted, and
/// logged once a minute.
final class LiveFeed: Sendable {
    private let main: BoardStream
    private let channels: LiveChannels
    private let rejected: RejectedEvents
    /// What is known of a board's definition may be old.
    private let onReplaced: @Sendable (BoardID) -> Void

    init(
        main: BoardStream,
        channels: LiveChannels,
        rejected: RejectedEvents,
        onReplaced: @escaping @Sendable (BoardID) -> Void
    ) {
        self.main = main
        self.channels = channels
        self.rejected = rejected
        self.onReplaced = onReplaced
    }

    /// Called on the subscription's loop, in order.
    func receive(_ channel: String, _ event: RedisSubscriptionEvent) {
        if channel == channels.mainChannel {
            tell(event, main, of: .main)
        } else if let (id, stream) = channels.stream(of: channel) {
            tell(event, stream, of: id)
        }
    }

    private func tell(_ event: RedisSubscriptionEvent, _ stream: BoardStream, of id: BoardID) {
        switch event {
        case .subscribed:
            stream.subscriptionLive()
        case .disconnected:
            stream.subscriptionLost()
        case .message(let payload):
            do {
                switch try BoardEvent(json: payload) {
                case .change(let change): stream.publish(change)
                case .group(let group): for change in group.updates { stream.publish(change) }
                case .standingsReplaced:
                    onReplaced(id)
                    stream.standingsReplaced()
                case .seasonBegun: stream.standingsReplaced()
                }
            } catch {
                rejected.note("\(error)")
            }
        }
    }
}
