import NIOCore
import NIOEmbedded
import Testing

@testable import RedisClient

/// The server has closed the connection, and the write is what tells.
@Suite("A command that finds its connection closed")
struct UnsentCommandTests {
    private enum Outcome: Equatable {
        case movedOn, notSent, unknown
    }

    /// - Parameters:
    ///   - earlier: commands under way before.
    ///   - length: of the command's one argument.
    ///   - isAnswered: whether those before have their replies.
    @Test(
        "goes over the next one if not one byte can have left, and else nobody knows",
        arguments: [
            (0, 10, true, [Outcome.movedOn]), (1, 10, true, [.movedOn]), (0, 4000, true, [.movedOn]),
            (0, 4100, true, [.unknown]), (1, 10, false, [.unknown, .unknown]),
        ]
    )
    private func closed(earlier: Int, length: Int, isAnswered: Bool, expected: [Outcome]) throws {
        let fixture = try Fixture()
        for _ in 0..<earlier { fixture.send(RedisCommand("PING")) }
        fixture.loop.run()
        if isAnswered {
            for _ in 0..<earlier { try fixture.channel.writeInbound(ByteBuffer(string: "+PONG\r\n")) }
            fixture.outcomes = []
        }
        fixture.server.isGone = true
        fixture.send(RedisCommand("SET", "key", String(repeating: "x", count: length)))
        fixture.loop.run()
        #expect(fixture.outcomes == expected)
        #expect(fixture.isClosed)
    }

    @Test("is refused where the close is heard of before the write, and other commands were under way")
    func heardBefore() throws {
        let fixture = try Fixture()
        fixture.send(RedisCommand("PING"))
        fixture.loop.run()
        fixture.send(RedisCommand("INCR", "x"))
        fixture.channel.close(promise: nil)
        fixture.loop.run()
        #expect(fixture.outcomes == [.unknown, .notSent])
    }

    @Test("moves on with all that were to leave with it, in their order; the connection's own do not")
    func several() throws {
        let fixture = try Fixture()
        fixture.server.isGone = true
        for number in 1...3 { fixture.send(RedisCommand("INCR", "\(number)")) }
        var isOwnRefused = false
        fixture.connection.send(
            RedisCommand("PING"),
            .own { if case .failure(.notSent(.disconnected)) = $0 { isOwnRefused = true } }
        )
        fixture.loop.run()
        #expect(fixture.moved == (1...3).map { RedisCommand("INCR", "\($0)").words })
        #expect(isOwnRefused)
    }

    /// Not more than one thread has it.
    private final class Fixture {
        let loop = EmbeddedEventLoop()
        let server = Server()
        var moved: [[UInt8]] = []
        var outcomes: [Outcome] = []
        private(set) var isClosed = false
        private(set) var connection: RedisConnection!
        private(set) var channel: EmbeddedChannel!

        init() throws {
            connection = RedisConnection(
                options: RedisOptions(),
                eventLoop: loop,
                onUnsent: { [unowned self] command, _ in
                    moved.append(command.words)
                    outcomes.append(.movedOn)
                },
                onClosed: { [unowned self] _ in isClosed = true }
            )
            channel = EmbeddedChannel(handlers: [server, connection], loop: loop)
            channel.connect(to: try SocketAddress(unixDomainSocketPath: "/redis"), promise: nil)
        }

        func send(_ command: RedisCommand) {
            let box = NIOLoopBound(self, eventLoop: loop)
            connection.send(
                command,
                .caller(
                    ReplyContinuation { reply in
                        switch reply {
                        case .success: break
                        case .failure(.notSent): box.value.outcomes.append(.notSent)
                        case .failure: box.value.outcomes.append(.unknown)
                        }
                    }
                )
            )
        }
    }

    /// Once it is gone, the write that finds out closes the channel at once, as the one of a socket does.
    private final class Server: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        var isGone = false

        func flush(context: ChannelHandlerContext) {
            if isGone { context.close(promise: nil) } else { context.flush() }
        }
    }
}
