package import NIOCore
import NIOPosix

import Glibc

/// The addresses that a host means, those of IPv4 first: an address itself, `*` for all of the machine's, or what a name stands
/// for.
package enum HostAddresses {
    /// - Parameter host: an IPv6 address may stand in brackets.
    /// - Throws: ``ListenError`` where there is none.
    static func of(_ host: String) async throws -> [SocketAddress] {
        if host == "*" { return try ["0.0.0.0", "::"].map { try SocketAddress(ipAddress: $0, port: 0) } }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        if let address = try? SocketAddress(ipAddress: bare, port: 0) { return [address] }
        let addresses = try await NIOThreadPool.singleton.runIfActive { named(bare) }
        guard !addresses.isEmpty else {
            throw ListenError("cannot listen on \(host): no address of that name is known")
        }
        return addresses
    }

    /// What a name stands for; none is known: an empty list. It may ask a name server, and waits for it.
    package static func named(_ name: String) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        // SAFETY: on success the list is ours until `freeaddrinfo`; each entry's address is read as what its family says it is.
        guard unsafe getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var (ipv4, ipv6): ([SocketAddress], [SocketAddress]) = ([], [])
        var next = unsafe list
        while let entry = unsafe next {
            if let raw = unsafe UnsafeRawPointer(entry.pointee.ai_addr) {
                switch unsafe entry.pointee.ai_family {
                case AF_INET: unsafe ipv4.append(SocketAddress(raw.loadUnaligned(as: sockaddr_in.self)))
                case AF_INET6: unsafe ipv6.append(SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self)))
                default: break
                }
            }
            unsafe next = entry.pointee.ai_next
        }
        var seen: Set<SocketAddress> = []
        return (ipv4 + ipv6).filter { seen.insert($0).inserted }
    }
}
