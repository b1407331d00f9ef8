import NIOCore
import NIOPosix
import Synchronization

@testable import RedisClient

/// Keeps what a subscriber told, as text.
final class EventRecorder: Sendable {
    let group = MultiThreadedEventLoopGroup.singleton
    private let recorded = Mutex<[String]>([])

    var texts: [String] { recorded.withLock { $0 } }

    @Sendable func note(_ event: RedisSubscriptionEvent) {
        let text =
            switch event {
            case .subscribed: "subscribed"
            case .disconnected: "disconnected"
            case .message(let payload): "message: \(String(decoding: payload, as: UTF8.self))"
            }
        recorded.withLock { $0.append(text) }
    }
}
