import NIOCore
import Testing

@testable import RedisClient

@Suite("The reply reader")
struct ReplyReaderTests {
    /// Replies as a server sends them, with what they mean.
    static let recorded: [(bytes: String, value: RESPValue)] = [
        ("+OK\r\n", .string(Array("OK".utf8))),
        (":-42\r\n", .integer(-42)),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("$0\r\n\r\n", .string([])),
        ("$7\r\na\r\nb\0\r\n\r\n", .string([0x61, 0x0D, 0x0A, 0x62, 0x00, 0x0D, 0x0A])),
        ("-ERR no\r\n", .error(RedisRefusal("ERR no"))),
        (
            "*4\r\n$7\r\napplied\r\n:9007199254740991\r\n*2\r\n:1\r\n$-1\r\n-OOM full\r\n",
            .array([
                .string(Array("applied".utf8)), .integer(9_007_199_254_740_991), .array([.integer(1), .null]),
                .error(RedisRefusal("OOM full")),
            ])
        ),
        ("*0\r\n", .array([])),
    ]

    static var all: ByteBuffer { ByteBuffer(string: recorded.map(\.bytes).joined()) }

    @Test("reads the same replies wherever the bytes are split in two")
    func everySplit() throws {
        for split in 0...Self.all.readableBytes {
            let reader = ReplyReader()
            var rest = Self.all
            var values: [RESPValue] = []
            for part in [rest.readSlice(length: split), rest] {
                try reader.feed(part ?? ByteBuffer())
                while let value = try reader.next() { values.append(value) }
            }
            #expect(values == Self.recorded.map(\.value), "split at \(split)")
        }
    }

    @Test("reads them byte by byte")
    func byteByByte() throws {
        let reader = ReplyReader()
        var values: [RESPValue] = []
        for byte in Self.all.readableBytesView {
            try reader.feed(ByteBuffer(bytes: [byte]))
            while let value = try reader.next() { values.append(value) }
        }
        #expect(values == Self.recorded.map(\.value))
    }

    @Test(
        "ends at what is no reply",
        arguments: ["hello\r\n", "$x\r\n", "*2\r\n:1\r\n!\r\n", "\r\n", ":1x\r\n", "$-2\r\n", "HTTP/1.1 200 OK\r\n"]
    )
    func rubbish(bytes: String) {
        #expect(throws: ReplyReader.ProtocolError.self) {
            let reader = ReplyReader()
            try reader.feed(ByteBuffer(string: bytes))
            while try reader.next() != nil {}
        }
    }
}
