import NIOCore
import NIOHTTP1

@testable import HTTPServer

extension FuzzTarget {
    static let request = FuzzTarget(
        "request",
        "requests on a connection: heads, bodies, chunks, trailers, in any pieces",
        dictionary: "http",
        maximumBytes: 2048
    ) { input in
        let whole = Reading([input.bytes[...]])
        promise(Reading(input.pieces) == whole, "the same requests, however the bytes come")
        for request in whole.requests { request.check() }
    }
}

/// What a connection's bytes are read as, up to the end or to a violation.
private struct Reading: Equatable {
    var requests: [WholeRequest] = []
    var violation: String?
    /// Not when it is over: then nobody reads on.
    var unread = 0

    init(_ pieces: [ArraySlice<UInt8>]) {
        var parser = RequestParser(options: ServerOptions())
        do {
            for piece in pieces {
                parser.feed(ByteBuffer(bytes: piece))
                while let part = try parser.next() { take(part) }
            }
            unread = parser.unreadCount
        } catch {
            violation = error.message
        }
    }

    private mutating func take(_ part: RequestParser.Part) {
        switch part {
        case .head(let head): requests.append(WholeRequest(head: head))
        case .body(let bytes):
            promise(bytes.readableBytes > 0, "a part of a body has bytes")
            requests[requests.count - 1].body.append(contentsOf: bytes.readableBytesView)
        case .end: requests[requests.count - 1].isEnded = true
        }
    }
}

private struct WholeRequest: Equatable {
    let head: RequestHead
    var body: [UInt8] = []
    var isEnded = false

    private static let router = Router(
        ["/hello", "/users/{id}", "/assets/{version}/{name}"].map { path in .on(.GET, path) { _ in Response(.ok) } }
    )

    static func == (left: Self, right: Self) -> Bool {
        let (one, other) = (left.head, right.head)
        return one.line.method == other.line.method && one.line.path == other.line.path
            && one.line.query == other.line.query && one.isKeepAlive == other.isKeepAlive
            && one.framing.length == other.framing.length && one.framing.isChunked == other.framing.isChunked
            && one.headers["Host"] == other.headers["Host"] && one.headers["X-A"] == other.headers["X-A"]
            && left.body == right.body && left.isEnded == right.isEnded
    }

    func check() {
        let line = head.line
        promise(line.path == "*" || line.path.utf8.first == UInt8(ascii: "/"), "a path begins with a slash")
        promise(line.path.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a path is of visible characters")
        promise(head.headers["Host"].count == 1 || !line.isHTTP11, "one host")
        if let length = head.framing.length {
            promise(length >= 0 && !head.framing.isChunked, "one length, which is none below 0")
            promise(body.count <= length && isEnded == (body.count == length), "the body has its length")
        }
        _ = Query(line.query)
        for parameter in Self.router.match(line.method, line.path).parameters {
            promise(!parameter.key.isEmpty, "parameters have names")
        }
        _ = IncomingRequest(head: head, router: Self.router, began: .now()).body
    }
}
