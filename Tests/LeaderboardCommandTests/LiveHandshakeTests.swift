import Crypto
import FoundationEssentials
import NIOCore
import Testing

@testable import LeaderboardCommand

@Suite("A viewer's handshake")
struct LiveHandshakeTests {
    private let handshake = LiveHandshake(authority: "localhost:8080", path: "/live")

    private func answer(_ status: String, accept: String? = nil) throws -> String {
        let key = try #require(
            String(buffer: handshake.request).split(separator: "\r\n").first { $0.hasPrefix("Sec-WebSocket-Key: ") }
        ).dropFirst(19)
        let hash = Insecure.SHA1.hash(data: Data((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        let accept = accept ?? Data(hash).base64EncodedString()
        return "HTTP/1.1 \(status)\r\nUpgrade: websocket\r\nsec-websocket-accept: \(accept)\r\n\r\n"
    }

    @Test("is over when the service has accepted, in any pieces; what follows are frames", arguments: [1, 7, 1000])
    func accepted(size: Int) throws {
        var handshake = handshake
        let bytes = Array((try answer("101 Switching Protocols")).utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])
            let isLast = start + size >= bytes.count
            let frames = try handshake.take(isLast ? ByteBuffer(bytes: piece.readableBytesView + [0x81, 0]) : piece)
            #expect(frames.map { Array($0.readableBytesView) } == (isLast ? [0x81, 0] : nil))
        }
    }

    @Test("asks as RFC 6455 wants it")
    func request() {
        let request = String(buffer: handshake.request)
        #expect(request.hasPrefix("GET /live HTTP/1.1\r\nHost: localhost:8080\r\n"))
        #expect(request.hasSuffix("Sec-WebSocket-Version: 13\r\n\r\n"))
    }

    @Test("fails at a refusal, a stranger's acceptance, and what is no answer")
    func failures() throws {
        let answers = [
            try answer("503 Service Unavailable"), try answer("101 Switching Protocols", accept: "x"), "\r\n\r\n",
            String(repeating: "x", count: 10_000),
        ]
        for answer in answers {
            var handshake = handshake
            #expect(throws: LiveClient.Failure.self) { try handshake.take(ByteBuffer(string: answer)) }
        }
    }
}
