import Text
package import HTTPServer

/// The proxies whose word on their client's address is believed (`TRUSTED_PROXIES`).
///
/// Each proxy appends the address it was called from to `X-Forwarded-For`, so only its right end is known to be true: the
/// list is read from there, through trusted addresses, and the first that is not trusted is the client. Whatever a client
/// writes stands left of that, and changes nothing.
package struct TrustedProxies: Sendable {
    private let networks: [IPNetwork]
    /// The entry `unix`: peers on a Unix socket.
    private let trustsUnixPeers: Bool

    /// Entries that are neither an address nor a network, nor `unix`.
    struct Invalid: Error {
        let entries: [String]
    }

    init(_ settings: SettingsReader) {
        do {
            try self.init(settings.list("TRUSTED_PROXIES"))
        } catch {
            self.init()
            settings.refuse(
                "TRUSTED_PROXIES",
                "\(error.entries.joined(separator: ", ")): neither an address nor a network such as 10.0.0.0/8 or "
                    + "fd00::/8, nor unix"
            )
        }
    }

    init(_ entries: [String]) throws(Invalid) {
        let networks = entries.filter { $0 != "unix" }
        let wrong = networks.filter { IPNetwork($0) == nil }
        guard wrong.isEmpty else { throw Invalid(entries: wrong) }
        self.init(networks: networks.compactMap(IPNetwork.init), trustsUnixPeers: entries.contains("unix"))
    }

    private init(networks: [IPNetwork] = [], trustsUnixPeers: Bool = false) {
        self.networks = networks
        self.trustsUnixPeers = trustsUnixPeers
    }

    /// Whether the peer is one of the proxies.
    /// - Parameter peer: a connection's remote address, or `unix`.
    package func contains(peer: String) -> Bool {
        IPAddress(peer).map(trusts) ?? (trustsUnixPeers && peer == "unix")
    }

    /// The client's address in its canonical text; the peer's own where it is no proxy of ours.
    package func resolve(peer: String, forwardedFor headers: RequestHeaders) -> String {
        // Without proxies the peer is the client, and its text is canonical but for `::ffff:192.0.2.1`.
        guard trustsUnixPeers || !networks.isEmpty || peer.utf8.first == UInt8(ascii: ":") else { return peer }
        let client = contains(peer: peer) ? lastBelievable(headers["X-Forwarded-For"]) : nil
        return (client ?? IPAddress(peer))?.description ?? peer
    }

    /// Whether the address that ``resolve(peer:forwardedFor:)`` tells says itself that it speaks for others: a proxy, if it is not
    /// lying, that is not among the trusted.
    package func looksLikeProxy(_ resolved: String, peer: String, _ headers: RequestHeaders) -> Bool {
        let named = headers.list("X-Forwarded-For")
        // What a trusted proxy added itself ends with the client; whatever stands before it, the client sent.
        guard contains(peer: peer) else { return !named.isEmpty || !headers["Forwarded"].isEmpty }
        return named.first.flatMap { IPAddress(forwarded: $0) }.map { $0.description != resolved } ?? false
    }

    /// From right to left: the first address that is not trusted; or, where the list ends or holds something else than
    /// an address, the last before that.
    private func lastBelievable(_ lines: [String]) -> IPAddress? {
        var believed: IPAddress?
        for line in lines.reversed() {
            for entry in line.parts(at: ",").reversed() {
                guard let address = IPAddress(forwarded: entry.trimmed) else { return believed }
                guard trusts(address) else { return address }
                believed = address
            }
        }
        return believed
    }

    private func trusts(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }
}

extension IPAddress {
    /// As proxies write it: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`, with or without
    /// a zone (`fe80::1%eth0`), which means something on the proxy only.
    init?(forwarded text: Substring) {
        var (host, port): (Substring, Substring?) = (text, nil)
        var isIPv6 = text.utf8.count { $0 == UInt8(ascii: ":") } > 1
        if text.utf8.first == UInt8(ascii: "[") {
            guard case (let inside, let behind?) = Substring(text.utf8.dropFirst()).cut(at: "]") else { return nil }
            isIPv6 = true
            guard inside.utf8.contains(UInt8(ascii: ":")) else { return nil }
            guard behind.isEmpty || behind.utf8.first == UInt8(ascii: ":") else { return nil }
            (host, port) = (inside, behind.cut(at: ":").after)
        } else if !isIPv6 {
            (host, port) = text.cut(at: ":")
        }
        guard port.map(Self.isPort) ?? true else { return nil }
        if isIPv6 {
            let zone: Substring?
            (host, zone) = host.cut(at: "%")
            guard zone != "" else { return nil }
        }
        self.init(host)
    }

    private static func isPort(_ digits: Substring) -> Bool {
        decimal(digits.utf8, maximumDigits: 5).map { $0 <= 65_535 } ?? false
    }
}
