/// What counts as one client wherever clients are bounded: connections, live viewers, requests without a valid token. Logs and
/// the audit keep the whole address.
///
/// It is an IPv4 address (one that came over IPv6, through NAT64 or 6to4 as well), the /64 of an IPv6 address, for a household
/// or a machine has a whole /64 of them (RFC 6177), or all peers without an IP address (Unix sockets) together.
package struct ClientNetwork: Hashable, Sendable {
    private let network: IPNetwork?

    package init(_ address: IPAddress?) {
        network = address.map { address in
            let address = address.embeddedIPv4 ?? address
            return IPNetwork(address, prefixLength: address.isIPv4 ? 128 : 64)
        }
    }

    /// - Parameter text: an address as text; any other text stands for a peer without one.
    package init(_ text: String) {
        self.init(IPAddress(text))
    }
}

extension ClientNetwork: CustomStringConvertible {
    /// `192.0.2.1`, `2001:db8::/64` or `unix`.
    package var description: String {
        network.map { $0.only?.description ?? $0.description } ?? "unix"
    }
}
