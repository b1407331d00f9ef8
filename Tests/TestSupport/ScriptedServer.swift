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

    /// Apart from the loops that tests keep busy.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    package let port: Int
    private let listener: any Channel

    /// - Parameter script: asked for each read, with the connection's number (from 1) and the bytes that came: of a client that speaks
    ///   RESP whole commands, for a read may end in the middle of one.
    package init(_ script: @escaping @Sendable (_ connection: Int, _ bytes: String) -> [Step]) async throws {
        let counter = Counter()
        listener = try await ServerBootstrap(group: Self.group)
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

/// Owned by its connection's event loop.
private final class Player: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let number: Int
    private let script: @Sendable (Int, String) -> [ScriptedServer.Step]
    private var received = ByteBuffer()

    init(number: Int, _ script: @escaping @Sendable (Int, String) -> [ScriptedServer.Step]) {
        self.number = number
        self.script = script
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var read = unwrapInboundIn(data)
        received.writeBuffer(&read)
        let bytes = received.takeWholeCommands()
        guard !bytes.isEmpty else { return }
        for step in script(number, bytes) {
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

extension ByteBuffer {
    /// What is not RESP is taken as it is.
    fileprivate mutating func takeWholeCommands() -> String {
        var rest = self
        while rest.skipCommand() {}
        let isCommand = rest.getInteger(at: rest.readerIndex, as: UInt8.self) == UInt8(ascii: "*")
        let length = isCommand ? rest.readerIndex - readerIndex : readableBytes
        return readString(length: length) ?? ""
    }

    /// Nothing is skipped when no whole command is there.
    private mutating func skipCommand() -> Bool {
        var rest = self
        guard var words = rest.readCount(after: UInt8(ascii: "*")) else { return false }
        while words > 0 {
            guard let length = rest.readCount(after: UInt8(ascii: "$")), rest.readSlice(length: length + 2) != nil
            else {
                return false
            }
            words -= 1
        }
        self = rest
        return true
    }

    /// Of a line as `*3\r\n`, whose end is one character.
    private mutating func readCount(after sign: UInt8) -> Int? {
        guard let end = readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
            let line = readString(length: end + 1 - readerIndex), line.utf8.first == sign
        else { return nil }
        return Int(line.dropFirst().dropLast())
    }
}
