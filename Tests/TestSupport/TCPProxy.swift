import NIOCore
import NIOPosix
import Synchronization

/// A TCP relay to a port of this machine, that a test can cut: the network between a client and a server.
package final class TCPProxy: Sendable {
    package enum Mode: Sendable {
        case open
        /// Connections are closed, and new ones as soon as they are made.
        case cut
        /// Connections stay, and nothing gets through in either direction, as when a router forgets them.
        case stalled
    }

    package let port: Int
    private let listener: any Channel
    private let links: Links

    package init(to target: Int) async throws {
        let links = Links()
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { links.accept($0, target: target) }
            .bind(host: "127.0.0.1", port: 0).get()
        self.links = links
        port = listener.localAddress?.port ?? 0
    }

    deinit {
        listener.close(promise: nil)
        links.set(.cut)
    }

    /// It is stalled as soon as the client calls this function.
    /// - Parameter isTaken: the server gets the call, and the client no reply.
    package func stall(at function: String, isTaken: Bool) {
        links.stall(at: "\r\n\(function)\r\n", isTaken: isTaken)
    }

    package var isStalled: Bool { links.mode == .stalled }

    /// Connections that were stalled do not come back to life: they are closed.
    package func set(_ mode: Mode) {
        links.set(mode)
    }
}

/// The connections of a proxy; its lock is its owner.
private final class Links: Sendable {
    private struct State {
        var mode = TCPProxy.Mode.open
        var channels: [any Channel] = []
        var end: (words: String, isTaken: Bool)?
    }

    private let state = Mutex(State())

    var mode: TCPProxy.Mode { state.withLock(\.mode) }

    func set(_ mode: TCPProxy.Mode) {
        let ended = state.withLock { state in
            state.mode = mode
            guard mode != .stalled else { return [any Channel]() }
            defer { state.channels = [] }
            return state.channels
        }
        for channel in ended { channel.close(promise: nil) }
    }

    func stall(at words: String, isTaken: Bool) {
        state.withLock { $0.end = (words, isTaken) }
    }

    /// - Returns: whether these bytes of a client get through.
    func pass(_ bytes: ByteBuffer) -> Bool {
        state.withLock { state in
            guard state.mode == .open, let end = state.end, String(buffer: bytes).contains(end.words) else {
                return state.mode == .open
            }
            (state.mode, state.end) = (.stalled, nil)
            return end.isTaken
        }
    }

    func accept(_ client: any Channel, target: Int) -> EventLoopFuture<Void> {
        state.withLock { $0.channels.append(client) }
        guard mode != .cut else { return client.close() }
        return ClientBootstrap(group: client.eventLoop).connect(host: "127.0.0.1", port: target)
            .flatMapThrowing { server in
                self.state.withLock { $0.channels.append(server) }
                try client.pipeline.syncOperations.addHandler(Relay(to: server, self, isOfClient: true))
                try server.pipeline.syncOperations.addHandler(Relay(to: client, self, isOfClient: false))
            }
    }
}

/// Passes what comes to the other side, unless the proxy is stalled.
private final class Relay: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let links: Links

    private let isOfClient: Bool

    init(to other: any Channel, _ links: Links, isOfClient: Bool) {
        self.other = other
        self.links = links
        self.isOfClient = isOfClient
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard isOfClient ? links.pass(bytes) : links.mode == .open else { return }
        other.writeAndFlush(bytes, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        other.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
