package import NIOCore
import NIOPosix
package import NIOSSL
import Synchronization

/// A plain TCP connection of a test: bytes out, and whatever has come in, taken piece by piece.
package final class TestConnection: Sendable {
    package struct TimedOut: Error {}
    /// The peer closed before what was waited for had come; with the bytes that were left.
    package struct Closed: Error {
        package let rest: String
    }

    private let inbox = Inbox()
    private let channelBox = Mutex<(any Channel)?>(nil)

    /// - Parameters:
    ///   - source: the address to come from, such as another one of the loopback network.
    ///   - greeting: sent first, before TLS.
    ///   - tls: the other side must be `localhost` by it.
    package init(
        port: Int,
        host: String = "127.0.0.1",
        source: String? = nil,
        receiveBuffer: Int? = nil,
        greeting: String? = nil,
        tls: TLSConfiguration? = nil
    ) async throws {
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        var bootstrap = Self.bootstrap(inbox)
        if let source { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: source, port: 0)) }
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(
                ChannelOptions.socketOption(.so_rcvbuf),
                value: SocketOptionValue(receiveBuffer)
            )
        }
        let channel = try await bootstrap.connect(host: host, port: port).get()
        channelBox.withLock { $0 = channel }
        if let greeting { try await channel.writeAndFlush(ByteBuffer(string: greeting)) }
        guard let context else { return }
        try await channel.eventLoop.submit {
            let handler = try NIOSSLClientHandler(context: context, serverHostname: "localhost")
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        }.get()
    }

    /// To a socket of the file system.
    package init(socket path: String) async throws {
        let channel = try await Self.bootstrap(inbox).connect(unixDomainSocketPath: path).get()
        channelBox.withLock { $0 = channel }
    }

    private static func bootstrap(_ inbox: Inbox) -> ClientBootstrap {
        ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(inbox))
                }
            }
    }

    deinit {
        close()
    }

    package func close() {
        channelBox.withLock { $0 }?.close(promise: nil)
    }

    /// Ends our side; the peer can still send.
    package func endOutput() async throws {
        try await channelBox.withLock { $0 }?.close(mode: .output)
    }

    package func send(_ text: String) async throws {
        try await send(ByteBuffer(string: text))
    }

    package func send(_ bytes: ByteBuffer) async throws {
        guard let channel = channelBox.withLock({ $0 }) else { return }
        try await channel.writeAndFlush(bytes)
    }

    /// Reads no more until `true` is given again, so that the peer's bytes pile up.
    package func setReading(_ isReading: Bool) async throws {
        guard let channel = channelBox.withLock({ $0 }) else { return }
        try await channel.setOption(ChannelOptions.autoRead, value: isReading).get()
    }

    /// Waits until `take` finds what it wants in the bytes that came, and removes it from them.
    package func receive<Value: Sendable>(
        within limit: Duration = .seconds(60),
        _ take: @Sendable (inout ByteBuffer) throws -> Value?
    ) async throws -> Value {
        let deadline = ContinuousClock.now + limit
        let alarm = Task { [inbox] in
            try await Task.sleep(until: deadline)
            inbox.wake()
        }
        defer { alarm.cancel() }
        while true {
            let isClosed = inbox.isClosed
            let seen = inbox.count
            if let value = try inbox.take(take) { return value }
            if isClosed { throw Closed(rest: inbox.take { String(buffer: $0) } ?? "") }
            guard ContinuousClock.now < deadline else { throw TimedOut() }
            await inbox.change(since: seen)
        }
    }

    /// Waits for the peer to close; the bytes that came before and were not taken.
    package func receiveToEnd(within limit: Duration = .seconds(60)) async throws -> String {
        do {
            return try await receive(within: limit) { (_: inout ByteBuffer) -> String? in nil }
        } catch let closed as Closed {
            return closed.rest
        }
    }
}

/// What came from the peer, and who waits for more of it.
private final class Inbox: Sendable {
    private struct State {
        var bytes = ByteBuffer()
        var count = 0
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    var isClosed: Bool { state.withLock(\.isClosed) }

    /// How often something came.
    var count: Int { state.withLock(\.count) }

    func take<Value: Sendable>(_ take: (inout ByteBuffer) throws -> Value?) rethrows -> Value? {
        try state.withLock { try take(&$0.bytes) }
    }

    func append(_ bytes: ByteBuffer) {
        state.withLock { _ = $0.bytes.writeImmutableBuffer(bytes) }
        wake()
    }

    func close() {
        state.withLock { $0.isClosed = true }
        wake()
    }

    func change(since seen: Int) async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.count != seen { return true }
                state.waiter = continuation
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    func wake() {
        state.withLock { state in
            state.count += 1
            defer { state.waiter = nil }
            return state.waiter
        }?.resume()
    }
}

/// Puts what comes into the connection's inbox.
private final class Receiver: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let inbox: Inbox

    init(_ inbox: Inbox) {
        self.inbox = inbox
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        inbox.append(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.close()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
