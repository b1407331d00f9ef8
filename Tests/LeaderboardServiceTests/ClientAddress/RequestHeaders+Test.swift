import NIOCore

@testable import HTTPServer

extension RequestHeaders {
    /// As the server reads them from a client that sends these lines.
    init(_ lines: [(name: String, value: String)]) throws {
        var parser = RequestParser(options: ServerOptions())
        let text = lines.map { "\($0.name): \($0.value)\r\n" }.joined()
        parser.feed(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: test\r\n\(text)\r\n"))
        guard case .head(let head) = try parser.next() else { throw RequestViolation.malformed }
        self = head.headers
    }
}
