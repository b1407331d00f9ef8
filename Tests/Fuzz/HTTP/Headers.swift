import Board
import Broadcast
import Leaderboard
import NIOCore
import NIOEmbedded

@testable import HTTPServer
@testable import LeaderboardService

extension FuzzTarget {
    static let headers = FuzzTarget(
        "headers",
        "each line as a value of every header that somebody looks into",
        dictionary: "headers"
    ) { input in
        guard let request = Headed(input, as: Headed.names).request() else { return }
        let headers = request.headers
        _ = Preferences.wantsRepresentation(headers)
        _ = ContentCoding.allowsGzip(headers)
        _ = MediaType.isJSON(headers)
        _ = Headed.tag.matches(headers)
        _ = Headed.origins?.allow(headers)
        _ = try? WebSocketHandshake(request)
        _ = headers.list("Last-Event-ID").first.flatMap { Cursor(String($0)) }
        if let token = BearerToken.of(headers) { promise(token.readableBytes > 0, "a token has bytes") }
        if case .once(let key) = headers.occurrence(of: "Idempotency-Key") {
            _ = try? IdempotencyKey(String(buffer: key))
        }
        promise((1...64).contains(request.id.utf8.count), "a request's id is of 1 to 64 bytes")
    }

    static let forwarded = FuzzTarget(
        "forwarded",
        "X-Forwarded-For: what a client writes there, and what the proxy adds",
        dictionary: "addresses",
        maximumBytes: 256
    ) { input in
        let name = "X-Forwarded-For"
        guard let proxies = Headed.proxies, let forged = Headed(input, as: [name]).request()?.headers else { return }
        let believed = proxies.resolve(peer: "10.0.0.1", forwardedFor: forged)
        promise(IPAddress(believed)?.description == believed, "a client is one address, in its canonical text")
        promise(proxies.resolve(peer: "192.0.2.1", forwardedFor: forged) == "192.0.2.1", "a stranger is not believed")
        guard let added = Headed(input, as: [name], added: ", 203.0.113.9").request()?.headers else { return }
        let told = proxies.resolve(peer: "fd00::1", forwardedFor: added)
        promise(told == "203.0.113.9", "what the proxy says counts, whatever stands before it")
    }
}

/// A request whose headers all have the same values.
private struct Headed {
    static let names = [
        "Prefer", "If-None-Match", "Accept-Encoding", "Connection", "Upgrade",
        "Sec-WebSocket-Version", "Sec-WebSocket-Key", "Content-Type", "Content-Encoding", "Last-Event-ID",
        "Authorization", "Origin",
        "X-Request-Id", "Idempotency-Key",
    ]
    static let tag = EntityTag(ByteBuffer(string: "[]"))
    static let proxies = try? TrustedProxies(["10.0.0.0/8", "fd00::/8"])
    static let origins = try? Settings(environment: [:]).read { settings in
        AllowedOrigins(settings, "ORIGINS", default: ["https://play.example.com", "https://*.example.com"])
    }
    private static let router = Router([])

    private let head: ByteBuffer

    /// - Parameter added: stands behind the last line.
    init(_ input: FuzzInput, as names: [String], added: String = "") {
        var head = ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n")
        let lines = input.lines.prefix(4)
        for name in names {
            for (number, line) in lines.enumerated() {
                head.writeString(name + ": ")
                head.writeBytes(line)
                head.writeString((number == lines.count - 1 ? added : "") + "\r\n")
            }
        }
        head.writeString("\r\n")
        self.head = head
    }

    /// Nil: no server would hand it on.
    func request() -> Request? {
        var options = ServerOptions()
        options.maximumHeadBytes = 65_536
        var parser = RequestParser(options: options)
        parser.feed(head)
        guard case .head(let head) = try? parser.next() else { return nil }
        return Request(
            IncomingRequest(head: head, router: Self.router, began: .now()),
            isKeepAlive: true,
            remoteAddress: "192.0.2.1",
            eventLoop: EmbeddedEventLoop()
        )
    }
}
