import NIOCore
import NIOEmbedded
import NIOHTTP1
import TestSupport
import Testing

@testable import HTTPServer

/// A whole request, as one of two readers understands it.
private struct WholeRequest: Equatable {
    private static let names: [StaticString] = [
        "Host", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade", "Expect", "X-Request-Id", "X-A",
    ]

    var method: HTTPMethod
    let path: String
    let query: String?
    let isHTTP11: Bool
    let headers: [[String]]
    let isChunked: Bool
    var body: [UInt8] = []

    init(_ head: RequestHead) {
        method = head.line.method
        (path, query, isHTTP11) = (head.line.path, head.line.query, head.line.isHTTP11)
        headers = Self.names.map { head.headers[$0] }
        isChunked = head.framing.isChunked
    }

    init(_ head: HTTPRequestHead) {
        method = head.method
        (path, query) = Self.parts(of: head.uri)
        isHTTP11 = head.version == .http1_1
        headers = Self.names.map { name in head.headers["\(name)"].map(Self.withoutBlanksBehind) }
        isChunked = head.headers.contains(name: "Transfer-Encoding")
    }

    /// They are no part of a value (RFC 9110, section 5.5), and NIO's decoder leaves them to it.
    private static func withoutBlanksBehind(_ value: String) -> String {
        String(decoding: value.utf8.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed(), as: UTF8.self)
    }

    /// Said once more, and in another way than the parser does.
    private static func parts(of target: String) -> (String, String?) {
        var rest = target[...]
        if !rest.hasPrefix("/"), let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...].drop { $0 != "/" && $0 != "?" }
        }
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return (parts[0].isEmpty ? "/" : String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
    }
}

/// NIO's decoder, as somebody in front of us might read, and what it makes of the bytes of one request.
private struct OtherReader {
    private(set) var request: WholeRequest?
    private(set) var isKeepAlive = false
    private(set) var isRefused = false
    /// Whether it sees the request's end there, and not before.
    private(set) var endsWithLastByte = false

    init(_ bytes: ArraySlice<UInt8>) {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        do {
            for (isLast, piece) in [(false, bytes.dropLast()), (true, bytes.suffix(1))] {
                try channel.writeInbound(ByteBuffer(bytes: piece))
                while let part = try channel.readInbound(as: HTTPServerRequestPart.self) { take(part, isLast: isLast) }
            }
        } catch {
            isRefused = true
        }
    }

    private mutating func take(_ part: HTTPServerRequestPart, isLast: Bool) {
        switch part {
        case .head(let head): (request, isKeepAlive) = (WholeRequest(head), head.isKeepAlive)
        case .body(let bytes): request?.body += Array(bytes.readableBytesView)
        case .end: endsWithLastByte = isLast
        }
    }
}

@Suite("Two readers of requests, our parser and NIO's decoder")
struct TwoReadersTests {
    /// The whole requests in the bytes, and where each of them ends.
    private func requests(in pieces: [ArraySlice<UInt8>]) -> [(request: WholeRequest, isKeepAlive: Bool, end: Int)] {
        var parser = RequestParser(options: ServerOptions())
        var requests: [(WholeRequest, Bool, Int)] = []
        var (request, isKeepAlive): (WholeRequest?, Bool) = (nil, false)
        do {
            for piece in pieces {
                parser.feed(ByteBuffer(bytes: piece))
                while let part = try parser.next() {
                    switch part {
                    case .head(let head): (request, isKeepAlive) = (WholeRequest(head), head.isKeepAlive)
                    case .body(let bytes): request?.body += Array(bytes.readableBytesView)
                    case .end:
                        if let request { requests.append((request, isKeepAlive, piece.endIndex - parser.unreadCount)) }
                    }
                }
            }
        } catch {
            // What follows a refusal is not looked at.
        }
        return requests
    }

    /// The differences that are meant:
    /// - We refuse more. What we do not take is not compared, nor is what stands behind it.
    /// - Extensions of chunks (`5;a = b`): NIO's decoder refuses those that do not keep their grammar; we look no further
    ///   than for the line's end, as they mean nothing to anybody. Without them it must read what we do.
    /// - Blanks behind a header's value: ``WholeRequest`` takes them off NIO's.
    /// - Methods that NIO's decoder does not know: it refuses them, and must read the rest as we do when it is a POST.
    /// - `Connection: keep-alive` of HTTP/1.0: NIO's would keep the connection, we close it.
    @Test("understand the same by each request that ours takes, and see its end at the same byte")
    func sameMeaning() throws {
        var fuzzer = HeadFuzzer(seed: 0x5EED)
        var (count, bodies, chunked, extended) = (0, 0, 0, 0)
        for _ in 1...16_000 {
            let bytes = fuzzer.next()
            let cut = Int.random(in: 0...bytes.count, using: &fuzzer.random)
            var start = 0
            for (request, isKeepAlive, end) in requests(in: [bytes[..<cut], bytes[cut...]]) {
                var (request, sent) = (request, bytes[start..<end])
                start = end
                if case .RAW(let name) = request.method, let method = sent.firstRange(of: Array(name.utf8)) {
                    sent.replaceSubrange(method, with: Array("POST".utf8))
                    request.method = .POST
                }
                var other = OtherReader(sent)
                if other.isRefused, request.isChunked {
                    other = OtherReader(Self.withoutExtensions(sent))
                    extended += 1
                }
                let text = String(decoding: sent, as: UTF8.self).debugDescription
                #expect(other.request == request, "\(text)")
                #expect(other.endsWithLastByte, "\(text)")
                #expect(other.isKeepAlive || !isKeepAlive, "\(text)")
                count += 1
                if !request.body.isEmpty { bodies += 1 }
                if request.isChunked { chunked += 1 }
            }
        }
        // None of it was for nothing.
        #expect(count > 3000)
        #expect(bodies > 1500)
        #expect(chunked > 800)
        #expect(extended > 200)
    }

    /// Of a request with a chunked body that is right but for the extensions.
    private static func withoutExtensions(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let lineEnd = Array("\r\n".utf8)
        guard let headEnd = bytes.firstRange(of: lineEnd + lineEnd)?.upperBound else { return bytes }
        var (plain, rest) = (bytes[..<headEnd], bytes[headEnd...])
        while let line = rest.firstRange(of: lineEnd) {
            let digits = rest.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\r") }
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size > 0 else {
                return plain + digits + rest[line.lowerBound...]
            }
            plain += digits + rest[line.lowerBound..<min(line.upperBound + size + 2, rest.endIndex)]
            rest = rest.dropFirst(line.upperBound - rest.startIndex + size + 2)
        }
        return plain
    }
}
