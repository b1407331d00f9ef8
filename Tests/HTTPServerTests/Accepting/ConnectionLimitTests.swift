import TestSupport
import Testing

@testable import HTTPServer

@Suite("Open connections")
struct ConnectionLimitTests {
    @Test("are bounded in all; one more is told so and closed at once, and taken again when another has gone")
    func total() async throws {
        try await withServer(.test { $0.connections.total = 2 }) { server in
            try await fillsUp(server, refusal: "too_many_connections")
        }
    }

    @Test("are bounded for one address in the same way")
    func address() async throws {
        try await withServer(.test { $0.connections.perNetwork = 2 }) { server in
            try await fillsUp(server, refusal: "too_many_connections_of_address")
        }
    }

    @Test("of a trusted proxy are bounded only in all")
    func proxy() async throws {
        let options = ServerOptions.test { $0.connections.perNetwork = 1 }
        try await withServer(options, isTrustedProxy: { $0 == "127.0.0.1" }) { server in
            let (first, second) = (try await server.connect(), try await server.connect())
            #expect(try await first.request("GET", "/hello").status == 200)
            #expect(try await second.request("GET", "/hello").status == 200)
        }
    }

    private func fillsUp(_ server: RunningServer, refusal: String) async throws {
        let (first, second) = (try await server.connect(), try await server.connect())
        #expect(try await first.request("GET", "/hello").status == 200)
        #expect(try await second.request("GET", "/hello").status == 200)
        #expect(server.server.connectionCount == 2)
        // Nothing is sent: the answer comes by itself.
        let refused = try await server.connect()
        let answer = try await refused.response()
        #expect((answer.status, answer.code) == (503, refusal))
        #expect(answer.headers["retry-after"] != nil && answer.headers["connection"] == "close")
        #expect(try await refused.receiveToEnd() == "")
        first.close()
        try await until { server.server.connectionCount == 1 }
        #expect(try await server.connect().request("GET", "/hello").status == 200)
    }
}
