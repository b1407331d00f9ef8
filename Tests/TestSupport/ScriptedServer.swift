import NIOCore
import NIOPosix
import Synchronization

/// A TCP server that plays a Redis of misfortune: each connection gets what `script` says to what it has sent.
package final class ScriptedServer: Sendable {
    package enum Step: Sendable {
        case send(String)
        case sendAndHangUp(String)
        case hangUp
        /// Nothing is answered, ever.
        case stall
    }

    package let port: Int
    private let listener: any Channel

    /// - Parameter script: asked for each read, with the connection's number (from 1) and the bytes that came.
    package init(_ script: @escaping @Sendable (_ connection: Int, _ bytes: String) -> [Step]) async throws {
        let counter = Counter()
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Player(number: counter.next(), script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    package func stop() async throws {
        try await listener.close()
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }
}

private final class Player: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let number: Int
    private let script: @Sendable (Int, String) -> [ScriptedServer.Step]

    init(number: Int, _ script: @escaping @Sendable (Int, String) -> [ScriptedServer.Step]) {
        self.number = number
        self.script = script
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for step in script(number, String(buffer: unwrapInboundIn(data))) {
            switch step {
            case .send(let text):
                context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
            case .sendAndHangUp(let text):
                context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
                context.close(promise: nil)
            case .hangUp:
                context.close(promise: nil)
            case .stall:
                break
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
