import Board
import Broadcast
import Leaderboard
import Logging
import NIOCore
import RedisClient

/// The way of an event: the Redis subscription → ``BoardEvent`` → ``Broadcaster``.
///
/// What another service published is checked here; what is no event never reaches a viewer: it is dropped, counted, and
/// logged once a minute.
struct LiveFeed: Sendable {
    let broadcaster: Broadcaster
    let rejected: RejectedEvents

    /// Called on the subscription's loop, in order.
    func receive(_ event: RedisSubscriptionEvent) {
        switch event {
        case .subscribed:
            broadcaster.subscriptionLive()
        case .disconnected:
            broadcaster.subscriptionLost()
        case .message(let payload):
            do {
                switch try BoardEvent(json: payload) {
                case .score(let event): broadcaster.publish(Change(event))
                case .group(let group): for event in group.updates { broadcaster.publish(Change(event)) }
                case .standingsReplaced: broadcaster.standingsReplaced()
                }
            } catch {
                rejected.note("\(error)")
            }
        }
    }
}

extension Change {
    init(_ event: ScoreEvent) {
        self.init(
            user: event.user.rawValue,
            score: event.score,
            increase: event.increase,
            seq: event.seq,
            epoch: event.epoch,
            time: event.time
        )
    }
}
