import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

/// What a load balancer may send first, and what it means: an address, the balancer itself (""), or nothing valid (nil).
struct ProxyCase: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let address: String?
    var testDescription: String { name }

    init(_ text: String, _ address: String?) {
        name = text.debugDescription
        bytes = Array(text.utf8)
        self.address = address
    }

    init(_ name: String, _ bytes: [UInt8], _ address: String?) {
        self.name = name
        self.bytes = bytes
        self.address = address
    }

    static let text = [
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\n", "203.0.113.7"),
        ProxyCase("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255"),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 0 0\r\n", "203.0.113.7"),
        ProxyCase("PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n", "2001:db8::7"),
        ProxyCase("PROXY TCP6 ::ffff:203.0.113.7 ::1 56324 443\r\n", "203.0.113.7"),
        ProxyCase("PROXY UNKNOWN\r\n", ""),
        ProxyCase("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", ""),
        ProxyCase("PROXY TCP6 2001:DB8::7 2001:0db8:0:0:0:0:0:1 56324 443\r\n", "2001:db8::7"),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7\u{0}.8 192.0.2.1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1\u{0} 56324 443\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\u{0}\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7\r 192.0.2.1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7\t192.0.2.1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\u{7F}\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\u{E9}\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.007 192.0.2.1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP4 0xCB.0.113.7 192.0.2.1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP4 3405803783 192.0.2.1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP6 fe80::1%eth0 fe80::2%eth0 56324 443\r\n", nil),
        ProxyCase("PROXY TCP6 fe80::1%1 fe80::2 56324 443\r\n", nil),
        ProxyCase("PROXY TCP6 fe80::1 fe80::2%1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP6 [2001:db8::7] 2001:db8::1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP6 2001:db8::7::1 2001:db8::1 56324 443\r\n", nil),
        ProxyCase("PROXY UNKNOWN \u{0}\r\n", ""),
        ProxyCase("PROXY UNKNOWN a\rb\nc\t\u{7F}\u{E9} \r\r\n", ""),
        ProxyCase("PROXY UNKNOWN \r\n", ""),
        ProxyCase("PROXY UNKNOWN TCP4 203.0.113.7 192.0.2.1 56324 443\r\n", ""),
        ProxyCase("PROXY UNKNOWN \(String(repeating: "x", count: 91))\r\n", ""),
        ProxyCase("PROXY UNKNOWN \(String(repeating: "x", count: 92))\r\n", nil),
        ProxyCase("PROXY UNKNOWN\r\r\n", nil),
        ProxyCase("PROXY UNKNOWN\t\r\n", nil),
        ProxyCase("PROXY UNKNOWN2\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 56324\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443 1\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7  192.0.2.1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 56324 443 \r\n", nil),
        ProxyCase("PROXY  TCP4 203.0.113.7 192.0.2.1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.256 192.0.2.1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113 192.0.2.1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP4 2001:db8::7 2001:db8::1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP6 203.0.113.7 192.0.2.1 56324 443\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 65536 443\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 056 443\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 +56 443\r\n", nil),
        ProxyCase("PROXY TCP4 203.0.113.7 192.0.2.1 -1 443\r\n", nil),
        ProxyCase("PROXY TCP4 localhost 192.0.2.1 1 443\r\n", nil),
        ProxyCase("PROXY TCP5 203.0.113.7 192.0.2.1 1 443\r\n", nil),
        ProxyCase("PROXY UDP4 203.0.113.7 192.0.2.1 1 443\r\n", nil),
        ProxyCase("PROXY\r\n", nil),
        ProxyCase("PROXY \r\n", nil),
        ProxyCase("proxy TCP4 203.0.113.7 192.0.2.1 1 443\r\n", nil),
        ProxyCase("PROXY UNKNOWN \(String(repeating: "x", count: 100))\r\n", nil),
        ProxyCase("GET / HTTP/1.1\r\n\r\n", nil),
        ProxyCase(" PROXY UNKNOWN\r\n", nil),
    ]

    fileprivate static func binary(_ command: UInt8, _ family: UInt8, _ body: [UInt8], length: Int? = nil) -> [UInt8] {
        let length = length ?? body.count
        return [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, command, family]
            + [UInt8(length >> 8), UInt8(length & 0xFF)] + body
    }

    private static let v4: [UInt8] = [203, 0, 113, 7, 192, 0, 2, 1, 0xDC, 0x04, 0x01, 0xBB]
    private static let mapped =
        [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 203, 0, 113, 7] + [UInt8](repeating: 1, count: 16) + [
            0, 1, 0, 2,
        ]
    private static let v6 =
        [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [7] + [UInt8](repeating: 1, count: 16) + [
            0, 1, 0, 2,
        ]

    static let binary = [
        ProxyCase("TCP over IPv4", binary(0x21, 0x11, v4), "203.0.113.7"),
        ProxyCase("TCP over IPv6", binary(0x21, 0x21, v6), "2001:db8::7"),
        ProxyCase("with a TLV", binary(0x21, 0x11, v4 + [0x04, 0, 2, 0, 0]), "203.0.113.7"),
        ProxyCase("LOCAL", binary(0x20, 0x00, []), ""),
        ProxyCase("LOCAL with an address", binary(0x20, 0x11, v4), ""),
        ProxyCase("LOCAL of a family that is not known", binary(0x20, 0x47, [1, 2, 3]), ""),
        ProxyCase("LOCAL with something else than TLVs", binary(0x20, 0x00, [1]), ""),
        ProxyCase("an unspecified family with an address", binary(0x21, 0x00, v4), ""),
        ProxyCase("an unspecified family", binary(0x21, 0x00, []), ""),
        ProxyCase("Unix sockets", binary(0x21, 0x31, [UInt8](repeating: 1, count: 216)), ""),
        ProxyCase("Unix sockets with a TLV", binary(0x21, 0x31, [UInt8](repeating: 1, count: 216) + [4, 0, 0]), ""),
        ProxyCase("Unix sockets that are too short", binary(0x21, 0x31, [UInt8](repeating: 1, count: 215)), nil),
        ProxyCase("Unix sockets with no address", binary(0x21, 0x32, []), nil),
        ProxyCase("IPv4 without a protocol", binary(0x21, 0x10, v4), nil),
        ProxyCase("no family with a protocol", binary(0x21, 0x01, v4), nil),
        ProxyCase("mapped IPv4", binary(0x21, 0x21, mapped), "203.0.113.7"),
        ProxyCase("an unknown command", binary(0x22, 0x11, v4), nil),
        ProxyCase("version 1 in binary", binary(0x11, 0x11, v4), nil),
        ProxyCase("version 3", binary(0x31, 0x11, v4), nil),
        ProxyCase("an unknown family", binary(0x21, 0x41, v4), nil),
        ProxyCase("an unknown protocol", binary(0x21, 0x13, v4), nil),
        ProxyCase("datagrams over IPv4", binary(0x21, 0x12, v4), nil),
        ProxyCase("datagrams over IPv6", binary(0x21, 0x22, v6), nil),
        ProxyCase("datagrams of Unix sockets", binary(0x21, 0x32, [UInt8](repeating: 1, count: 216)), nil),
        ProxyCase("LOCAL over datagrams", binary(0x20, 0x12, v4), ""),
        ProxyCase("an address that is too short", binary(0x21, 0x11, Array(v4.dropLast())), nil),
        ProxyCase("IPv4 as IPv6", binary(0x21, 0x21, v4), nil),
        ProxyCase("a TLV that is cut", binary(0x21, 0x11, v4 + [0x04, 0, 3, 0, 0]), nil),
        ProxyCase("a TLV without a length", binary(0x21, 0x11, v4 + [0x04]), nil),
        ProxyCase("64 KiB", binary(0x21, 0x11, v4, length: 65535), nil),
        ProxyCase("a signature that is wrong at its end", Array(binary(0x21, 0x11, v4)[..<11]) + [0x0B] + v4, nil),
    ]

    /// "" where it is the balancer's own, nil where it is none, as in ``address``.
    static func read(_ pieces: [ArraySlice<UInt8>]) throws -> (address: String?, rest: String, isOver: Bool) {
        var bytes = ByteBuffer()
        for (index, piece) in pieces.enumerated() {
            bytes.writeBytes(piece)
            let header: ProxyHeader?
            do { header = try ProxyHeader.take(from: &bytes) } catch { return (nil, "", true) }
            guard let header else { continue }
            let rest =
                String(buffer: bytes) + pieces[(index + 1)...].map { String(decoding: $0, as: UTF8.self) }.joined()
            guard case .client(let address) = header else { return ("", rest, true) }
            return (RemoteAddress(address).text, rest, true)
        }
        return (nil, "", false)
    }
}

@Suite("A PROXY header")
struct ProxyHeaderTests {
    @Test("means what the specification says, at every split point", arguments: ProxyCase.text + ProxyCase.binary)
    func verdict(of test: ProxyCase) throws {
        let bytes = test.bytes[...] + Array("rest".utf8)
        let whole = try ProxyCase.read([bytes])
        #expect(whole.isOver)
        #expect(whole.address == test.address)
        if test.address != nil { #expect(whole.rest == "rest") }
        for cut in 0...bytes.count {
            let parts = try ProxyCase.read([bytes[..<cut], bytes[cut...]])
            #expect(parts == whole, "cut at \(cut)")
        }
    }

    /// TLVs fill what is left, in pieces that fit.
    @Test(
        "of version 2 may be as long as the addresses need, or longer by whole TLVs, up to a bound",
        arguments: [0x11, 0x21, 0x31] as [UInt8]
    )
    func lengths(family: UInt8) throws {
        let addresses = [0x11: 12, 0x21: 36, 0x31: 216][family] ?? 0
        for length in 0...2040 {
            var body = [UInt8](repeating: 0, count: min(length, addresses))
            let rest = length - body.count
            // One TLV takes all the rest; one or two bytes are none.
            if rest >= 3 { body += [4, UInt8((rest - 3) >> 8), UInt8((rest - 3) & 0xFF)] }
            body += [UInt8](repeating: 4, count: length - body.count)
            let isWhole = length >= addresses && (rest == 0 || rest >= 3) && length <= 2032
            let test = ProxyCase("", ProxyCase.binary(0x21, family, body), "")
            let read = try ProxyCase.read([test.bytes[...]])
            #expect((read.address != nil) == isWhole, "\(length) bytes")
        }
    }

    @Test("that does not end is not waited for")
    func endless() {
        var bytes = ByteBuffer(string: "PROXY TCP4 " + String(repeating: "1", count: 96))
        #expect(throws: ProxyHeader.Malformed.self) { try ProxyHeader.take(from: &bytes) }
    }

    @Test("gives the connection its address, which is the one that is counted")
    func connection() async throws {
        let options = ServerOptions.test { options in
            options.isBehindProxyProtocol = true
            options.connections.perNetwork = 1
        }
        try await withServer(options) { server in
            func connect(_ address: String) async throws -> TestConnection {
                let connection = try await server.connect()
                try await connection.send(
                    "PROXY TCP4 \(address) 192.0.2.1 1 2\r\nGET /hello HTTP/1.1\r\nHost: test\r\n\r\n"
                )
                return connection
            }
            let first = try await connect("203.0.113.7")
            #expect(try await first.response().body == "hello from 203.0.113.7")
            // The header stands only at the front.
            #expect(try await first.request("GET", "/hello").body == "hello from 203.0.113.7")
            #expect(try await connect("203.0.113.7").response().code == "too_many_connections_of_address")
            #expect(try await connect("203.0.113.8").response().body == "hello from 203.0.113.8")
        }
    }

    @Test("is demanded: without one, or with one that does not come, the connection is closed")
    func missing() async throws {
        let options = ServerOptions.test { options in
            options.isBehindProxyProtocol = true
            options.headTimeout = .milliseconds(300)
        }
        try await withServer(options) { server in
            for bytes in ["GET /hello HTTP/1.1\r\nHost: test\r\n\r\n", "PROXY TCP4 203.0.113.7"] {
                let answers = try await server.answers(to: bytes)
                #expect(answers.isEmpty)
            }
            #expect(server.events.all.isEmpty)
        }
    }

    @Test("goes before TLS")
    func secure() async throws {
        let own = try await TestCertificate()
        let options = ServerOptions.test { options in
            options.isBehindProxyProtocol = true
            options.tls = TLSFiles(certificate: own.certificate, privateKey: own.key)
        }
        try await withServer(options) { server in
            let greeting = "PROXY TCP4 203.0.113.7 192.0.2.1 1 2\r\n"
            let connection = try await server.connect(greeting: greeting, tls: .trusting(own))
            #expect(try await connection.request("GET", "/hello").body == "hello from 203.0.113.7")
        }
    }
}
