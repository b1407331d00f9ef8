/// Where the commands find the service that this configuration runs: at `LEADERBOARD_URL`, or else where `leaderboard serve`
/// would listen.
package struct ServicePlace: Sendable, Equatable {
    /// `http://host:port` or `https://host:port`.
    package let url: String
    /// For the service's own certificate: with it, whoever shows a certificate of this file is the service, by whatever name it
    /// was called. Nil: the system's authorities decide.
    package let certificateFile: String?
    /// Each connection has to begin with a PROXY header.
    package let isBehindProxyProtocol: Bool

    /// By `LEADERBOARD_URL`.
    package private(set) var isGiven = false

    package init(url: String, certificateFile: String? = nil, isBehindProxyProtocol: Bool = false) {
        self.url = url
        self.certificateFile = certificateFile
        self.isBehindProxyProtocol = isBehindProxyProtocol
    }

    init(_ settings: SettingsReader) {
        let given = settings.text("LEADERBOARD_URL")
        let (own, port) = Self.local(settings)
        if let given {
            self.init(url: given)
            isGiven = true
            return
        }
        if port == 0 { settings.refuse("PORT", "is 0, any free port: say where the service is, in LEADERBOARD_URL") }
        self = own
    }

    /// Where this configuration's own service listens, whatever `LEADERBOARD_URL` says.
    init(local settings: SettingsReader) {
        self = Self.local(settings).place
    }

    private static func local(_ settings: SettingsReader) -> (place: ServicePlace, port: Int) {
        let host = settings.text("HOST", default: "127.0.0.1")
        let port = settings.integer("PORT", default: 8080, in: 0...65535)
        let certificate = settings.text("TLS_CERTIFICATE_FILE")
        let isBehindProxyProtocol = settings.flag("PROXY_PROTOCOL")
        let place = ServicePlace(
            url: "\(certificate == nil ? "http" : "https")://\(reachable(host)):\(port)",
            certificateFile: certificate,
            isBehindProxyProtocol: isBehindProxyProtocol
        )
        return (place, port)
    }

    package static func read(_ settings: Settings) throws(InvalidSettings) -> ServicePlace {
        try settings.read { ServicePlace($0) }
    }

    /// All addresses are no address to connect to.
    private static func reachable(_ host: String) -> String {
        switch host {
        case "*", "0.0.0.0": "127.0.0.1"
        case "::", "[::]": "[::1]"
        case _ where host.contains(":") && !host.hasPrefix("["): "[\(host)]"
        default: host
        }
    }
}
