import NIOCore
import NIOPosix
import NIOSSL

extension ServiceURL {
    /// The answer to one `GET`, in a connection of its own: for answers that are short.
    func get(_ path: String, within limit: TimeAmount) async throws -> AnswerReader.Answer {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let answered = eventLoop.makePromise(of: AnswerReader.Answer.self)
        let channel: any Channel
        do {
            channel = try await connect(on: eventLoop) { OneQuestion(authority: authority, path: path, answered) }
        } catch {
            answered.fail(error)
            throw error
        }
        defer { channel.close(promise: nil) }
        let timeout = eventLoop.scheduleTask(in: limit) { channel.pipeline.fireUserInboundEventTriggered(Late()) }
        defer { timeout.cancel() }
        return try await answered.futureResult.get()
    }
}

/// The time for an answer is over.
private struct Late {}

private final class OneQuestion: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let authority: String
    private let path: String
    private let answered: EventLoopPromise<AnswerReader.Answer>
    private var reader = AnswerReader()
    /// It has said something.
    private var isAnswering = false

    init(authority: String, path: String, _ answered: EventLoopPromise<AnswerReader.Answer>) {
        self.authority = authority
        self.path = path
        self.answered = answered
    }

    func channelActive(context: ChannelHandlerContext) {
        let question = "GET \(path) HTTP/1.1\r\nHost: \(authority)\r\nConnection: close\r\n\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: question)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        // An alert of TLS (RFC 8446, sections 5.1 and 6).
        if !isAnswering, bytes.readableBytesView.starts(with: [0x15, 0x03]) {
            return errorCaught(context: context, error: Stranger.speaksTLS)
        }
        isAnswering = true
        reader.feed(bytes)
        do throws(AnswerReader.Failure) {
            if let answer = try reader.next() { answered.succeed(answer) }
        } catch {
            errorCaught(context: context, error: error.status.map { Stranger.http(status: $0) } ?? Stranger.noHTTP)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is Late else { return context.fireUserInboundEventTriggered(event) }
        errorCaught(context: context, error: isAnswering ? Stranger.noHTTP : Stranger.silent)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answered.fail(Self.isNoTLS(error) ? Stranger.speaksNoTLS : error)
        context.close(promise: nil)
    }

    /// What came was no record of TLS: BoringSSL tells by name, and has no other way.
    private static func isNoTLS(_ error: any Error) -> Bool {
        guard case NIOSSLError.handshakeFailed(let reason) = error else { return false }
        let words = "\(reason)"
        let names = ["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "ENCRYPTED_LENGTH_TOO_LONG"]
        return names.contains { words.contains($0) }
    }

    func channelInactive(context _: ChannelHandlerContext) {
        answered.fail(isAnswering ? Stranger.noHTTP : Stranger.hangsUp)
    }
}
