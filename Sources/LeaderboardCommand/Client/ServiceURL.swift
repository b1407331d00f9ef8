import ArgumentParser

/// Where a running service is: `http://host:port` or `https://host:port`.
struct ServiceURL: ExpressibleByArgument {
    let isSecure: Bool
    let host: String
    let port: Int

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

    /// The value of the `Host` header.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
