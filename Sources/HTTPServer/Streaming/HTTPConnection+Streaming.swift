import NIOCore
import NIOHTTP1

extension HTTPConnection {
    func beginStream(_ incoming: IncomingRequest, _ handler: @escaping Route.StreamHandler) {
        let request = Request(
            incoming,
            isKeepAlive: incoming.head.isKeepAlive,
            remoteAddress: remoteAddress,
            eventLoop: loop.eventLoop,
            span: server.startSpan.flatMap { $0(RequestOpening(incoming)) }
        )
        phase = .streaming(
            StreamedRequest(
                request,
                bodyDeadline: loop.nextTick + loop.times.body,
                asksToContinue: incoming.head.line.isHTTP11 && incoming.head.framing.expectsContinue
            )
        )
        expect(within: nil)
        let stream = RequestStream(self, on: loop.eventLoop)
        // The connection's phase waits for it: it gives one answer, or finds the connection gone.
        Task.immediate(executorPreference: loop.executor) { await handler(request, stream) }
    }

    private var streamed: StreamedRequest? {
        if case .streaming(let streamed) = phase { streamed } else { nil }
    }

    var isStreaming: Bool { streamed != nil }

    // MARK: The body

    func takePiece(_ patience: RequestStream.Patience) -> RequestStream.Taken {
        guard let streamed else { return .ended(.gone) }
        if patience == .piece, loop.isStopping, !streamed.isComplete { return .ended(.stopping) }
        let taken = streamed.takeReady()
        if case .piece = taken { proceed() }
        return taken
    }

    func awaitPiece(_ patience: RequestStream.Patience, _ continuation: CheckedContinuation<Void, Never>) {
        guard let streamed else { return continuation.resume() }
        streamed.waitToRead(patience, continuation)
        switch patience {
        case .body: expect(by: streamed.bodyDeadline)
        case .piece: expect(within: loop.times.idle)
        }
        if streamed.asksToContinue {
            streamed.asksToContinue = false
            send(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
        }
        proceed()
    }

    // MARK: The answer

    func answerStream(_ response: Response) {
        guard let streamed else { return }
        phase = .handling(streamed.request)
        respond(response, isLast: !streamed.isComplete)
    }

    func beginAnswer(_ response: Response) {
        guard let streamed else { return }
        streamed.status = response.status
        let isKept = streamed.isChunked && streamed.request.isKeepAlive
        let head =
            "HTTP/1.1 \(response.status.code) \(response.status.reasonPhrase)\r\n" + loop.dateLine()
            + "X-Request-Id: \(streamed.request.id)\r\n"
            + (streamed.isChunked ? "Transfer-Encoding: chunked\r\n" : "")
            + (isKept ? "" : "Connection: close\r\n") + response.headers.lines + "\r\n"
        put(ByteBuffer(string: head), of: streamed)
    }

    /// - Returns: false: the client has to read before there is more.
    func writePiece(_ bytes: ByteBuffer) -> Bool {
        guard let streamed, bytes.readableBytes > 0 else { return true }
        guard streamed.isChunked else {
            put(bytes, of: streamed)
            return context?.channel.isWritable != false
        }
        var chunk = ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n")
        chunk.writeImmutableBuffer(bytes)
        chunk.writeStaticString("\r\n")
        put(chunk, of: streamed)
        return context?.channel.isWritable != false
    }

    private func put(_ bytes: ByteBuffer, of streamed: StreamedRequest) {
        streamed.sent += bytes.readableBytes
        send(bytes)
    }

    func awaitWritable(_ continuation: CheckedContinuation<Void, Never>) {
        guard let streamed, context?.channel.isWritable == false else { return continuation.resume() }
        streamed.waitToWrite(continuation)
        expect(within: loop.times.answer)
    }

    func endAnswer() {
        guard let streamed, let status = streamed.status else { return }
        let last = ByteBuffer(string: streamed.isChunked ? "0\r\n\r\n" : "")
        let answer = Answer(request: streamed.request, status: status, bytes: streamed.sent + last.readableBytes)
        // From here on, this tells of it.
        streamed.status = nil
        guard streamed.isComplete, streamed.isChunked, streamed.request.isKeepAlive, !loop.isStopping else {
            return writeLast(last, of: answer)
        }
        send(last)
        endSending(answer)
    }

    // MARK: What befalls it

    /// Its connection is gone: who handles it finds out.
    func endStream(_ streamed: StreamedRequest) {
        if let status = streamed.status {
            observe(Answer(request: streamed.request, status: status, bytes: streamed.sent))
        }
        phase = .closing
        streamed.fail(.gone)
        streamed.resumeWriter()
    }

    func becameWritable(_ streamed: StreamedRequest) {
        guard streamed.isWriting else { return }
        expect(within: nil)
        streamed.resumeWriter()
    }

    func isLate(_ streamed: StreamedRequest) {
        guard streamed.isReading else {
            // It does not read its answer.
            context?.close(promise: nil)
            return
        }
        expect(within: nil)
        streamed.fail(.late)
    }

    func stop(_ streamed: StreamedRequest) {
        guard streamed.isReading, streamed.patience == .piece else { return }
        streamed.fail(.stopping)
    }
}
