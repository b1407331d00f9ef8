package import NIOCore
import NIOPosix
import Synchronization

/// A plain TCP connection of a test: bytes out, and whatever has come in, taken piece by piece.
package final class TestConnection: Sendable {
    package struct TimedOut: Error {}
    /// The peer closed before what was waited for had come; with the bytes that were left.
    package struct Closed: Error {
        package let rest: String
    }

    fileprivate struct Inbox {
        var bytes = ByteBuffer()
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    fileprivate let inbox = Mutex(Inbox())
    private let channelBox = Mutex<(any Channel)?>(nil)

    package init(port: Int, host: String = "127.0.0.1", receiveBuffer: Int? = nil) async throws {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(self))
                }
            }
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(
                ChannelOptions.socketOption(.so_rcvbuf),
                value: SocketOptionValue(receiveBuffer)
            )
        }
        let channel = try await bootstrap.connect(host: host, port: port).get()
        channelBox.withLock { $0 = channel }
    }

    deinit {
        close()
    }

    package func close() {
        channelBox.withLock { $0 }?.close(promise: nil)
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
        within limit: Duration = .seconds(10),
        _ take: @Sendable (inout ByteBuffer) throws -> Value?
    ) async throws -> Value {
        let deadline = ContinuousClock.now + limit
        let alarm = Task {
            try await Task.sleep(until: deadline)
            self.wake()
        }
        defer { alarm.cancel() }
        while true {
            let isClosed = inbox.withLock { $0.isClosed }
            if let value = try inbox.withLock({ try take(&$0.bytes) }) { return value }
            if isClosed { throw Closed(rest: inbox.withLock { String(buffer: $0.bytes) }) }
            guard ContinuousClock.now < deadline else { throw TimedOut() }
            let seen = inbox.withLock { $0.bytes.readableBytes }
            await withCheckedContinuation { continuation in
                let isStale = inbox.withLock { inbox in
                    if inbox.bytes.readableBytes != seen || inbox.isClosed { return true }
                    inbox.waiter = continuation
                    return false
                }
                if isStale { continuation.resume() }
            }
        }
    }

    /// Waits for the peer to close; the bytes that came before and were not taken.
    package func receiveToEnd(within limit: Duration = .seconds(10)) async throws -> String {
        do {
            return try await receive(within: limit) { (_: inout ByteBuffer) -> String? in nil }
        } catch let closed as Closed {
            return closed.rest
        }
    }

    fileprivate func wake() {
        inbox.withLock { inbox in
            defer { inbox.waiter = nil }
            return inbox.waiter
        }?.resume()
    }
}

/// Puts what comes into the connection's inbox.
private final class Receiver: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let connection: Mutex<TestConnection?>

    init(_ connection: TestConnection) {
        self.connection = Mutex(connection)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard let connection = connection.withLock({ $0 }) else { return }
        connection.inbox.withLock { _ = $0.bytes.writeImmutableBuffer(bytes) }
        connection.wake()
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard let connection = connection.withLock({ $0 }) else { return }
        connection.inbox.withLock { $0.isClosed = true }
        connection.wake()
        self.connection.withLock { $0 = nil }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
