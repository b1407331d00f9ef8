import NIOCore
import NIOPosix

extension ServerProcess {
    /// Waits until the server answers a PING. While it says that it is loading its data it may take as long as it wants.
    func firstAnswer(within patience: Duration) async throws {
        var deadline = ContinuousClock.now + patience
        while !hasEnded {
            switch await ping() {
            case .pong: return
            case .loading: deadline = ContinuousClock.now + patience
            case .silence: break
            }
            if ContinuousClock.now > deadline { throw PrivateRedisError.silent(log: directory.logPath) }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw PrivateRedisError.ended(try await exited.get(), log: directory.logPath)
    }

    private enum Reply {
        case pong, loading, silence
    }

    private func ping() async -> Reply {
        let reply = exited.eventLoop.makePromise(of: Reply.self)
        let connected = ClientBootstrap(group: exited.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(PingHandler(reply: reply))
                }
            }
            .connect(unixDomainSocketPath: directory.socketPath)
        connected.whenFailure { _ in reply.succeed(.silence) }
        let timeout = exited.eventLoop.scheduleTask(in: .seconds(1)) { reply.succeed(.silence) }
        let answer = try? await reply.futureResult.get()
        timeout.cancel()
        connected.whenSuccess { $0.close(promise: nil) }
        return answer ?? .silence
    }

    /// Sends one PING and tells its reply; a connection that ends before is silence.
    private final class PingHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let reply: EventLoopPromise<Reply>

        init(reply: EventLoopPromise<Reply>) {
            self.reply = reply
        }

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "PING\r\n")), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data).readableBytesView
            reply.succeed(bytes.starts(with: "+".utf8) ? .pong : bytes.starts(with: "-L".utf8) ? .loading : .silence)
        }

        func channelInactive(context: ChannelHandlerContext) {
            reply.succeed(.silence)
        }
    }
}
