import Broadcast
import Leaderboard
import NIOCore
import RedisClient
import Synchronization

/// Which boards' channels are followed, and whose stream gets a channel's events. Any thread; the routes change in the order in
/// which the broadcaster follows boards and lets them go.
final class LiveChannels: Sendable {
    private struct Route {
        let id: BoardID
        let stream: BoardStream
    }

    private struct State {
        var routes: [String: Route] = [:]
        var subscriber: RedisSubscriber?
    }

    /// That of the paths without a board, which is followed always.
    let mainChannel: String
    private let keySpace: KeySpace
    private let state = Mutex(State())

    init(mainChannel: String, keySpace: KeySpace) {
        self.mainChannel = mainChannel
        self.keySpace = keySpace
    }

    /// Before any board is followed.
    func use(_ subscriber: RedisSubscriber) throws(ChannelRefusal) {
        state.withLock { $0.subscriber = subscriber }
        try subscriber.follow(mainChannel)
    }

    /// The stream of a channel that is not always followed.
    func stream(of channel: String) -> (id: BoardID, stream: BoardStream)? {
        state.withLock { $0.routes[channel] }.map { ($0.id, $0.stream) }
    }

    @Sendable func follow(_ stream: BoardStream) {
        guard let (id, channel) = place(of: stream) else { return }
        state.withLock { $0.routes[channel] = Route(id: id, stream: stream) }
        // There is room for as many as the broadcaster follows, and a board's name is short.
        try? state.withLock(\.subscriber)?.follow(channel)
    }

    @Sendable func letGo(_ stream: BoardStream) {
        guard let (_, channel) = place(of: stream) else { return }
        state.withLock { $0.routes[channel] = nil }
        state.withLock(\.subscriber)?.letGo(channel)
    }

    private func place(of stream: BoardStream) -> (BoardID, channel: String)? {
        guard let id = try? BoardID(stream.board) else { return nil }
        return (id, BoardKeys(board: stream.board, in: keySpace).channel)
    }
}
