import NIOCore
import NIOHTTP1

/// What a connection knows of the request whose body comes piece by piece. Owned by its event loop.
final class StreamedRequest {
    /// So much lies ready at most before the rest has to wait; one read of the socket may go beyond it.
    private static let maximumReady = 16_384

    let request: Request
    /// By when the whole body is due, of who waits for it as a whole.
    let bodyDeadline: NIODeadline
    /// The client waits for a word before it sends.
    var asksToContinue: Bool
    /// What has come and was not handed over.
    private var ready = ByteBuffer()
    private(set) var isComplete = false
    private(set) var end: StreamEnd?
    /// Who waits for more, or for the client to read. One at a time: a handler does one thing after the other.
    private var reader: CheckedContinuation<Void, Never>?
    private var writer: CheckedContinuation<Void, Never>?
    private(set) var patience = RequestStream.Patience.body
    /// Of the answer, once it has begun.
    var status: HTTPResponseStatus?
    var sent = 0

    init(_ request: Request, bodyDeadline: NIODeadline, asksToContinue: Bool) {
        self.request = request
        self.bodyDeadline = bodyDeadline
        self.asksToContinue = asksToContinue
    }

    /// Whether more of the body may be looked at.
    var isReady: Bool { !isComplete && end == nil && ready.readableBytes < Self.maximumReady }
    var isReading: Bool { reader != nil }
    var isWriting: Bool { writer != nil }

    func take(_ part: RequestParser.Part) {
        switch part {
        case .body(let bytes):
            if ready.readableBytes == 0 { ready = bytes } else { ready.writeImmutableBuffer(bytes) }
        case .end: isComplete = true
        case .head: return
        }
        resumeReader()
    }

    func takeReady() -> RequestStream.Taken {
        if ready.readableBytes > 0 {
            defer { ready = ByteBuffer() }
            return .piece(ready)
        }
        if isComplete { return .complete }
        return end.map { .ended($0) } ?? .nothing
    }

    func waitToRead(_ patience: RequestStream.Patience, _ continuation: CheckedContinuation<Void, Never>) {
        self.patience = patience
        reader = continuation
    }

    func waitToWrite(_ continuation: CheckedContinuation<Void, Never>) {
        writer = continuation
    }

    /// Nothing more of the body will come.
    func fail(_ end: StreamEnd) {
        if !isComplete { self.end = self.end ?? end }
        resumeReader()
    }

    private func resumeReader() { reader.take()?.resume() }

    func resumeWriter() { writer.take()?.resume() }

    /// Of HTTP/1.0 there are no chunks: its end is that of the connection.
    var isChunked: Bool { request.isHTTP11 }
}
