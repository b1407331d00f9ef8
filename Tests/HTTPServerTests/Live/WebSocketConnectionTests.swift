import LiveSockets
import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A WebSocket")
struct WebSocketConnectionTests {
    @Test(
        "is opened by the handshake of RFC 6455, and by nothing less",
        arguments: [
            ([:], 101, nil),
            (["Upgrade": "WebSocket", "Connection": "keep-alive, Upgrade"], 101, nil),
            (["Upgrade": "h2c, websocket"], 101, nil),
            (["Upgrade": "h2c"], 426, "upgrade_required"),
            (["Connection": "close"], 426, "upgrade_required"),
            (["Sec-WebSocket-Version": "8"], 426, "upgrade_required"),
            (["Sec-WebSocket-Version": "13, 8"], 426, "upgrade_required"),
            (["Sec-WebSocket-Key": "short"], 400, "malformed_request"),
            (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==" + "AAAA"], 400, "malformed_request"),
            (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j!Q=="], 400, "malformed_request"),
        ] as [([String: String], Int, String?)]
    )
    func handshake(headers: [String: String], status: Int, code: String?) async throws {
        try await withServer { server in
            let connection = try await server.connect()
            let answered = try await connection.openWebSocket("/live", headers)
            #expect((answered.status, answered.code) == (status, code))
            if status == 101 { #expect(answered.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") }
            if status == 426 {
                #expect(answered.headers["sec-websocket-version"] == "13")
                #expect(answered.headers["upgrade"] == "websocket")
            }
        }
    }

    @Test("is not opened without the headers of the handshake, nor with a body, nor for who is refused")
    func noHandshake() async throws {
        try await withServer { server in
            let withBody = try await server.connect().openWebSocket("/live", body: "body")
            #expect((withBody.status, withBody.code) == (400, "malformed_request"))
            let connection = try await server.connect()
            let plain = try await connection.request("GET", "/live")
            #expect((plain.status, plain.headers["sec-websocket-version"]) == (426, "13"))
            let refused = try await connection.openWebSocket("/live?refuse=1")
            #expect((refused.status, refused.code) == (403, "refused"))
        }
    }

    @Test(
        "sends frames of every length as they are, the first with the handshake's last byte",
        arguments: [LiveSenderChoice.auto, .send]
    )
    func frames(sender: LiveSenderChoice) async throws {
        try await withServer(sender: sender) { server in
            let connection = try await server.connect()
            _ = try await connection.openWebSocket("/live?bytes=125&bytes=126&bytes=65535&bytes=65536")
            for length in [125, 126, 65535, 65536] {
                let frame = try await connection.frame()
                #expect((frame.opcode, frame.payload.utf8.count) == (1, length))
            }
        }
    }

    @Test("takes frames that came with the handshake, and those in pieces")
    func early() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            let handshake =
                "GET /live HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            var bytes = ByteBuffer(string: handshake)
            bytes.writeImmutableBuffer(ClientFrame.bytes(9, Array("early".utf8)))
            var late = ClientFrame.bytes(9, Array("late".utf8))
            if let part = late.readSlice(length: 3) { bytes.writeImmutableBuffer(part) }
            try await connection.send(bytes)
            #expect(try await connection.response().status == 101)
            #expect(try await connection.frame() == TestFrame(pong: "early"))
            try await connection.send(late)
            #expect(try await connection.frame() == TestFrame(pong: "late"))
        }
    }

    @Test(
        "that is misused is closed with the code that says how",
        arguments: [
            (ClientFrame.bytes(3), 1002), (ClientFrame.bytes(1, [0xFF]), 1007),
            (ClientFrame.bytes(2, Array(repeating: 0, count: 1025)), 1009), (ClientFrame.close(1005), 1002),
            (ClientFrame.close(1000), 1000), (ClientFrame.bytes(8), 1000), (ClientFrame.close(4321), 4321),
        ] as [(ByteBuffer, Int)]
    )
    func closeCode(bytes: ByteBuffer, code: Int) async throws {
        try await withServer { server in
            let connection = try await server.connect()
            _ = try await connection.openWebSocket("/live")
            // More than the server reads after its close frame must not take that away.
            var all = bytes
            for _ in 1...50 { all.writeImmutableBuffer(ClientFrame.bytes(2, Array(repeating: 0, count: 1024))) }
            try await connection.send(all)
            let last = try await connection.frame()
            #expect((last.opcode, last.closeCode) == (8, code))
            #expect(try await connection.receiveToEnd() == "")
        }
    }

    @Test(
        "whose client talks too much is closed with 1008",
        arguments: [(UInt8(1), 20), (UInt8(9), 200), (UInt8(10), 200)]
    )
    func chatter(opcode: UInt8, allowed: Int) async throws {
        try await withServer { server in
            let connection = try await server.connect()
            _ = try await connection.openWebSocket("/live")
            for _ in 1...allowed { try await connection.send(ClientFrame.bytes(opcode)) }
            try await connection.send(ClientFrame.bytes(8 + 1, Array("still here".utf8)))
            // The ping is one frame more: of the messages it is none.
            if opcode == 1 { #expect(try await connection.frame() == TestFrame(pong: "still here")) }
            try await connection.send(ClientFrame.bytes(opcode))
            var last = try await connection.frame()
            while last.opcode == 10 { last = try await connection.frame() }
            #expect(last.closeCode == 1008)
        }
    }

    @Test("that is read slowly gets every byte in its place", arguments: [LiveSenderChoice.auto, .send])
    func slowReader(sender: LiveSenderChoice) async throws {
        try await withServer(sender: sender) { server in
            // 5 MB: more than the sockets' buffers take.
            let connection = try await server.connect(receiveBuffer: 4096)
            _ = try await connection.openWebSocket("/numbers")
            for number in 0..<1000 {
                let frame = try await connection.frame()
                try #require(frame.payload.hasPrefix("\(number) x") && frame.payload.utf8.count > 5000)
            }
        }
    }

    @Test("is pinged; a peer that does not answer is gone")
    func pings() async throws {
        try await withServer(.test { $0.pingInterval = .seconds(1) }) { server in
            let connection = try await server.connect()
            _ = try await connection.openWebSocket("/live")
            #expect(try await connection.frame().opcode == 9)
            #expect(try await connection.receiveToEnd() == "")
        }
    }

    @Test("whose peer does not answer our close frame is closed in time")
    func closeTimeout() async throws {
        let options = ServerOptions.test { options in
            options.closeTimeout = .milliseconds(200)
            options.drainTimeout = .seconds(60)
        }
        try await withServer(options) { server in
            let connection = try await server.connect()
            _ = try await connection.openWebSocket("/live")
            server.stop()
            #expect(try await connection.frame().closeCode == 1001)
            #expect(try await connection.receiveToEnd() == "")
        }
    }

    @Test("whose peer ends its side without a close frame is closed")
    func halfClosed() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            _ = try await connection.openWebSocket("/live")
            try await connection.endOutput()
            try await until { server.server.connectionCount == 0 }
        }
    }
}

extension TestFrame {
    init(pong: String) {
        self.init(opcode: 10, payload: pong)
    }
}
