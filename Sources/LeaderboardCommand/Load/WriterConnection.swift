import Text
import Leaderboard
import NIOCore

/// One keep-alive connection that sends one update at a time. Owned by the run's event loop.
final class WriterConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let writers: Writers
    /// Of this connection's place, whose next one has it after this.
    private(set) var backoff: Backoff
    private(set) var began = NIODeadline.now()
    private var context: ChannelHandlerContext?
    /// What is under way.
    private var sent: (request: LoadRequests.Request, due: NIODeadline)?
    private var answers = AnswerReader()

    private init(_ writers: Writers, _ backoff: Backoff) {
        self.writers = writers
        self.backoff = backoff
    }

    static func connect(
        to service: ServiceURL,
        on eventLoop: any EventLoop,
        writers: NIOLoopBoundBox<Writers>,
        backoff: Backoff = Backoff()
    ) async throws {
        _ = try await service.connect(on: eventLoop) { WriterConnection(writers.value, backoff) }
    }

    func send(_ request: LoadRequests.Request, due: NIODeadline) {
        sent = (request, due)
        context?.writeAndFlush(wrapOutboundOut(request.post), promise: nil)
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        writers.isReady(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answers.feed(unwrapInboundIn(data))
        do {
            while let answer = try answers.next() { take(answer) }
        } catch {
            context.close(promise: nil)
        }
    }

    private func take(_ answer: AnswerReader.Answer) {
        guard let (request, due) = sent else { return }
        sent = nil
        let isSuccess = (200..<300).contains(answer.status)
        let code = (400..<500).contains(answer.status) ? Self.code(in: answer.body) : nil
        let counted = isSuccess ? request.seq ?? Self.seq(in: answer.body) : nil
        writers.answered(status: answer.status, code: code, board: request.board, seq: counted, due: due)
        if answer.isLast { context?.close(promise: nil) } else { writers.isReady(self) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        writers.lost(self, hadRequest: sent != nil)
        sent = nil
    }

    func errorCaught(context: ChannelHandlerContext, error _: any Error) {
        context.close(promise: nil)
    }

    /// `"code":"rate_limited"` of an error's body.
    private static func code(in body: ByteBuffer) -> String? {
        guard let object = try? JSONValue(json: body, maximumBytes: 4096).object else { return nil }
        return object["code"]?.string.map { String($0.prefix(64)).printable }
    }

    /// The service's own representation ends with `"seq":121}`.
    private static func seq(in body: ByteBuffer) -> Int? {
        let digits = body.readableBytesView.dropLast().reversed().prefix { (0x30...0x39).contains($0) }
        return Int(String(decoding: digits.reversed(), as: UTF8.self)).flatMap(LiveMessage.seq)
    }
}
