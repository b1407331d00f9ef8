import ArgumentParser

/// Where a running service is: `http://host:port` or `https://host:port`.
struct ServiceURL: ExpressibleByArgument {
    let isSecure: Bool
    let host: String
    let port: Int

    /// Where `leaderboard serve` listens by default.
    static let local = ServiceURL(isSecure: false, host: "127.0.0.1", port: 8080)

    private init(isSecure: Bool, host: String, port: Int) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
    }

    init?(argument: String) {
        let schemes = [("http://", false, 80), ("https://", true, 443)]
        guard let (scheme, isSecure, defaultPort) = schemes.first(where: { argument.hasPrefix($0.0) }) else {
            return nil
        }
        var authority = argument.dropFirst(scheme.count)
        while authority.hasSuffix("/") { authority.removeLast() }
        guard !authority.isEmpty, !authority.contains("/") else { return nil }
        self.isSecure = isSecure
        if let colon = authority.lastIndex(of: ":"), authority[authority.index(after: colon)...].allSatisfy(\.isNumber)
        {
            guard let port = Int(authority[authority.index(after: colon)...]), (1...65535).contains(port) else {
                return nil
            }
            self.port = port
            authority = authority[..<colon]
        } else {
            port = defaultPort
        }
        host = authority.hasPrefix("[") ? String(authority.dropFirst().dropLast()) : String(authority)
        guard !host.isEmpty else { return nil }
    }

    var defaultValueDescription: String { "\(isSecure ? "https" : "http")://\(authority)" }

    /// The value of the `Host` header.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
