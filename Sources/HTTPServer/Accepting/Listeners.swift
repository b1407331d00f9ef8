import Logging
import NIOCore
import NIOPosix
import SystemPackage

/// Why the server does not listen, in words.
package struct ListenError: Error, Equatable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// Another program, or another service, has the port.
        case inUse
        /// No address of this machine.
        case missing
        case other
    }

    package let kind: Kind
    package let description: String

    init(_ description: String, kind: Kind = .other) {
        self.kind = kind
        self.description = description
    }

    /// Of what the system says to one address of a host.
    init(_ code: CInt?, host: String, port: Int, address: SocketAddress) {
        let place = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]:\(port)" : "\(host):\(port)"
        switch code {
        case EADDRNOTAVAIL, EAFNOSUPPORT:
            let words = "cannot listen on \(host): \(address.ipAddress ?? "") is no address of this machine"
            self.init(words, kind: .missing)
        case EADDRINUSE where port == 0:
            self.init("cannot listen on \(place): no port is free at all of its addresses", kind: .inUse)
        case EADDRINUSE:
            let remedy = "stop that one, or set PORT to another"
            self.init("cannot listen on \(place): another program uses the port; \(remedy)", kind: .inUse)
        case EACCES, EPERM:
            self.init("cannot listen on \(place): this user may not take that port; set PORT to one above 1023")
        default:
            let reason = code.map { "\(Errno(rawValue: $0))" } ?? "no reason is known"
            self.init("cannot listen on \(place): \(reason)")
        }
    }
}

/// The sockets on which a server takes connections: one for each address that its host means, all of one port.
struct Listeners: Sendable {
    /// How often a free port is looked for that is free at each address.
    private static let attempts = 16

    let channels: [any Channel]

    /// An address that the machine has not (it may have no IPv6) is left out, as long as there is another.
    /// - Parameters:
    ///   - port: 0: any that is free.
    ///   - bootstrap: makes a new one for each socket.
    static func open(
        host: String,
        port: Int,
        logger: Logger,
        bootstrap: () -> ServerBootstrap
    ) async throws -> Listeners {
        let addresses = try await HostAddresses.of(host)
        for _ in 1..<attempts {
            do {
                return try await open(addresses, host: host, port: port, logger: logger, bootstrap: bootstrap)
            } catch let error as ListenError where error.kind == .inUse && port == 0 {}
        }
        return try await open(addresses, host: host, port: port, logger: logger, bootstrap: bootstrap)
    }

    func close() async {
        for channel in channels { try? await channel.close() }
    }

    private static func open(
        _ addresses: [SocketAddress],
        host: String,
        port: Int,
        logger: Logger,
        bootstrap: () -> ServerBootstrap
    ) async throws -> Listeners {
        var listeners = Listeners(channels: [])
        let wanted = port
        var port = port
        var missing: ListenError?
        for var address in addresses {
            address.port = port
            do {
                let channel = try await bind(bootstrap(), to: address, isOneOfSeveral: addresses.count > 1).get()
                listeners = Listeners(channels: listeners.channels + [channel])
                port = channel.localAddress?.port ?? port
            } catch {
                let refusal = ListenError(
                    (error as? IOError)?.errnoCode,
                    host: host,
                    port: wanted,
                    address: address
                )
                guard refusal.kind == .missing else {
                    await listeners.close()
                    throw refusal
                }
                missing = refusal
                logger.info("not an address of this machine", metadata: ["address": "\(address.ipAddress ?? "")"])
            }
        }
        if listeners.channels.isEmpty, let missing { throw missing }
        return listeners
    }

    static func bind(
        _ bootstrap: ServerBootstrap,
        to address: SocketAddress,
        isOneOfSeveral: Bool
    ) -> EventLoopFuture<any Channel> {
        if isOneOfSeveral, case .v6 = address {
            // IPv4 has a socket of its own.
            _ = bootstrap.serverChannelOption(onlyIPv6, value: 1)
        }
        return bootstrap.bind(to: address)
    }

    private static let onlyIPv6 = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
}
