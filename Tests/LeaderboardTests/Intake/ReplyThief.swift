import NIOCore
import NIOPosix
import Synchronization

/// A relay to a port of this machine that takes away replies which tell that entries were settled, and the connection with each: as when
/// the instance that asked dies before it hears what came of it.
final class ReplyThief: Sendable {
    let port: Int
    private let listener: any Channel
    private let wanted: Wanted

    /// - Parameter steals: so many, the first ones.
    init(to target: Int, steals: Int) async throws {
        let wanted = Wanted(steals)
        self.wanted = wanted
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop).connect(host: "127.0.0.1", port: target)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(Passage(to: server, nil))
                        try server.pipeline.syncOperations.addHandler(Passage(to: client, wanted))
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    deinit { listener.close(promise: nil) }

    /// Those that are still wanted.
    var left: Int { wanted.left.load(ordering: .relaxed) }

    final class Wanted: Sendable {
        let left: Atomic<Int>

        init(_ count: Int) { left = Atomic(count) }

        func takes(_ bytes: ByteBuffer) -> Bool {
            guard left.load(ordering: .relaxed) > 0, String(buffer: bytes).contains("$5\r\ntaken\r\n") else {
                return false
            }
            left.subtract(1, ordering: .relaxed)
            return true
        }
    }

    private final class Passage: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let other: any Channel
        private let wanted: Wanted?

        init(to other: any Channel, _ wanted: Wanted?) {
            (self.other, self.wanted) = (other, wanted)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            if wanted?.takes(bytes) == true {
                context.close(promise: nil)
            } else {
                other.writeAndFlush(bytes, promise: nil)
            }
        }

        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
