import NIOCore
import NIOPosix

extension ServiceURL {
    /// The answer to one `GET`, in a connection of its own: for answers that are short.
    func get(_ path: String, within limit: TimeAmount) async throws -> AnswerReader.Answer {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let answered = eventLoop.makePromise(of: AnswerReader.Answer.self)
        let timeout = eventLoop.scheduleTask(in: limit) { answered.fail(NoAnswer.late) }
        defer { timeout.cancel() }
        let channel: any Channel
        do {
            channel = try await connect(on: eventLoop) { OneQuestion(authority: authority, path: path, answered) }
        } catch {
            answered.fail(error)
            throw error
        }
        defer { channel.close(promise: nil) }
        return try await answered.futureResult.get()
    }
}

/// What became of a question, for a person.
enum NoAnswer: Error, CustomStringConvertible {
    case late, ended

    var description: String {
        switch self {
        case .late: "it does not answer in time"
        case .ended: "the connection ended without an answer: is it HTTP and not HTTPS, or the other way round?"
        }
    }
}

private final class OneQuestion: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let authority: String
    private let path: String
    private let answered: EventLoopPromise<AnswerReader.Answer>
    private var reader = AnswerReader()

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
        reader.feed(unwrapInboundIn(data))
        do {
            if let answer = try reader.next() { answered.succeed(answer) }
        } catch {
            errorCaught(context: context, error: NoAnswer.ended)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answered.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context _: ChannelHandlerContext) {
        answered.fail(NoAnswer.ended)
    }
}
