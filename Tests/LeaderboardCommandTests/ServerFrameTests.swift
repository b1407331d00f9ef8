import NIOCore
import NIOWebSocket
import Testing

@testable import LeaderboardCommand

@Suite("A frame of the server")
struct ServerFrameTests {
    private func frame(_ opcode: UInt8, _ length: Int) -> ByteBuffer {
        var bytes = ByteBuffer(bytes: [0x80 | opcode])
        switch length {
        case ...125: bytes.writeInteger(UInt8(length))
        case ...65535:
            bytes.writeInteger(UInt8(126))
            bytes.writeInteger(UInt16(length))
        default:
            bytes.writeInteger(UInt8(127))
            bytes.writeInteger(UInt64(length))
        }
        bytes.writeRepeatingByte(0x61, count: length)
        return bytes
    }

    @Test("is taken when it is whole, and not a byte before", arguments: [0, 1, 125, 126, 65535, 65536])
    func lengths(length: Int) throws {
        let whole = frame(0x1, length)
        for missing in [1, 2, whole.readableBytes] where missing <= whole.readableBytes {
            var part = whole.getSlice(at: 0, length: whole.readableBytes - missing) ?? ByteBuffer()
            #expect(try ServerFrame.take(from: &part) == nil)
            #expect(part.readableBytes == whole.readableBytes - missing)
        }
        var two = whole
        two.writeImmutableBuffer(frame(0x9, 3))
        let first = try ServerFrame.take(from: &two)
        #expect(first?.opcode == .text)
        #expect(first?.payload.readableBytes == length)
        #expect(try ServerFrame.take(from: &two)?.opcode == .ping)
        #expect(two.readableBytes == 0)
    }

    @Test(
        "may not be masked, fragmented, of reserved bits, or endless",
        arguments: [[0x81, 0x80], [0x01, 0x01], [0xC1, 0x01], [0x81, 0x7F, 0xFF, 0, 0, 0, 0, 0, 0, 0]] as [[UInt8]]
    )
    func violations(bytes: [UInt8]) {
        var buffer = ByteBuffer(bytes: bytes)
        #expect(throws: ServerFrame.Violation.self) { try ServerFrame.take(from: &buffer) }
    }

    @Test(
        "is answered if it is a ping or a close frame, masked, with its payload",
        arguments: [(0x9, 0xA), (0x8, 0x8)] as [(UInt8, UInt8)]
    )
    func answers(opcode: UInt8, answered: UInt8) throws {
        var buffer = frame(opcode, 3)
        let frame = try #require(try ServerFrame.take(from: &buffer))
        let answer = try #require(frame.answer)
        let bytes = Array(answer.readableBytesView)
        #expect(bytes[..<2] == [0x80 | answered, 0x83])
        #expect(zip(bytes[6...], bytes[2...]).map { $0 ^ $1 } == Array(repeating: 0x61, count: 3))
    }

    @Test("of a message is not answered")
    func noAnswer() throws {
        var bytes = frame(0x1, 3)
        #expect(try #require(try ServerFrame.take(from: &bytes)).answer == nil)
    }
}
