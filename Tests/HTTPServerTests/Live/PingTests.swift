import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPServer

/// On a clock of their own: no machine is too slow for these.
@Suite("Pings of a WebSocket")
struct PingTests {
    private static let options = ServerOptions.test { options in
        options.pingInterval = .seconds(30)
        options.tickInterval = .seconds(1)
    }

    /// Lets so many seconds pass, with a look at the deadlines in each; the pings that went out meanwhile.
    private func pass(_ seconds: Int, _ channel: EmbeddedChannel, _ loop: LoopContext) throws -> Int {
        var pings = 0
        for _ in 0..<seconds {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            loop.tick()
            while let frame = try channel.readOutbound(as: ByteBuffer.self) {
                if frame.getInteger(at: frame.readerIndex, as: UInt8.self) == 0x89 { pings += 1 }
            }
        }
        return pings
    }

    private func open() throws -> (EmbeddedChannel, LoopContext) {
        let channel = EmbeddedChannel()
        let loop = LoopContext(eventLoop: channel.embeddedEventLoop, options: Self.options)
        let connection = WebSocketConnection(maximumMessageBytes: 1024, loop: loop, direct: nil)
        try channel.pipeline.syncOperations.addHandler(connection)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        return (channel, loop)
    }

    @Test("go out in each interval, and a peer that answers stays")
    func answered() throws {
        let (channel, loop) = try open()
        for _ in 1...100 {
            #expect(try pass(30, channel, loop) == 1)
            try channel.writeInbound(ClientFrame.bytes(0xA))
        }
        #expect(channel.isActive)
        _ = try channel.finish()
    }

    @Test("are not needed where the peer says something by itself: any byte is a sign of life")
    func talking() throws {
        let (channel, loop) = try open()
        for _ in 1...10 {
            _ = try pass(50, channel, loop)
            try channel.writeInbound(ClientFrame.bytes(0x1, [0x61]))
        }
        #expect(channel.isActive)
        _ = try channel.finish()
    }

    @Test("that nobody answers end the connection after two intervals, and not before")
    func silent() throws {
        let (channel, loop) = try open()
        #expect(try pass(58, channel, loop) == 1)
        #expect(channel.isActive)
        _ = try pass(2, channel, loop)
        #expect(!channel.isActive)
    }
}
