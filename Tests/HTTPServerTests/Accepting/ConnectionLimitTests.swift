import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Open connections")
struct ConnectionLimitTests {
    @Test("are bounded in all; one more is closed at once, and taken again when another has gone")
    func total() async throws {
        try await withServer(.test { $0.maximumConnections = 2 }) { server in
            try await fillsUp(server)
        }
    }

    @Test("are bounded for one address in the same way")
    func address() async throws {
        try await withServer(.test { $0.maximumConnectionsPerAddress = 2 }) { server in
            try await fillsUp(server)
        }
    }

    @Test("of a trusted proxy are bounded only in all")
    func proxy() async throws {
        let options = ServerOptions.test { $0.maximumConnectionsPerAddress = 1 }
        try await withServer(options, isTrustedProxy: { $0 == "127.0.0.1" }) { server in
            let (first, second) = (try await server.connect(), try await server.connect())
            #expect(try await first.request("GET", "/hello").status == 200)
            #expect(try await second.request("GET", "/hello").status == 200)
        }
    }

    private func fillsUp(_ server: RunningServer) async throws {
        let (first, second) = (try await server.connect(), try await server.connect())
        #expect(try await first.request("GET", "/hello").status == 200)
        #expect(try await second.request("GET", "/hello").status == 200)
        #expect(server.server.connectionCount == 2)
        #expect(try await server.connect().receiveToEnd() == "")
        first.close()
        try await until { server.server.connectionCount == 1 }
        #expect(try await server.connect().request("GET", "/hello").status == 200)
    }

    @Test(
        "are of one client when their addresses are of one network",
        arguments: [
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
            ("::ffff:192.0.2.1", "192.0.2.1", true), ("2001:db8::1", "2001:db8::ffff", true),
            ("2001:db8:0:1::1", "2001:db8:0:1:2:3:4:5", true), ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", true), ("::1", "::2", true),
        ]
    )
    func networks(left: String, right: String, isOne: Bool) throws {
        let addresses = try [left, right].map { RemoteAddress(try SocketAddress(ipAddress: $0, port: 1)) }
        #expect((addresses[0].network == addresses[1].network) == isOne)
    }

    @Test("an IPv4 address that comes over IPv6 is written as IPv4")
    func mapped() throws {
        let text = { try RemoteAddress(SocketAddress(ipAddress: $0, port: 1)).text }
        #expect(try text("::ffff:192.0.2.1") == "192.0.2.1")
        #expect(try text("2001:DB8::1") == "2001:db8::1")
    }
}
