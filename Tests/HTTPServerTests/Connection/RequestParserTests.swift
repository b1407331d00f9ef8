import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import HTTPServer

@Suite("The parser of requests")
struct RequestParserTests {
    private static func head(_ text: String) throws -> RequestHead? {
        var parser = RequestParser(options: ServerOptions())
        parser.feed(ByteBuffer(string: text))
        guard case .head(let head) = try parser.next() else { return nil }
        return head
    }

    /// 2: more than once.
    private static func count(_ occurrence: RequestHeaders.Occurrence) -> Int {
        switch occurrence {
        case .none: 0
        case .once: 1
        case .several: 2
        }
    }

    /// Eight bytes are looked at in one step: a control character must be seen at each place of a step.
    @Test("sees a control character wherever it stands, and takes a tab and every other byte in a value")
    func controls() throws {
        for byte in UInt8.min...UInt8.max {
            for before in 0...17 {
                var line = Array("X-A: ".utf8) + Array(repeating: UInt8(ascii: "a"), count: before)
                line += [byte] + Array("aaaaaaaaaaaaaaa\r\n".utf8)
                var parser = RequestParser(options: ServerOptions())
                parser.feed(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: test\r\n"))
                parser.feed(ByteBuffer(bytes: line))
                parser.feed(ByteBuffer(string: "\r\n"))
                let isControl = (byte < 0x20 && byte != UInt8(ascii: "\t")) || byte == 0x7F
                if isControl {
                    #expect(throws: RequestViolation.self, "\(byte) behind \(before)") { try parser.next() }
                } else {
                    #expect(throws: Never.self, "\(byte) behind \(before)") { try parser.next() }
                }
            }
        }
    }

    @Test("finds a header by its name in any case, once or several times, and nothing by a part of the name")
    func names() throws {
        let head = try #require(
            try Self.head("GET / HTTP/1.1\r\nhOST: test\r\nX-Aa:  one \r\nx-aA: two, three\r\nX-A: \r\n\r\n")
        )
        #expect(head.headers["X-AA"] == ["one", "two, three"])
        #expect(head.headers.list("x-aa") == ["one", "two", "three"])
        #expect(head.headers["X-A"] == [""])
        #expect(head.headers["X"] == [])
        #expect(Self.count(head.headers.occurrence(of: "Host")) == 1)
        #expect(Self.count(head.headers.occurrence(of: "x-aa")) == 2)
        #expect(Self.count(head.headers.occurrence(of: "X-B")) == 0)
    }

    @Test(
        "splits a target into path and query",
        arguments: [
            ("/", "/", nil), ("/a?b=c", "/a", "b=c"), ("/a?b?c", "/a", "b?c"),
            ("/a?", "/a", ""), ("http://h", "/", nil), ("http://h?q", "/", "q"),
            ("https://h:1/a?q", "/a", "q"), ("//a", "//a", nil),
        ] as [(String, String, String?)]
    )
    func targets(target: String, path: String, query: String?) throws {
        let head = try #require(try Self.head("GET \(target) HTTP/1.1\r\nHost: test\r\n\r\n"))
        #expect((head.line.path, head.line.query) == (path, query))
    }

    @Test("hands over what stands behind a request, byte for byte, and keeps no bytes once it is empty")
    func rest() throws {
        var parser = RequestParser(options: ServerOptions())
        parser.feed(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: test\r\n\r\n"))
        _ = try #require(try parser.next())
        _ = try #require(try parser.next())
        #expect(parser.unreadCount == 0)
        parser.feed(ByteBuffer(bytes: [0x81, 0x80, 0, 0, 0, 0]))
        #expect(Array(parser.takeUnread().readableBytesView) == [0x81, 0x80, 0, 0, 0, 0])
        #expect(parser.unreadCount == 0)
    }

    @Test("tells the method of a head that it refuses, where it has come so far")
    func methodOfRefusal() {
        var parser = RequestParser(options: ServerOptions())
        parser.feed(ByteBuffer(string: "HEAD / HTTP/1.1\r\nno colon\r\n"))
        #expect(throws: RequestViolation.self) { try parser.next() }
        #expect(parser.method == .HEAD)
    }

    @Test("takes a head, and trailers, of as many bytes as they may have, and refuses one more, wherever a line ends")
    func bounds() throws {
        let options = ServerOptions()
        let chunked = "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        for (before, counted) in [("", "GET / HTTP/1.1\r\nHost: test\r\nX-A: "), (chunked, "X-A: ")] {
            // The long line ends about where the bytes do that a head may have.
            for bytes in options.maximumHeadBytes - 5...options.maximumHeadBytes + 5 {
                let padding = String(repeating: "a", count: bytes - counted.utf8.count - 4)
                var parser = RequestParser(options: options)
                parser.feed(ByteBuffer(string: before + counted + padding + "\r\n\r\nGET"))
                if bytes <= options.maximumHeadBytes {
                    #expect(throws: Never.self, "\(bytes)") { while try parser.next() != nil {} }
                    #expect(parser.unreadCount == 3)
                } else {
                    #expect(throws: RequestViolation.self, "\(bytes)") { while try parser.next() != nil {} }
                }
            }
        }
    }

    @Test(
        "keeps no bytes of what was taken, although a part of the next request is always there",
        arguments: [
            "GET / HTTP/1.1\r\nHost: test\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        ]
    )
    func memory(request: String) throws {
        let split = request.utf8.count / 2
        var parser = RequestParser(options: ServerOptions())
        parser.feed(ByteBuffer(string: String(request.prefix(split))))
        var heads: [RequestHead] = []
        for _ in 1...5000 {
            parser.feed(ByteBuffer(string: String(request.dropFirst(split)) + String(request.prefix(split))))
            while let part = try parser.next() {
                // The last one is being handled.
                if case .head(let head) = part { heads = [head] }
            }
        }
        #expect(parser.capacity < 16_384)
        #expect(heads.count == 1)
    }
}
