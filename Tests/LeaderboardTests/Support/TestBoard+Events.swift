import Leaderboard
import Logging
import NIOConcurrencyHelpers
import NIOCore
import RedisClient
import TestSupport

extension TestBoard {
    /// The messages of the board's channel while `body` runs.
    func events(_ body: () async throws -> Void) async throws -> [String] {
        let texts = NIOLockedValueBox<[String]>([])
        let subscribed = loop.makePromise(of: Void.self)
        let subscriber = RedisSubscriber(
            endpoint: try RedisEndpoint(url: server.url),
            options: RedisOptions(),
            channel: keys.channel,
            eventLoop: loop,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        ) { event in
            switch event {
            case .subscribed: subscribed.succeed()
            case .message(let payload): texts.withLockedValue { $0.append(String(decoding: payload, as: UTF8.self)) }
            case .disconnected: break
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await subscriber.run() }
            try await subscribed.futureResult.get()
            try await body()
            try await command("PUBLISH", keys.channel, "end")
            try await until { texts.withLockedValue { $0.last } == "end" }
            group.cancelAll()
        }
        return texts.withLockedValue { $0.dropLast() }
    }
}
