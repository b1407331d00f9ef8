import NIOCore
import NIOEmbedded
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A connection whose client goes, or is sent away")
struct LostConnectionTests {
    /// Stands for the socket: counts what is asked of it.
    private final class Socket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        var isBroken = false
        private(set) var reads = 0

        func read(context: ChannelHandlerContext) {
            reads += 1
            context.read()
        }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            guard isBroken else { return context.write(data, promise: promise) }
            context.close(promise: nil)
            promise?.fail(ChannelError.ioOnClosedChannel)
        }
    }

    private static func withChannel(_ body: (EmbeddedChannel, Socket, () -> [String]) throws -> Void) throws {
        let reached = Mutex<[String]>([])
        let channel = EmbeddedChannel()
        let socket = Socket()
        try channel.pipeline.syncOperations.addHandler(socket)
        let acceptor = Acceptor.embedded(on: channel.embeddedEventLoop) { path in reached.withLock { $0.append(path) } }
        try acceptor.accept(channel)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        try body(channel, socket) { reached.withLock { $0 } }
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test("is read on after its last word, although something waited behind that")
    func lingering() throws {
        try Self.withChannel { channel, socket, _ in
            try channel.writeInbound(ByteBuffer(string: "nonsense\r\n\r\nGET /hello HTTP/1.1\r\nHost: test\r\n\r\n"))
            let reads = socket.reads
            channel.read()
            #expect(socket.reads == reads + 1)
        }
    }

    @Test("takes no request any more once 100 cannot be said")
    func brokenContinue() throws {
        try Self.withChannel { channel, socket, reached in
            socket.isBroken = true
            let expecting = "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
            let next = "helloGET /hello HTTP/1.1\r\nHost: test\r\n\r\n"
            _ = try? channel.writeInbound(ByteBuffer(string: expecting + next))
            #expect(reached() == [])
        }
    }

    @Test("does not become a live one")
    func brokenUpgrade() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.setReading(false)
            try await connection.send("GET /hello HTTP/1.1\r\nHost: test\r\n\r\n")
            try await connection.send(
                "GET /live/block HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            try await until { server.events.all.contains("block") }
            // With an answer that it has not read: the server's next write fails.
            connection.close()
            _ = try await connection.receiveToEnd()
            server.events.openGate()
            try await until { server.server.connectionCount == 0 }
            #expect(!server.events.all.contains("opened"))
        }
    }

    @Test("does not stay a live one whose client ended its side before it was opened")
    func halfClosedUpgrade() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.send("GET /events/gate HTTP/1.1\r\nHost: test\r\n\r\n")
            try await until { server.events.all.contains("gate") }
            try await connection.endOutput()
            // Answered behind it on the same loop: the end has been seen by then.
            for _ in 1...3 { _ = try await server.connect().request("GET", "/hello", ["Connection": "close"]) }
            server.events.openGate()
            try await until { server.events.all.contains("opened") }
            #expect(try await connection.response().status == 200)
            try await until { server.server.connectionCount == 0 }
        }
    }
}
