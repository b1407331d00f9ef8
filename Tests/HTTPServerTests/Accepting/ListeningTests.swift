import Foundation
import Logging
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import HTTPServer

@Suite("The listening sockets")
struct ListeningTests {
    private func open(_ host: String, port: Int = 0) async throws -> Listeners {
        try await Listeners.open(host: host, port: port, logger: LogRecorder().logger) {
            ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        }
    }

    private func addresses(_ listeners: Listeners) -> Set<String> {
        Set(listeners.channels.compactMap(\.localAddress?.ipAddress))
    }

    private static let hasIPv6: Bool = {
        let group = MultiThreadedEventLoopGroup.singleton
        let probe = try? ServerBootstrap(group: group).bind(host: "::1", port: 0).wait()
        try? probe?.close().wait()
        return probe != nil
    }()

    @Test("of a star are all addresses of both families, on one port")
    func star() async throws {
        let listeners = try await open("*")
        #expect(addresses(listeners) == (Self.hasIPv6 ? ["0.0.0.0", "::"] : ["0.0.0.0"]))
        #expect(Set(listeners.channels.compactMap(\.localAddress?.port)).count == 1)
        let port = try #require(listeners.channels.first?.localAddress?.port)
        for host in ["127.0.0.1"] + (Self.hasIPv6 ? ["::1"] : []) {
            let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: host, port: port).get()
            try await client.close()
        }
        await listeners.close()
    }

    @Test("of a name are all that it stands for")
    func name() async throws {
        let meant = try await HostAddresses.of("localhost").compactMap(\.ipAddress)
        #expect(meant.contains("127.0.0.1"))
        let listeners = try await open("localhost")
        #expect(addresses(listeners).isSubset(of: Set(meant)))
        #expect(addresses(listeners).contains("127.0.0.1"))
        if Self.hasIPv6, meant.contains("::1") { #expect(addresses(listeners).contains("::1")) }
        await listeners.close()
    }

    @Test("of an address is that one, with or without brackets", arguments: ["127.0.0.1", "::1", "[::1]", "0.0.0.0"])
    func address(host: String) async throws {
        guard Self.hasIPv6 || !host.contains(":") else { return }
        let listeners = try await open(host)
        #expect(addresses(listeners) == [host.trimmingCharacters(in: ["[", "]"])])
        await listeners.close()
    }

    @Test("on a port that is taken are refused with host and port, and leave nothing open")
    func taken() async throws {
        // Another test may take the port as soon as it is free: then with another one.
        for _ in 1...10 {
            let other = try await open("127.0.0.1")
            let port = try #require(other.channels.first?.localAddress?.port)
            for host in ["127.0.0.1", "localhost", "*"] {
                let error = await #expect(throws: ListenError.self) { try await open(host, port: port) }
                let expected = "cannot listen on \(host):\(port): another program uses the port"
                #expect(error?.description.hasPrefix(expected) == true)
            }
            await other.close()
            guard let now = try? await open("*", port: port) else { continue }
            return await now.close()
        }
        Issue.record("something of ours is left open")
    }

    @Test(
        "at a place that is none of ours are refused in words",
        arguments: [
            ("192.0.2.1", "is no address of this machine"), ("nobody.invalid", "no address of that name is known"),
            ("", "no address of that name is known"), ("1.2.3.4.5", "no address of that name is known"),
        ]
    )
    func nowhere(host: String, reason: String) async throws {
        let error = await #expect(throws: ListenError.self) { try await open(host) }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }
}
