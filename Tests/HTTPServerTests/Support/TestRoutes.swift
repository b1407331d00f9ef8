import HTTPServer
import LiveSockets
import NIOCore
import NIOHTTP1

/// Routes without meaning; each notes that it was reached.
func testRoutes(_ events: ServerEvents) -> [Route] {
    @Sendable func text(_ text: String) -> Response { Response(.ok, body: ByteBuffer(string: text)) }
    return [
        .on(.GET, "/hello") { request in
            events.note("hello")
            return text("hello from \(request.remoteAddress)")
        },
        .on(.GET, "/smuggled") { _ in
            events.note("smuggled")
            return text("smuggled")
        },
        .on(.POST, "/echo", maximumBodyBytes: 64) { request in
            events.note("echo")
            switch request.body {
            case .complete(let body): return Response(.ok, body: body)
            case .tooLarge: return .error(.payloadTooLarge, code: "body_too_large", message: "Too long.")
            }
        },
        .on(.GET, "/gate") { _ in
            events.note("gate")
            await events.waitAtGate()
            return text("through")
        },
        .stream(.POST, "/stream") { request, stream in await echo(request, stream, events) },
        // Comes back to its loop after a hop, as a handler does that asks Redis.
        .on(.GET, "/later/{name}") { request in
            await Task.yield()
            return text(request.parameters["name"] ?? "")
        },
        .on(.GET, "/large") { request in
            events.note("large")
            let length = Int(request.query.values("bytes").first ?? "") ?? 1_000_000
            return Response(.ok, body: ByteBuffer(repeating: UInt8(ascii: "x"), count: length))
        },
        .webSocket("/live") { request in
            guard request.query.values("refuse").isEmpty else {
                return .refuse(.error(.forbidden, code: "refused", message: "No."))
            }
            let lengths = request.query.values("bytes").compactMap { Int($0) }
            return .accept { live in
                for length in lengths {
                    live.send(WebSocketFrame.text(ByteBuffer(repeating: UInt8(ascii: "x"), count: length)))
                }
            }
        },
        .webSocket("/spoken", subprotocol: "spoken.v1") { _ in
            .accept { live in
                let channel = live.channel
                live.onMessage(maximumBytes: 2048) { text in
                    guard let text else { return }
                    channel.writeAndFlush(WebSocketFrame.text(text), promise: nil)
                }
            }
        },
        .webSocket("/numbers") { _ in
            .accept { live in
                for number in 0..<1000 {
                    let text = "\(number) " + String(repeating: "x", count: 5000)
                    live.send(WebSocketFrame.text(ByteBuffer(string: text)))
                }
            }
        },
        .eventStream("/events/gate") { _ in
            events.note("gate")
            await events.waitAtGate()
            return .accept { _ in events.note("opened") }
        },
        // Nothing else happens on the loop until the gate is open.
        .webSocket("/live/block") { _ in
            events.note("block")
            events.blockAtGate()
            return .accept { _ in events.note("opened") }
        },
        .eventStream("/events") { _ in
            .accept { live in
                let event = ServerSentEvent.message(id: "1", data: ByteBuffer(string: "{}"))
                live.send(event)
            }
        },
    ]
}

private func echo(_ request: Request, _ stream: RequestStream, _ events: ServerEvents) async {
    func refuse() { stream.answer(.error(.forbidden, code: "refused", message: "No.")) }
    if !request.query.values("refuse").isEmpty { return refuse() }
    let patience: RequestStream.Patience = request.query.values("whole").isEmpty ? .piece : .body
    var hasBegun = false
    func answer(_ text: ByteBuffer) async throws(StreamEnd) {
        if !hasBegun { stream.begin(Response(.ok, headers: ["Content-Type": "text/plain"])) }
        hasBegun = true
        try await stream.write(text)
    }
    do throws(StreamEnd) {
        var end = "end"
        do throws(StreamEnd) {
            while let piece = try await stream.next(patience) {
                events.note("piece")
                if request.query.values("late").isEmpty { try await answer(piece) }
            }
        } catch {
            events.note("\(error)")
            end = "\(error)"
        }
        if !request.query.values("late").isEmpty { return refuse() }
        try await answer(ByteBuffer(string: "|" + end))
    } catch {
        events.note("\(error)")
    }
    stream.end()
}

extension LiveChannel {
    /// As a producer does: the short way first.
    fileprivate func send(_ bytes: ByteBuffer) {
        let written = direct.map { direct in direct.sender.write(bytes, to: 1) { _ in direct } }
        if written?.unsent.isEmpty != true { channel.writeAndFlush(bytes, promise: nil) }
    }
}
