import NIOCore
import Testing

@testable import HTTPServer

@Suite("A client's network")
struct ClientNetworkTests {
    @Test(
        "is an IPv4 address, however it came, or the /64 of an IPv6 address",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"),
            ("255.255.255.255", "255.255.255.255"), ("2001:db8::1", "2001:db8::/64"),
            ("2001:db8::ffff", "2001:db8::/64"),
            ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"), ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
            ("::", "::/64"), ("::1", "::/64"), ("fe80::1", "fe80::/64"), ("::192.0.2.1", "::/64"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff::/64"),
            // NAT64, behind whose one /64 all of IPv4 may come; a neighbour of it is a network as others are.
            ("64:ff9b::192.0.2.33", "192.0.2.33"), ("64:ff9b::192.0.2.34", "192.0.2.34"),
            ("64:ff9b:1::192.0.2.33", "64:ff9b:1::/64"), ("64:ff9b::1:192.0.2.33", "64:ff9b::/64"),
            // 6to4.
            ("2002:c000:221::1", "192.0.2.33"), ("2002:c000:221:ffff::1", "192.0.2.33"),
            ("2003:c000:221::1", "2003:c000:221::/64"),
            ("unix", "unix"), ("", "unix"), ("192.0.2", "unix"),
        ]
    )
    func network(address: String, network: String) {
        #expect(ClientNetwork(address).description == network)
    }

    @Test("is the same wherever the address is from, and the connection keeps the whole address")
    func connection() throws {
        for (given, text) in [
            ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:DB8::1", "2001:db8::1"), ("192.0.2.1", "192.0.2.1"),
        ] {
            let address = RemoteAddress(try SocketAddress(ipAddress: given, port: 1))
            #expect(address.text == text)
            #expect(address.network == ClientNetwork(text))
        }
        let peer = RemoteAddress(try SocketAddress(unixDomainSocketPath: "/tmp/socket"))
        #expect(peer.text == "unix" && peer.network == ClientNetwork("unix"))
    }
}
