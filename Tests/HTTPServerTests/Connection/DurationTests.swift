import HTTPServer
import NIOCore
import Synchronization
import TestSupport
import Testing

@Suite("How long a request takes", .timeLimit(.minutes(5)))
struct DurationTests {
    /// What the server has told of each answered request.
    private final class Observed: Sendable {
        let exchanges = Mutex<[(path: String, duration: TimeAmount)]>([])

        @Sendable func note(_ exchange: Exchange) {
            exchanges.withLock { $0.append((exchange.path, exchange.duration)) }
        }

        func duration(of path: String) -> TimeAmount? {
            exchanges.withLock { $0.first { $0.path == path }?.duration }
        }
    }

    @Test(
        "counts from the first byte of its head, or its body is late: the client's time is in it",
        arguments: [5, 30]
    )
    func slowSender(firstBytes: Int) async throws {
        let observed = Observed()
        try await withServer(observe: observed.note) { server in
            let request = "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc"
            let (slow, other) = (try await server.connect(), try await server.connect())
            try await slow.send(String(request.prefix(firstBytes)))
            // Answers from the same loop: by then it has read those bytes.
            for _ in 1...3 { _ = try await other.request("GET", "/hello") }
            let start = ContinuousClock.now
            for _ in 1...20 { _ = try await other.request("GET", "/hello") }
            let waited = TimeAmount(ContinuousClock.now - start)
            try await slow.send(String(request.dropFirst(firstBytes)))
            #expect(try await slow.response().body == "abc")
            try await until { observed.duration(of: "/echo") != nil }
            #expect(try #require(observed.duration(of: "/echo")) >= waited)
        }
    }

    @Test("ends when the answer has been given to the socket, which a client that does not read holds back")
    func slowReader() async throws {
        let observed = Observed()
        try await withServer(observe: observed.note) { server in
            let (slow, other) = (try await server.connect(receiveBuffer: 4096), try await server.connect())
            try await slow.setReading(false)
            try await slow.send("GET /large?bytes=20000000 HTTP/1.1\r\nHost: test\r\n\r\n")
            try await until { server.events.all.contains("large") }
            for _ in 1...3 { _ = try await other.request("GET", "/hello") }
            #expect(observed.duration(of: "/large") == nil)
            try await slow.setReading(true)
            #expect(try await slow.response().body.utf8.count == 20_000_000)
            try await until { observed.duration(of: "/large") != nil }
        }
    }

    @Test("is told once where the client goes before it has read its answer")
    func leaver() async throws {
        let observed = Observed()
        try await withServer(observe: observed.note) { server in
            let leaver = try await server.connect(receiveBuffer: 4096)
            try await leaver.setReading(false)
            try await leaver.send("GET /large?bytes=20000000 HTTP/1.1\r\nHost: test\r\n\r\n")
            try await until { server.events.all.contains("large") }
            leaver.close()
            try await until { observed.duration(of: "/large") != nil }
        }
        #expect(observed.exchanges.withLock { $0.count } == 1)
    }
}
