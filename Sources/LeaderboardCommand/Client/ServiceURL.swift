import ArgumentParser
import Bounds

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
        let schemes = [("http://", false, Port.http), ("https://", true, Port.https)]
        guard let (scheme, isSecure, defaultPort) = schemes.first(where: { argument.hasPrefix($0.0) }) else {
            return nil
        }
        var text = argument.dropFirst(scheme.count)
        while text.hasSuffix("/") { text.removeLast() }
        guard let authority = try? Authority(text, defaultPort: defaultPort) else { return nil }
        self.init(isSecure: isSecure, host: authority.host, port: authority.port.number)
    }

    var defaultValueDescription: String { "\(isSecure ? "https" : "http")://\(authority)" }

    /// The value of the `Host` header.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
