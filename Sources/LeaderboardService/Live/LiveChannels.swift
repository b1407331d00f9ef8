import Broadcast
import Leaderboard
import NIOCore
import RedisClient
import Synchronization

/// Which boards' channels are followed, and whose streams get a channel's events: the board's, and those of its windows. Any thread; the
/// routes change in the order in which the broadcaster follows boards and lets them go.
final class LiveChannels: Sendable {
    private struct Route {
        let id: BoardID
        var streams: [BoardStream]
    }

    private struct State {
        var routes: [String: Route] = [:]
        /// Those whose events come. Changed on the subscription's loop alone, or where a route ends.
        var live: Set<String> = []
        var subscriber: RedisSubscriber?
    }

    /// That of the paths without a board, which is followed always.
    let mainChannel: String
    private let keySpace: KeySpace
    private let state = Mutex(State())
    /// Windows of `main` are followed: an event of it, of which there are most, takes no lock where none are.
    private let mainHasWindows = Atomic(false)

    init(mainChannel: String, keySpace: KeySpace) {
        self.mainChannel = mainChannel
        self.keySpace = keySpace
    }

    /// Before any board is followed.
    func use(_ subscriber: RedisSubscriber) throws(ChannelRefusal) {
        state.withLock { $0.subscriber = subscriber }
        try subscriber.follow(mainChannel)
    }

    /// The streams of a channel, the one that is always followed apart. On the subscription's loop.
    func streams(of channel: String) -> (id: BoardID, streams: [BoardStream])? {
        if channel == mainChannel, !mainHasWindows.load(ordering: .acquiring) { return nil }
        return state.withLock { $0.routes[channel] }.map { ($0.id, $0.streams) }
    }

    /// Its events come from now on, or no more. On the subscription's loop.
    /// - Returns: the streams that have to hear of it here, the one that is always followed apart: who comes later hears of it by
    ///   ``follow(_:)``, so that no stream is told twice, and shows its standings twice.
    func note(_ channel: String, isLive: Bool) -> [BoardStream] {
        state.withLock { state in
            if isLive, channel == mainChannel || state.routes[channel] != nil {
                state.live.insert(channel)
            } else {
                state.live.remove(channel)
            }
            return state.routes[channel]?.streams ?? []
        }
    }

    /// - Parameter stream: lives on the subscription's loop.
    @Sendable func follow(_ stream: BoardStream) {
        guard let (id, channel) = place(of: stream) else { return }
        let wasLive = state.withLock { state in
            state.routes[channel, default: Route(id: id, streams: [])].streams.append(stream)
            if channel == mainChannel { mainHasWindows.store(true, ordering: .releasing) }
            return state.live.contains(channel)
        }
        // There is room for as many as the broadcaster follows, and a board's name is short.
        try? state.withLock(\.subscriber)?.follow(channel)
        // Where another stream has the channel already, nothing else tells that its events come.
        guard wasLive else { return }
        stream.eventLoop.execute { [self] in
            let isLive = state.withLock { state in
                state.live.contains(channel) && state.routes[channel]?.streams.contains { $0 === stream } == true
            }
            if isLive { stream.subscriptionLive() }
        }
    }

    @Sendable func letGo(_ stream: BoardStream) {
        guard let (_, channel) = place(of: stream) else { return }
        let isOver = state.withLock { state in
            state.routes[channel]?.streams.removeAll { $0 === stream }
            guard state.routes[channel]?.streams.isEmpty == true else { return false }
            state.routes[channel] = nil
            if channel == mainChannel {
                mainHasWindows.store(false, ordering: .releasing)
                return false
            }
            state.live.remove(channel)
            return true
        }
        if isOver { state.withLock(\.subscriber)?.letGo(channel) }
    }

    private func place(of stream: BoardStream) -> (BoardID, channel: String)? {
        guard let id = try? BoardID(stream.followed.board) else { return nil }
        return (id, BoardKeys(board: stream.followed.board, in: keySpace).channel)
    }
}
