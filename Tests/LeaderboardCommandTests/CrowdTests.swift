import Crypto
import FoundationEssentials
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import LeaderboardCommand

@Suite("A crowd, whose viewers' sockets are read without their channels")
struct CrowdTests {
    /// The client's answer is what the rest is sent after.
    private static let ping: [UInt8] = [0x89, 0]

    private static func frame(_ text: String) -> [UInt8] { [0x81, UInt8(text.utf8.count)] + Array(text.utf8) }

    private static let snapshot = frame(#"{"type":"snapshot","cursor":"1:1","scoreboard":[]}"#)
    private static let changes = frame(
        #"{"type":"changes","cursor":"1:2","from":2,"changes":[{"user_id":"a","score":1,"seq":2}]}"#
    )

    @Test("sees what came with the acceptance and what comes after it, and counts who is lost", .timeLimit(.minutes(1)))
    func whole() async throws {
        let seen = try await lookOn(first: Self.snapshot + Self.ping, then: Self.changes + [0x88, 0])
        #expect(seen.deliveries == 2)
        #expect(seen.missed + seen.misordered == 0)
        #expect(seen.lost == 1)
    }

    @Test("counts a viewer as lost, once, whose first bytes are no frames", .timeLimit(.minutes(1)))
    func violation() async throws {
        let seen = try await lookOn(first: Self.snapshot + [0x81, 0x80], then: [])
        #expect(seen.deliveries == 1)
        #expect(seen.lost == 1)
    }

    /// What one viewer has seen when it is lost.
    private func lookOn(first: [UInt8], then second: [UInt8]) async throws -> Sightings {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(OneUpgrade(first: first, then: second))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        let service = try #require(ServiceURL(argument: "http://127.0.0.1:\(port)"))
        let crowd = try Crowd(of: service, paths: ["/live"], dueTimes: DueTimes())
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        thread.submit { _ in crowd.follow() }
        try await crowd.join(after: nil)
        try await until { crowd.sightings().lost > 0 }
        crowd.end()
        try await listener.close()
        try await thread.shutdownGracefully()
        return crowd.sightings()
    }
}

/// Accepts one WebSocket, and ends it only when the client does.
private final class OneUpgrade: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let first: [UInt8]
    private var second: [UInt8]
    private var isOpen = false

    init(first: [UInt8], then second: [UInt8]) {
        self.first = first
        self.second = second
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOpen else {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: second)), promise: nil)
            second = []
            return
        }
        isOpen = true
        let key = String(buffer: unwrapInboundIn(data)).split(separator: "\r\n")
            .first { $0.hasPrefix("Sec-WebSocket-Key: ") }?.dropFirst(19)
        let hash = Insecure.SHA1.hash(data: Data(((key ?? "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        let accept = Data(hash).base64EncodedString()
        let head = "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: \(accept)\r\n\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: Array(head.utf8) + first)), promise: nil)
    }
}
