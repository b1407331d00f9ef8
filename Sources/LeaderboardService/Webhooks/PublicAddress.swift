import HTTPServer

extension IPAddress {
    /// Whether the address is one of the public internet: none of this machine, of a private or local network, of many receivers, of
    /// documentation or of a cloud's metadata (IANA's registries of special-purpose addresses). What translators and tunnels make of an
    /// IPv4 address is as that one is.
    var isPublic: Bool {
        if let inside = embeddedIPv4 { return inside.isPublic }
        if isIPv4 { return !Self.special4.contains { $0.contains(self) } }
        // Global unicast is 2000::/3; all else is special, or given to nobody.
        return bits >> 125 == 1 && !Self.special6.contains { $0.contains(self) }
    }

    static let special4 = networks([
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3",
    ])

    /// Within 2000::/3.
    static let special6 = networks(["2001::/23", "2001:db8::/32", "3fff::/20"])

    private static func networks(_ texts: [String]) -> [IPNetwork] { texts.compactMap { IPNetwork($0) } }
}
