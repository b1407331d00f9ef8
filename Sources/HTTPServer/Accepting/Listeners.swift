import Logging
import NIOCore
import NIOPosix
import SystemPackage

/// Why the server does not listen, in words.
package struct ListenError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
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
        for attempt in 1...attempts {
            do {
                return try await open(addresses, host: host, port: port, logger: logger, bootstrap: bootstrap)
            } catch is PortInUse {
                guard port == 0, attempt < attempts else { throw Self.inUse(host, port) }
            }
        }
        throw Self.inUse(host, port)
    }

    func close() async {
        for channel in channels { try? await channel.close() }
    }

    private struct PortInUse: Error {}

    private static func inUse(_ host: String, _ port: Int) -> ListenError {
        let place = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let remedy = "stop that one, or set PORT to another"
        return port == 0
            ? ListenError("cannot listen on \(place): no port is free at all of its addresses")
            : ListenError("cannot listen on \(place): another program uses the port; \(remedy)")
    }

    private static func open(
        _ addresses: [SocketAddress],
        host: String,
        port: Int,
        logger: Logger,
        bootstrap: () -> ServerBootstrap
    ) async throws -> Listeners {
        var listeners = Listeners(channels: [])
        var port = port
        var missing: ListenError?
        for var address in addresses {
            address.port = port
            do {
                let channel = try await bind(bootstrap(), to: address, isOneOfSeveral: addresses.count > 1).get()
                listeners = Listeners(channels: listeners.channels + [channel])
                port = channel.localAddress?.port ?? port
            } catch {
                switch (error as? IOError)?.errnoCode {
                case EADDRNOTAVAIL, EAFNOSUPPORT:
                    missing = ListenError(
                        "cannot listen on \(host): \(address.ipAddress ?? "") is no address of this machine"
                    )
                    logger.info("not an address of this machine", metadata: ["address": "\(address.ipAddress ?? "")"])
                case EADDRINUSE:
                    await listeners.close()
                    throw PortInUse()
                case EACCES, EPERM:
                    await listeners.close()
                    throw ListenError(
                        "cannot listen on \(host):\(port): this user may not take that port; set PORT to one above 1023"
                    )
                default:
                    await listeners.close()
                    let reason = (error as? IOError).map { "\(Errno(rawValue: $0.errnoCode))" } ?? "no reason is known"
                    throw ListenError("cannot listen on \(host):\(port): \(reason)")
                }
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
