import NIOCore

/// Where a connection comes from.
struct RemoteAddress: Sendable, Equatable {
    /// Without the port, in canonical text; an IPv4 address that came over IPv6 (`::ffff:192.0.2.1`) as IPv4. `unix` where there
    /// is none.
    let text: String
    let network: ClientNetwork

    init(_ address: SocketAddress?) {
        self.init(address?.ipAddress.flatMap { IPAddress($0) })
    }

    init(_ address: IPAddress?) {
        text = address?.description ?? "unix"
        network = ClientNetwork(address)
    }
}
