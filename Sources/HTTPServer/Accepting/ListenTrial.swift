import NIOCore

import Glibc

/// Whether a server could listen now: its addresses are taken and let go at once, and nobody is let in.
package enum ListenTrial {
    /// A server that listens there meanwhile is not disturbed, nor one that is just starting: as that one does, this allows for others
    /// (`SO_REUSEADDR`), and only who listens has a port to itself.
    /// - Throws: ``ListenError``, as ``Server/run()`` would.
    package static func run(host: String, port: Int) async throws {
        let addresses = try await HostAddresses.of(host)
        var missing: ListenError?
        var isThere = false
        for var address in addresses {
            address.port = port
            guard let code = refusal(of: address, isOneOfSeveral: addresses.count > 1) else {
                isThere = true
                continue
            }
            let error = ListenError(code, host: host, port: port, address: address)
            guard error.kind == .missing else { throw error }
            missing = error
        }
        if !isThere, let missing { throw missing }
    }

    /// The number of the error; nil: it can be taken.
    private static func refusal(of address: SocketAddress, isOneOfSeveral: Bool) -> CInt? {
        let isIPv6 = if case .v6 = address { true } else { false }
        let type = CInt(truncatingIfNeeded: SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, type, 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        set(SOL_SOCKET, SO_REUSEADDR, of: descriptor)
        if isIPv6, isOneOfSeveral { set(CInt(truncatingIfNeeded: IPPROTO_IPV6), IPV6_V6ONLY, of: descriptor) }
        // SAFETY: the address is the local variable's for the length of the call.
        let result = unsafe address.withSockAddr { unsafe bind(descriptor, $0, socklen_t($1)) }
        return result == 0 ? nil : errno
    }

    private static func set(_ level: CInt, _ option: CInt, of descriptor: CInt) {
        var value: CInt = 1
        // SAFETY: the call reads the local variable that it is given.
        _ = unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }
}
