import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import HTTPServer

@Suite("The protocols that a TLS client offers")
struct ApplicationProtocolTests {
    @Test(
        "are enough when HTTP/1.1 is one of them, or when there are none; others are refused by an alert",
        arguments: [
            ([], true), (["http/1.1"], true), (["h2", "http/1.1"], true), (["h2"], false), (["http/1.0", "x"], false),
        ]
    )
    func overlap(offered: [String], isServed: Bool) async throws {
        let own = try await TestCertificate()
        var tls = TLSConfiguration.trusting(own)
        tls.applicationProtocols = offered
        try await withServer(.secure(own)) { [tls] server in
            let answer = try? await server.connect(tls: tls).request("GET", "/hello")
            #expect(answer?.status == (isServed ? 200 : nil))
        }
    }

    @Test("are refused by no_application_protocol, and no other byte")
    func alert() async throws {
        let own = try await TestCertificate()
        try await withServer(.secure(own)) { server in
            let connection = try await server.connect()
            try await connection.send(ByteBuffer(bytes: Self.hello(["h2"])))
            let bytes = try await connection.receive {
                $0.readableBytes >= 7 ? $0.readBytes(length: $0.readableBytes) : nil
            }
            #expect(bytes == [21, 3, 3, 0, 2, 2, 120])
            #expect(try await connection.receiveToEnd() == "")
        }
    }

    @Test("are found wherever the message is cut, and whatever stands beside them")
    func cuts() {
        let hello = Self.hello(["h2", "spdy/3"])
        for cut in 0..<hello.count {
            #expect(ClientHello.protocols(in: ByteBuffer(bytes: hello[..<cut])) == .incomplete, "cut at \(cut)")
        }
        #expect(ClientHello.protocols(in: ByteBuffer(bytes: hello)) == .only(["h2", "spdy/3"]))
        // A record for each byte of the message.
        let spread = hello.dropFirst(5).flatMap { [22, 3, 1, 0, 1, $0] as [UInt8] }
        #expect(ClientHello.protocols(in: ByteBuffer(bytes: spread)) == .only(["h2", "spdy/3"]))
    }

    @Test("are never looked for beyond the bytes: any message is read to an answer", arguments: 0..<4)
    func extremes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let hello = Self.hello(["h2"])
        for _ in 0..<20_000 {
            var bytes = hello
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                    [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            }
            _ = ClientHello.protocols(in: ByteBuffer(bytes: bytes[..<Int.random(in: 0...bytes.count, using: &random)]))
        }
    }

    @Test(
        "are left to the TLS library where there is no such message",
        arguments: [
            [0x47, 0x45, 0x54], [22, 2, 0], [22, 3, 1, 0, 0], [22, 3, 1, 0, 1, 2],
            [22, 3, 1, 0, 4, 1, 0xFF, 0xFF, 0xFF],
            [22, 3, 1, 0, 4, 1, 0, 0, 0], [22, 3, 1, 0xFF, 0xFF, 1, 0x00, 0x40, 0x01],
        ] as [[UInt8]]
    )
    func others(bytes: [UInt8]) {
        #expect(ClientHello.protocols(in: ByteBuffer(bytes: bytes)) == .any)
    }

    /// A first message of TLS 1.2 with these protocols behind another extension.
    private static func hello(_ protocols: [String]) -> [UInt8] {
        func counted(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes }
        let names = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        let extensions: [UInt8] = [0, 23] + counted([]) + [0, 16] + counted(counted(names))
        let random = [UInt8](repeating: 7, count: 32)
        let hello = [3, 3] + random + [0] + counted([0xC0, 0x2F]) + [1, 0] + counted(extensions)
        return [22, 3, 1] + counted([1, 0] + counted(hello))
    }
}
