import Board
import Broadcast
import Leaderboard
import Logging
import NIOCore
import RedisClient
import Seasons

/// The way of an event: the Redis subscription → ``BoardEvent`` → its board's ``BoardStream``, and those of its windows.
///
/// What another service published is checked here; what is no event never reaches a viewer: it is dropped, counted, and
/// logged once a minute.
final class LiveFeed: Sendable {
    private let main: BoardStream
    private let channels: LiveChannels
    private let rejected: RejectedEvents
    /// What is known of a board's definition may be old. Comes before its streams are told.
    private let onReplaced: @Sendable (BoardID) -> Void
    /// So may be what is known of its viewers' rights. Comes behind it.
    private let onDoubt: @Sendable (BoardID) -> Void

    init(
        main: BoardStream,
        channels: LiveChannels,
        rejected: RejectedEvents,
        onReplaced: @escaping @Sendable (BoardID) -> Void,
        onDoubt: @escaping @Sendable (BoardID) -> Void
    ) {
        self.main = main
        self.channels = channels
        self.rejected = rejected
        self.onReplaced = onReplaced
        self.onDoubt = onDoubt
    }

    /// Called on the subscription's loop, in order.
    func receive(_ channel: String, _ event: RedisSubscriptionEvent) {
        switch event {
        case .subscribed: tell(channel, isLive: true)
        case .disconnected: tell(channel, isLive: false)
        case .message(let payload):
            let route = channels.streams(of: channel)
            if channel == channels.mainChannel {
                tell(payload, of: .main, to: main, route?.streams ?? [])
            } else if let (id, streams) = route, let first = streams.first {
                tell(payload, of: id, to: first, streams.dropFirst())
            }
        }
    }

    private func tell(_ channel: String, isLive: Bool) {
        let others = channels.note(channel, isLive: isLive)
        for stream in channel == channels.mainChannel ? [main] + others : others {
            if isLive { stream.subscriptionLive() } else { stream.subscriptionLost() }
        }
    }

    private func tell(
        _ payload: [UInt8],
        of id: BoardID,
        to first: BoardStream,
        _ others: some Sequence<BoardStream>
    ) {
        do {
            let event = try BoardEvent(json: payload)
            if case .standingsReplaced = event { onReplaced(id) }
            tell(event, to: first)
            for stream in others { tell(event, to: stream) }
            if case .standingsReplaced = event { onDoubt(id) }
        } catch {
            rejected.note("\(error)")
        }
    }

    private func tell(_ event: BoardEvent, to stream: BoardStream) {
        switch event {
        case .change(let change): stream.publish(change)
        case .group(let group): for change in group.updates { stream.publish(change) }
        case .standingsReplaced: stream.standingsReplaced()
        case .saysOther(let user): stream.saysOther(user.rawValue)
        case .seasonsBegun(let begun): stream.begun(BegunWindows(begun))
        }
    }
}

extension BegunWindows {
    init(_ begun: BegunSeasons) {
        self.init(begun.seasons.map { ($0.window.rawValue, $0.season) }, at: begun.cursor)
    }
}
