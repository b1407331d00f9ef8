import NIOCore
import Synchronization

/// A listening socket: one that the system closes under us is opened again. Any thread.
///
/// `accept` also reports errors of the network below (`ENETDOWN`, `EPROTO`, what a firewall says …), and NIO closes a listener
/// for most of them; nobody would be let in any more.
final class Listener: Sendable {
    private struct State {
        var channel: any Channel
        var isClosed = false
    }

    private static let retryInterval = TimeAmount.seconds(1)

    private let bind: @Sendable (SocketAddress) -> EventLoopFuture<any Channel>
    private let onLoss: @Sendable () -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - channel: what listens now.
    ///   - onLoss: told each time that the system has closed it.
    ///   - bind: opens another at the same address.
    init(
        _ channel: any Channel,
        onLoss: @escaping @Sendable () -> Void,
        bind: @escaping @Sendable (SocketAddress) -> EventLoopFuture<any Channel>
    ) {
        self.bind = bind
        self.onLoss = onLoss
        state = Mutex(State(channel: channel))
        keep(channel)
    }

    /// For good.
    func close() async {
        let channel = state.withLock { state in
            state.isClosed = true
            return state.channel
        }
        try? await channel.close()
    }

    private func keep(_ channel: any Channel) {
        let address = channel.localAddress
        let isClosed = state.withLock { state in
            state.channel = channel
            return state.isClosed
        }
        if isClosed { return channel.close(promise: nil) }
        channel.closeFuture.whenComplete { [self] _ in
            guard let address, state.withLock({ !$0.isClosed }) else { return }
            onLoss()
            reopen(address, on: channel.eventLoop)
        }
    }

    private func reopen(_ address: SocketAddress, on eventLoop: any EventLoop) {
        guard state.withLock({ !$0.isClosed }) else { return }
        bind(address).whenComplete { [self] result in
            switch result {
            case .success(let channel): keep(channel)
            case .failure:
                eventLoop.scheduleTask(in: Self.retryInterval) { self.reopen(address, on: eventLoop) }
            }
        }
    }
}
