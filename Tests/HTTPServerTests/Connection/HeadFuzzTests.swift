import Logging
import Metrics
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// Requests that are nearly right, put together of what smugglers use, from a fixed seed.
private struct HeadFuzzer {
    var random = SeededGenerator(seed: 0xBAD5EED)

    private static let lines = [
        "GET /hello HTTP/1.1", "POST /echo HTTP/1.1", "HEAD /hello HTTP/1.1", "GET /hello HTTP/1.0",
        "OPTIONS * HTTP/1.1",
        "GET http://test/hello HTTP/1.1", "DELETE /hello HTTP/1.1", "GET /hello", "PRI * HTTP/2.0",
        "POST /echo?a=%zz HTTP/1.1",
    ]
    private static let headers = [
        "Content-Length: 5", "Content-Length: 0", "Content-Length: 70", "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding : chunked", "Host: test", "Connection: close",
        "Connection: keep-alive", "Expect: 100-continue", "Upgrade: h2c", "X-Request-Id: a", " folded", "X-A: \u{1}",
        "NoColon",
    ]
    private static let bodies = [
        "", "hello", "5\r\nhello\r\n0\r\n\r\n", "5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n", "fffff\r\n", "0\r\n\r\n",
    ]
    private static let ends = ["\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r"]

    mutating func next() -> [UInt8] {
        var text = ""
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            text += pick(Self.lines) + end() + "Host: test\r\n"
            for _ in 0..<Int.random(in: 0...3, using: &random) { text += pick(Self.headers) + end() }
            text += "\r\n" + pick(Self.bodies)
        }
        var bytes = Array(text.utf8)
        for _ in 0..<max(0, Int.random(in: -4...3, using: &random)) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
        }
        return bytes
    }

    private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }

    /// A line's end, nearly always the right one.
    private mutating func end() -> String { Int.random(in: 0...5, using: &random) > 0 ? "\r\n" : pick(Self.ends) }
}

/// What a connection answers to bytes, without a socket.
private struct Exchanged: Equatable {
    var statuses: [Int] = []
    var reached: [String] = []
    /// Bytes that make no whole answer.
    var rest = ""

    init(_ pieces: [ArraySlice<UInt8>]) throws {
        let reached = Mutex<[String]>([])
        let channel = EmbeddedChannel()
        let acceptor = Acceptor.embedded(on: channel.embeddedEventLoop) { path in reached.withLock { $0.append(path) } }
        try acceptor.accept(channel)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        for piece in pieces { _ = try? channel.writeInbound(ByteBuffer(bytes: piece)) }
        var bytes = ByteBuffer()
        while let more = try? channel.readOutbound(as: ByteBuffer.self) { bytes.writeImmutableBuffer(more) }
        self.reached = reached.withLock { $0 }
        while let status = Self.takeAnswer(&bytes) { statuses.append(status) }
        rest = String(buffer: bytes)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    private static func takeAnswer(_ bytes: inout ByteBuffer) -> Int? {
        let text = String(buffer: bytes)
        guard let match = text.prefixMatch(of: /HTTP\/1\.1 ([0-9]{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/) else {
            return nil
        }
        // A body is JSON or one of the routes': none begins like an answer, so the next answer shows where it ends.
        let rest = text[match.range.upperBound...]
        let end = rest.firstRange(of: "HTTP/1.1 ")?.lowerBound ?? rest.endIndex
        bytes.moveReaderIndex(forwardBy: text[..<end].utf8.count)
        return Int(match.1)
    }
}

extension Acceptor {
    /// Routes that answer at once: no other thread has a part in it.
    fileprivate static func embedded(on eventLoop: EmbeddedEventLoop, note: @escaping @Sendable (String) -> Void)
        -> Acceptor
    {
        let routes: [Route] = [
            .on(.GET, "/hello") { _ in
                note("hello")
                return Response(.ok, body: ByteBuffer(string: "hello"))
            },
            .on(.POST, "/echo", maximumBodyBytes: 64) { _ in
                note("echo")
                return Response(.ok)
            },
        ]
        let options = ServerOptions.test
        let loop = LoopContext(eventLoop: eventLoop, tickInterval: TimeAmount(options.tickInterval))
        return Acceptor(
            server: ServerContext(
                options: options,
                router: Router(routes),
                observe: { _ in },
                limits: ConnectionLimits(maximum: 10, maximumPerAddress: 10, isExempt: { _ in false }),
                metrics: ServerMetrics(factory: NOOPMetricsHandler.instance)
            ),
            loops: [ObjectIdentifier(eventLoop): .init(loop, eventLoop: eventLoop)],
            certificates: nil
        )
    }
}

@Suite("A connection, fuzzed")
struct HeadFuzzTests {
    @Test("gives the same answers however the bytes are cut, one a request and one more at most, and never half of one")
    func properties() throws {
        var fuzzer = HeadFuzzer()
        var seen: Set<Int> = []
        for round in 1...1500 {
            let bytes = fuzzer.next()
            let whole = try Exchanged([bytes[...]])
            let cut = Int.random(in: 0...bytes.count, using: &fuzzer.random)
            let parts = try Exchanged([bytes[..<cut], bytes[cut...]])
            let text = String(decoding: bytes, as: UTF8.self).debugDescription
            #expect(parts == whole, "round \(round), cut at \(cut): \(text)")
            #expect(whole.rest == "", "round \(round): \(text)")
            // Interim answers and refusals aside, an answer of a route stands for a request that reached it.
            #expect(whole.statuses.count { $0 == 200 } == whole.reached.count, "round \(round): \(text)")
            seen.formUnion(whole.statuses)
        }
        #expect(seen.isSuperset(of: [100, 200, 400, 404, 405, 505]))
    }
}
