import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A compressed message of a client")
struct CompressedMessageTests {
    /// RFC 7692, section 7.2.3: each is "Hello".
    @Test(
        "is read as the RFC has it",
        arguments: [
            [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],
            [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
            [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],
            [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
        ] as [[UInt8]]
    )
    func examples(payload: [UInt8]) {
        let frame = ClientFrame.bytes(1, payload, reserved: 0x40)
        #expect(Reading([frame], isDeflated: true) == Reading([.text("Hello")]))
        #expect(Reading([frame]) == Reading([], violation: 1002))
        for cut in 0...payload.count {
            let parts = [
                ClientFrame.bytes(1, Array(payload[..<cut]), isFinal: false, reserved: 0x40), ClientFrame.bytes(9),
                ClientFrame.bytes(0, Array(payload[cut...])),
            ]
            #expect(Reading(parts, isDeflated: true) == Reading([.fragment, .ping(ByteBuffer()), .text("Hello")]))
        }
        // Nothing of one message is of use in the next: the second refers to what was before it (section 7.2.3.2).
        let next = ClientFrame.bytes(1, [0xF2, 0x00, 0x11, 0x00, 0x00], reserved: 0x40)
        #expect(Reading([frame, next], isDeflated: true) == Reading([.text("Hello")], violation: 1007))
    }

    private static let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]

    @Test(
        "is refused where it is none, or the bit stands where it may not",
        arguments: [
            ("rubbish", ClientFrame.bytes(1, [0xFF, 0xFF], reserved: 0x40), 1007),
            ("cut off", ClientFrame.bytes(1, Array(hello.prefix(4)), reserved: 0x40), 1007),
            ("no UTF-8", ClientFrame.bytes(1, [0, 1, 0, 0xFE, 0xFF, 0xC3, 0], reserved: 0x40), 1007),
            ("on a ping", ClientFrame.bytes(9, reserved: 0x40), 1002),
            ("on a close", ClientFrame.bytes(8, reserved: 0x40), 1002),
            ("on a continuation", ClientFrame.bytes(0, hello, reserved: 0x40), 1002),
            ("with another", ClientFrame.bytes(1, hello, reserved: 0x60), 1002),
            ("another", ClientFrame.bytes(1, hello, reserved: 0x20), 1002),
        ] as [(String, ByteBuffer, UInt16)]
    )
    func refused(what: String, frame: ByteBuffer, code: UInt16) {
        #expect(Reading([frame], isDeflated: true) == Reading([], violation: code), "\(what)")
    }

    @Test("on a continuation of a compressed message says nothing that may be said")
    func continuation() {
        let frames = [
            ClientFrame.bytes(1, Array(Self.hello.prefix(3)), isFinal: false, reserved: 0x40),
            ClientFrame.bytes(0, Array(Self.hello.dropFirst(3)), reserved: 0x40),
        ]
        #expect(Reading(frames, isDeflated: true) == Reading([.fragment], violation: 1002))
    }

    @Test(
        "may become as long as a message may be, and no longer, whatever it would become",
        arguments: [0, 1, 1023, 1024]
    )
    func bound(bytes: Int) throws {
        let deflater = try #require(Deflater())
        func frame(_ count: Int) -> ByteBuffer {
            var payload = ByteBuffer()
            #expect(deflater.compress(ByteBuffer(repeating: 0x61, count: count), into: &payload))
            return ClientFrame.bytes(1, Array(payload.readableBytesView), reserved: 0x40)
        }
        let text = String(repeating: "a", count: bytes)
        #expect(Reading([frame(bytes)], isDeflated: true) == Reading([.text(text)]))
        for bomb in [1025, 1026, 5000, 200_000] {
            #expect(Reading([frame(bomb)], isDeflated: true) == Reading([], violation: 1009))
        }
    }

    @Test("is inflated within the bound of memory, and an empty one is one")
    func bomb() throws {
        // 2,000 zeros of it become two million.
        let deflater = try #require(Deflater())
        var payload = ByteBuffer()
        #expect(deflater.compress(ByteBuffer(repeating: 0, count: 2_000_000), into: &payload))
        #expect(payload.readableBytes < 10_000)
        #expect(throws: Inflation.Fault.tooLong) { try Inflation.message(payload, maximumBytes: 8192) }
        #expect(throws: Inflation.Fault.tooLong) { try Inflation.message(payload, maximumBytes: Int.max) }
        // RFC 7692, section 7.2.3.6; the four bytes that are left out of every message are no block by themselves.
        #expect(try Inflation.message(ByteBuffer(bytes: [0]), maximumBytes: 0) == ByteBuffer())
        #expect(throws: Inflation.Fault.corrupt) { try Inflation.message(ByteBuffer(), maximumBytes: 8192) }
        #expect(try Inflation.message(payload, maximumBytes: 2_000_000).readableBytes == 2_000_000)
    }
}

@Suite("What a client offers of compression")
struct DeflateOfferTests {
    @Test(
        "is taken where it is what the RFC has, and wants no smaller window of us",
        arguments: [
            ("permessage-deflate", true), ("permessage-deflate; client_max_window_bits", true),
            ("permessage-deflate;client_max_window_bits=8 ; server_no_context_takeover", true),
            (#"permessage-deflate; server_max_window_bits="15"; client_no_context_takeover"#, true),
            ("x-webkit-deflate-frame, permessage-deflate", true),
            ("permessage-deflate; server_max_window_bits=10, permessage-deflate", true),
            ("permessage-deflate; server_max_window_bits=10", false),
            ("permessage-deflate; server_max_window_bits", false),
            ("permessage-deflate; client_max_window_bits=7", false),
            ("permessage-deflate; client_max_window_bits=16", false),
            ("permessage-deflate; client_max_window_bits=08", false),
            ("permessage-deflate; client_max_window_bits=", false),
            ("permessage-deflate; server_no_context_takeover=1", false), ("permessage-deflate; foo", false),
            ("permessage-deflate; client_no_context_takeover; client_no_context_takeover", false),
            ("permessage-deflate;", false), ("permessage-bzip2", false), ("", false), (";", false), ("=;=", false),
            ("client_max_window_bits", false),
        ]
    )
    func taken(offer: String, isTaken: Bool) async throws {
        var options = ServerOptions.test
        options.deflatesWebSockets = true
        try await withServer(options) { server in
            let answer = try await server.connect().openWebSocket("/live", ["Sec-WebSocket-Extensions": offer])
            #expect(answer.status == 101)
            #expect(
                answer.headers["sec-websocket-extensions"]
                    == (isTaken ? "permessage-deflate; server_no_context_takeover; client_no_context_takeover" : nil)
            )
        }
        #expect(DeflateOffer.isTaken(offer.split(separator: ",").map(\.trimmed)) == isTaken)
    }

    @Test("is not taken where the server does not compress, and what is compressed then is a violation")
    func off() async throws {
        try await withServer { server in
            let client = try await server.connect()
            let answer = try await client.openWebSocket("/spoken", ["Sec-WebSocket-Extensions": "permessage-deflate"])
            #expect((answer.status, answer.headers["sec-websocket-extensions"]) == (101, nil))
            try await client.send(ClientFrame.bytes(1, [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], reserved: 0x40))
            #expect(try await client.frame().closeCode == 1002)
        }
    }

    @Test("that is taken lets a compressed message be heard")
    func heard() async throws {
        var options = ServerOptions.test
        options.deflatesWebSockets = true
        try await withServer(options) { server in
            let client = try await server.connect()
            _ = try await client.openWebSocket("/spoken", ["Sec-WebSocket-Extensions": "permessage-deflate"])
            try await client.send(ClientFrame.bytes(1, [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], reserved: 0x40))
            #expect(try await client.frame() == TestFrame(opcode: 1, payload: "Hello"))
        }
    }
}

@Suite("A compressed message of the server")
struct DeflatedTextTests {
    private let text = DeflatedText()

    /// As a client reads it.
    private func read(_ frames: ByteBuffer) throws -> [(text: String, isCompressed: Bool)] {
        var (rest, found) = (frames, [(text: String, isCompressed: Bool)]())
        while let first: UInt8 = rest.readInteger(), let second: UInt8 = rest.readInteger() {
            var length: Int? = Int(second)
            if second == 126 { length = rest.readInteger(as: UInt16.self).map(Int.init) }
            if second == 127 { length = rest.readInteger(as: UInt64.self).flatMap(Int.init(exactly:)) }
            let slice = length.flatMap { rest.readSlice(length: $0) }
            let payload = try #require(slice)
            let isCompressed = first == 0xC1
            #expect(isCompressed || first == 0x81)
            let bytes = isCompressed ? try Inflation.message(payload, maximumBytes: 1 << 24) : payload
            found.append((String(buffer: bytes), isCompressed))
        }
        return found
    }

    private func object(_ bytes: Int) -> String {
        let rows = (0...(bytes / 30)).map { #"{"user_id":"u\#($0)","score":\#($0 * 7919)}"# }.joined(separator: ",")
        return #"{"x":["# + rows.prefix(bytes - 8) + "]}"
    }

    @Test(
        "is what was said, shorter, from 1 KiB on; also where it says whose it is",
        arguments: [(8, false), (1024, false), (1025, true), (1500, true), (70_000, true), (1_000_000, true)]
    )
    func lengths(bytes: Int, isCompressed: Bool) throws {
        let message = object(bytes)
        #expect(message.utf8.count == bytes)
        let frame = text.frame(ByteBuffer(string: message))
        let read = try read(frame)
        #expect(read.map(\.text) == [message])
        #expect(read.map(\.isCompressed) == [isCompressed])
        if isCompressed { #expect(frame.readableBytes < bytes / 2) }
        let mark = WebSocketMark(member: #""sub":"a""#)
        var frames = frame
        frames.writeImmutableBuffer(frame)
        let marked = #"{"sub":"a","# + message.dropFirst()
        #expect(try self.read(mark.mark(frames)).map(\.text) == [marked, marked])
        // The same each time: nothing is kept of the one before.
        #expect(text.frame(ByteBuffer(string: message)) == frame)
    }

    @Test("goes out as it is where it would become longer")
    func incompressible() throws {
        var random = SeededGenerator(seed: 7)
        let letters = (0..<4000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let message = ByteBuffer(bytes: Array("{".utf8) + letters)
        #expect(text.frame(message) == WebSocketFrame.text(message))
    }
}
