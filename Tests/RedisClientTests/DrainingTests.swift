import NIOCore
import NIOEmbedded
import Testing

@testable import RedisClient

@Suite("A connection that drains")
struct DrainingTests {
    @Test("waits for the replies that are due, and passes no message on: its successor has the word")
    func messages() throws {
        let loop = EmbeddedEventLoop()
        var (messages, isAnswered, isClosed) = (0, false, false)
        let connection = RedisConnection(
            options: RedisOptions(),
            eventLoop: loop,
            listener: .init { _, _ in messages += 1 },
            onClosed: { _ in isClosed = true }
        )
        let channel = EmbeddedChannel(handler: connection, loop: loop)
        channel.connect(to: try SocketAddress(unixDomainSocketPath: "/redis"), promise: nil)
        connection.send(RedisCommand("PING"), .own { _ in isAnswered = true })
        loop.run()

        let message = ByteBuffer(string: "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\n{}\r\n")
        try channel.writeInbound(message)
        #expect(messages == 1)
        connection.drain()
        try channel.writeInbound(message)
        #expect(messages == 1)
        #expect(!isAnswered && !isClosed)
        try channel.writeInbound(ByteBuffer(string: "*2\r\n$4\r\npong\r\n$0\r\n\r\n"))
        #expect(isAnswered && isClosed)
    }
}
