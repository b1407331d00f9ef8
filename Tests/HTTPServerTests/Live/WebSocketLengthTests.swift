import NIOCore
import Testing

@testable import HTTPServer

@Suite("A WebSocket frame's length")
struct WebSocketLengthTests {
    /// The head of a masked frame that says this length in eight bytes.
    private func head(_ opcode: UInt8, _ length: UInt64) -> ByteBuffer {
        var head = ByteBuffer(bytes: [opcode, 0x80 | 127])
        head.writeInteger(length)
        head.writeBytes([0, 0, 0, 0])
        return head
    }

    @Test(
        "is refused as a number, before a byte of it has come, alone and behind a fragment",
        arguments: [
            (0, 1002), (1, 1002), (125, 1002), (65_535, 1002), (65_536, 1009), (1 << 31, 1009), (1 << 32, 1009),
            (1 << 53, 1009), ((1 << 63) - 1, 1009), (1 << 63, 1002), (.max, 1002),
        ] as [(UInt64, UInt16)]
    )
    func extremes(length: UInt64, code: UInt16) {
        #expect(Reading([head(0x82, length)]) == Reading([], violation: code))
        // `01 81 00000000 61`: the first byte of a text that goes on.
        let fragment = ByteBuffer(bytes: [0x01, 0x81, 0, 0, 0, 0, 0x61])
        #expect(Reading([fragment, head(0x80, length)]) == Reading([.fragment], violation: code))
        #expect(Reading([head(0x89, length)]) == Reading([], violation: 1002))
    }

    @Test("may fill up the message, and not by one byte more", arguments: [0, 1, 512, 1023, 1024])
    func together(first: Int) {
        let rest = 1024 - first
        let begun = ClientFrame.bytes(0x2, Array(repeating: 7, count: first), isFinal: false)
        let full = Reading([begun, ClientFrame.bytes(0x0, Array(repeating: 7, count: rest))])
        #expect(full == Reading([.fragment, .binary]))
        let over = Reading([begun, ClientFrame.bytes(0x0, Array(repeating: 7, count: rest + 1))])
        #expect(over == Reading([.fragment], violation: 1009))
    }
}
