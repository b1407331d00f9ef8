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
        (
            "*2\r\n*0\r\n*2\r\n*1\r\n*1\r\n+deep\r\n*-1\r\n",
            .array([.array([]), .array([.array([.array([.string(Array("deep".utf8))])]), .null])])
        ),
        // No message where nobody subscribes.
        (
            "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\n{}\r\n",
            .array([.string(Array("message".utf8)), .string(Array("c".utf8)), .string(Array("{}".utf8))])
        ),
    ]

    /// What comes over a connection that subscribes.
    static let messages: [(bytes: String, value: Incoming)] = [
        ("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\n{}\r\n", .message(channel: "c", Array("{}".utf8))),
        ("*3\r\n$8\r\nsmessage\r\n$7\r\nmessage\r\n$0\r\n\r\n", .message(channel: "message", [])),
        (
            "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n",
            .reply(.array([.string(Array("subscribe".utf8)), .string(Array("c".utf8)), .integer(1)]))
        ),
        (
            "*2\r\n$7\r\nmessage\r\n*3\r\n$7\r\nmessage\r\n:1\r\n:2\r\n",
            .reply(
                .array([
                    .string(Array("message".utf8)),
                    .array([.string(Array("message".utf8)), .integer(1), .integer(2)]),
                ])
            )
        ),
        ("$7\r\nmessage\r\n", .reply(.string(Array("message".utf8)))),
    ]

    static var all: ByteBuffer { ByteBuffer(string: recorded.map(\.bytes).joined()) }

    @Test("reads the same replies wherever the bytes are split in two")
    func everySplit() throws {
        for split in 0...Self.all.readableBytes {
            let reader = ReplyReader()
            var rest = Self.all
            var values: [Incoming] = []
            for part in [rest.readSlice(length: split), rest] {
                try reader.feed(part ?? ByteBuffer())
                while let value = try reader.next() { values.append(value) }
            }
            #expect(values == Self.recorded.map { .reply($0.value) }, "split at \(split)")
        }
    }

    @Test("reads them byte by byte")
    func byteByByte() throws {
        let reader = ReplyReader()
        var values: [Incoming] = []
        for byte in Self.all.readableBytesView {
            try reader.feed(ByteBuffer(bytes: [byte]))
            while let value = try reader.next() { values.append(value) }
        }
        #expect(values == Self.recorded.map { .reply($0.value) })
    }

    @Test("gives a string as text where it is UTF-8, and only there")
    func text() {
        let texts = ["", "applied", "né", "\u{1F3C6}"]
        #expect(texts.map { RESPValue.string(Array($0.utf8)).text } == texts)
        #expect([[0xFF], [0x61, 0xC3], [0xED, 0xA0, 0x80]].allSatisfy { RESPValue.string($0).text == nil })
    }

    @Test("tells messages from replies wherever the bytes are split in two")
    func everySplitOfMessages() throws {
        let all = ByteBuffer(string: Self.messages.map(\.bytes).joined())
        for split in 0...all.readableBytes {
            let reader = ReplyReader(takesMessages: true)
            var rest = all
            var values: [Incoming] = []
            for part in [rest.readSlice(length: split), rest] {
                try reader.feed(part ?? ByteBuffer())
                while let value = try reader.next() { values.append(value) }
            }
            #expect(values == Self.messages.map(\.value), "split at \(split)")
        }
    }

    @Test(
        "ends at a message of other parts than a message has",
        arguments: [":1\r\n$1\r\nm\r\n", "$1\r\nc\r\n:1\r\n", "$-1\r\n+m\r\n", "*1\r\n+c\r\n+m\r\n", "*0\r\n+m\r\n"]
    )
    func noMessage(parts: String) {
        #expect(throws: ReplyReader.ProtocolError.self) {
            let reader = ReplyReader(takesMessages: true)
            try reader.feed(ByteBuffer(string: "*3\r\n$7\r\nmessage\r\n" + parts))
            while try reader.next() != nil {}
        }
    }

    @Test("reads a string of many megabytes, and an array of a hundred thousand, as they come")
    func large() throws {
        let bulk = [UInt8](repeating: 0x0D, count: 5_000_000)
        let stream =
            Array("*2\r\n$\(bulk.count)\r\n".utf8) + bulk + Array("\r\n*100000\r\n".utf8)
            + Array(String(repeating: ":7\r\n", count: 100_000).utf8)
        let reader = ReplyReader()
        var values: [Incoming] = []
        var rest = stream[...]
        while !rest.isEmpty {
            try reader.feed(ByteBuffer(bytes: rest.prefix(65_536)))
            rest = rest.dropFirst(65_536)
            while let value = try reader.next() { values.append(value) }
        }
        #expect(values == [.reply(.array([.string(bulk), .array(Array(repeating: .integer(7), count: 100_000))]))])
    }

    @Test("sets no memory aside for elements that are only claimed")
    func claimed() throws {
        let reader = ReplyReader()
        try reader.feed(ByteBuffer(string: "*2147483647\r\n:1\r\n"))
        #expect(try reader.next() == nil)
    }

    @Test("ends at a reply that is nested deeper than any of ours, whatever hiredis takes")
    func depth() throws {
        var builder = ReplyBuilder(takesMessages: false)
        for _ in 0..<8 { builder.begin(count: 1) }
        #expect(!builder.isBroken)
        builder.begin(count: 1)
        #expect(builder.isBroken)

        let reader = ReplyReader()
        try reader.feed(ByteBuffer(string: String(repeating: "*1\r\n", count: 8) + ":1\r\n"))
        #expect(try reader.next() != nil)
        try reader.feed(ByteBuffer(string: String(repeating: "*1\r\n", count: 9)))
        #expect(throws: ReplyReader.ProtocolError.self) { try reader.next() }
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
