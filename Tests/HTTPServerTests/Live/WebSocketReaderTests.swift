import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

/// What the reader makes of bytes: its events, then the code with which it refuses the rest.
struct Reading: Equatable {
    var events: [WebSocketReader.Event] = []
    var violation: UInt16?

    /// Reads the bytes in pieces, as a socket may deliver them.
    init(_ pieces: [ByteBuffer], maximumMessageBytes: Int = 1024, isDeflated: Bool = false) {
        var reader = WebSocketReader(maximumMessageBytes: maximumMessageBytes, isDeflated: isDeflated)
        do {
            for piece in pieces {
                reader.feed(piece)
                while let event = try reader.next() { events.append(event) }
            }
        } catch {
            violation = error.code
        }
    }

    init(_ events: [WebSocketReader.Event], violation: UInt16? = nil) {
        self.events = events
        self.violation = violation
    }
}

/// Frames of a client, masked.
enum ClientFrame {
    static func bytes(
        _ opcode: UInt8,
        _ payload: [UInt8] = [],
        isFinal: Bool = true,
        reserved: UInt8 = 0,
        mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
    ) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeInteger((isFinal ? 0x80 : 0) | reserved | opcode)
        switch payload.count {
        case ..<126: frame.writeInteger(0x80 | UInt8(payload.count))
        case ..<65536:
            frame.writeInteger(UInt8(0xFE))
            frame.writeInteger(UInt16(payload.count))
        default:
            frame.writeInteger(UInt8(0xFF))
            frame.writeInteger(UInt64(payload.count))
        }
        frame.writeBytes(mask)
        frame.writeBytes(payload.enumerated().map { $1 ^ mask[$0 % 4] })
        return frame
    }

    static func text(_ text: String, isFinal: Bool = true) -> ByteBuffer {
        bytes(1, Array(text.utf8), isFinal: isFinal)
    }
    static func close(_ code: UInt16, _ reason: [UInt8] = []) -> ByteBuffer {
        bytes(8, [UInt8(code >> 8), UInt8(code & 0xFF)] + reason)
    }
}

extension WebSocketReader.Event {
    static let binary = Self.message(text: nil)

    static func text(_ text: String) -> Self { .message(text: ByteBuffer(string: text)) }
}

struct ReaderCase: Sendable, CustomTestStringConvertible {
    let name: String
    let frames: [ByteBuffer]
    let expected: Reading
    var testDescription: String { name }

    init(_ name: String, _ frames: [ByteBuffer], _ events: [WebSocketReader.Event], _ violation: UInt16? = nil) {
        self.name = name
        self.frames = frames
        expected = Reading(events, violation: violation)
    }

    /// Between messages.
    static let open: [ReaderCase] = [
        ReaderCase("a text", [ClientFrame.text("hello")], [.text("hello")]),
        ReaderCase("an empty text", [ClientFrame.text("")], [.text("")]),
        ReaderCase("a binary message", [ClientFrame.bytes(2, [0, 0xFF])], [.binary]),
        ReaderCase("the first part of a message", [ClientFrame.text("a", isFinal: false)], [.fragment]),
        ReaderCase("a continuation of nothing", [ClientFrame.bytes(0, [1])], [], 1002),
        ReaderCase("a ping", [ClientFrame.bytes(9, [1, 2])], [.ping(ByteBuffer(bytes: [1, 2]))]),
        ReaderCase("a pong", [ClientFrame.bytes(10, [1, 2])], [.pong]),
        ReaderCase("a close without a code", [ClientFrame.bytes(8)], [.close(code: nil)]),
        ReaderCase("a close", [ClientFrame.close(1000, Array("bye".utf8))], [.close(code: 1000)]),
    ]

    /// In a fragmented message.
    static let fragmented: [ReaderCase] = [
        ReaderCase("its end", [ClientFrame.bytes(0, [0x61])], [.text("aa")]),
        ReaderCase(
            "a part, then its end",
            [ClientFrame.bytes(0, isFinal: false), ClientFrame.bytes(0)],
            [.fragment, .text("a")]
        ),
        ReaderCase("another text", [ClientFrame.text("b")], [], 1002),
        ReaderCase("another binary message", [ClientFrame.bytes(2)], [], 1002),
        ReaderCase(
            "a ping, then its end",
            [ClientFrame.bytes(9), ClientFrame.bytes(0)],
            [.ping(ByteBuffer()), .text("a")]
        ),
        ReaderCase("a pong, then its end", [ClientFrame.bytes(10), ClientFrame.bytes(0)], [.pong, .text("a")]),
        ReaderCase("a close", [ClientFrame.close(1001)], [.close(code: 1001)]),
    ]

    static let violations: [ReaderCase] = [
        ReaderCase("a frame without a mask", [ByteBuffer(bytes: [0x81, 0x01, 0x61])], [], 1002),
        ReaderCase("the first reserved bit", [ClientFrame.bytes(1, reserved: 0x40)], [], 1002),
        ReaderCase("the second reserved bit", [ClientFrame.bytes(1, reserved: 0x20)], [], 1002),
        ReaderCase("the third reserved bit", [ClientFrame.bytes(1, reserved: 0x10)], [], 1002),
        ReaderCase("a ping in fragments", [ClientFrame.bytes(9, isFinal: false)], [], 1002),
        ReaderCase("a ping of 126 bytes", [ClientFrame.bytes(9, Array(repeating: 0, count: 126))], [], 1002),
        ReaderCase("a close of 126 bytes", [ClientFrame.bytes(8, Array(repeating: 0, count: 126))], [], 1002),
        ReaderCase("a close of one byte", [ClientFrame.bytes(8, [3])], [], 1002),
        ReaderCase("a close reason that is no UTF-8", [ClientFrame.close(1000, [0xFF])], [], 1007),
        ReaderCase("a 16-bit length of 125", [ByteBuffer(bytes: [0x81, 0xFE, 0, 125])], [], 1002),
        ReaderCase(
            "a 64-bit length of 65535",
            [ByteBuffer(bytes: [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])],
            [],
            1002
        ),
        ReaderCase("a negative length", [ByteBuffer(bytes: [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0])], [], 1002),
        ReaderCase(
            "a length of exabytes",
            [ByteBuffer(bytes: [0x82, 0xFF, 0x7F] + Array(repeating: 0xFF, count: 7))],
            [],
            1009
        ),
        ReaderCase("1024 bytes", [ClientFrame.bytes(2, Array(repeating: 1, count: 1024))], [.binary]),
        ReaderCase("1025 bytes", [ClientFrame.bytes(2, Array(repeating: 1, count: 1025))], [], 1009),
        ReaderCase(
            "1025 bytes in two parts",
            [ClientFrame.bytes(2, Array(repeating: 1, count: 1024), isFinal: false), ClientFrame.bytes(0, [1])],
            [.fragment],
            1009
        ),
        ReaderCase("a text that is no UTF-8", [ClientFrame.bytes(1, [0xC3, 0x28])], [], 1007),
        ReaderCase("a text with a surrogate", [ClientFrame.bytes(1, [0xED, 0xA0, 0x80])], [], 1007),
        ReaderCase("a text that is cut within a character", [ClientFrame.bytes(1, [0xC3])], [], 1007),
        ReaderCase(
            "a character in two parts",
            [ClientFrame.bytes(1, [0xC3], isFinal: false), ClientFrame.bytes(0, [0xA4])],
            [.fragment, .text("ä")]
        ),
    ]

    static let opcodes = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map { opcode in
        ReaderCase("opcode \(opcode)", [ClientFrame.bytes(UInt8(opcode))], [], 1002)
    }

    static let closeCodes: [ReaderCase] =
        [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map { code in
            ReaderCase("close \(code)", [ClientFrame.close(code)], [.close(code: code)])
        }
        + [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map { code in
            ReaderCase("close \(code)", [ClientFrame.close(code)], [], 1002)
        }
}

@Suite("The WebSocket reader")
struct WebSocketReaderTests {
    @Test(
        "between messages, and within one, has a verdict on every frame",
        arguments: ReaderCase.open + ReaderCase.violations + ReaderCase.opcodes + ReaderCase.closeCodes
    )
    func betweenMessages(of test: ReaderCase) {
        #expect(Reading(test.frames) == test.expected)
        // Where messages may be compressed, those that are not are read by the same rules.
        guard test.name != "the first reserved bit" else { return }
        #expect(Reading(test.frames, isDeflated: true) == test.expected)
    }

    @Test("within a message has a verdict on every frame", arguments: ReaderCase.fragmented + ReaderCase.opcodes)
    func withinMessage(of test: ReaderCase) {
        let expected = Reading([.fragment] + test.expected.events, violation: test.expected.violation)
        let frames = [ClientFrame.text("a", isFinal: false)] + test.frames
        #expect(Reading(frames) == expected)
        #expect(Reading(frames, isDeflated: true) == expected)
        // The same behind a first part that is compressed.
        let compressed = [ClientFrame.bytes(1, [0, 1, 0, 0xFE, 0xFF, 0x61, 0], isFinal: false, reserved: 0x40)]
        guard !test.name.hasSuffix("its end") else { return }
        #expect(Reading(compressed + test.frames, isDeflated: true) == expected)
    }

    @Test("reads the same at every split point")
    func splits() {
        let recorded = [
            ClientFrame.text("hello"), ClientFrame.bytes(9, [1, 2, 3]), ClientFrame.text("ab", isFinal: false),
            ClientFrame.bytes(10), ClientFrame.bytes(0, [0xC3, 0xA4]),
            ClientFrame.bytes(2, Array(repeating: 7, count: 300)),
            ClientFrame.close(1000, Array("bye".utf8)),
        ]
        var whole = ByteBuffer()
        for frame in recorded { whole.writeImmutableBuffer(frame) }
        let bytes = Array(whole.readableBytesView)
        let expected = Reading([
            .text("hello"), .ping(ByteBuffer(bytes: [1, 2, 3])), .fragment, .pong, .text("abä"), .binary,
            .close(code: 1000),
        ])
        #expect(Reading([whole]) == expected)
        #expect(Reading(bytes.map { ByteBuffer(bytes: [$0]) }) == expected)
        for cut in 1..<bytes.count {
            #expect(
                Reading([ByteBuffer(bytes: bytes[..<cut]), ByteBuffer(bytes: bytes[cut...])]) == expected,
                "cut at \(cut)"
            )
        }
    }

    @Test("keeps no more than one frame, however long the peer goes on")
    func memory() throws {
        var reader = WebSocketReader(maximumMessageBytes: 1024)
        // Always a frame and a half, so that the buffer is never empty.
        let frame = Array(ClientFrame.bytes(2, Array(repeating: 1, count: 1000)).readableBytesView)
        reader.feed(ByteBuffer(bytes: frame[..<500]))
        for _ in 1...10_000 {
            reader.feed(ByteBuffer(bytes: frame[500...] + frame[..<500]))
            while try reader.next() != nil {}
        }
        #expect(reader.capacity < 16_384)
    }
}

@Suite("A frame of the server")
struct WebSocketFrameTests {
    @Test(
        "has the shortest length that fits, and no mask",
        arguments: [
            (0, [0x81, 0]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]), (65535, [0x81, 126, 0xFF, 0xFF]),
            (65536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])]
    )
    func golden(length: Int, head: [UInt8]) {
        let payload = [UInt8](repeating: UInt8(ascii: "x"), count: length)
        #expect(Array(WebSocketFrame.text(ByteBuffer(bytes: payload)).readableBytesView) == head + payload)
    }

    @Test("that closes has its code and a reason of at most 123 bytes, cut between characters")
    func close() {
        #expect(
            Array(WebSocketFrame.close(code: 1001, reason: "bye").readableBytesView)
                == [0x88, 5, 0x03, 0xE9] + Array("bye".utf8)
        )
        let long = WebSocketFrame.close(code: 1001, reason: String(repeating: "ä", count: 100))
        #expect(
            Array(long.readableBytesView) == [0x88, 124, 0x03, 0xE9] + Array(String(repeating: "ä", count: 61).utf8)
        )
        #expect(Array(WebSocketFrame.ping().readableBytesView) == [0x89, 0])
    }
}
