import ArgumentParser
import Text
import LeaderboardService
import NIOCore

/// Where a running service is: `http://host:port` or `https://host:port`.
struct ServiceURL: ExpressibleByArgument {
    let isSecure: Bool
    let host: String
    let port: Int
    /// Of our own service: whoever shows this certificate is it. Nil: the system's authorities decide.
    private(set) var certificateFile: String?
    /// Each connection begins with a PROXY header.
    private(set) var isBehindProxyProtocol = false
    /// Which setting names it.
    var origin = "--url"

    /// `http://127.0.0.1:8080 (HOST and PORT)`: what was tried, and who says so.
    var place: String { "\(defaultValueDescription) (\(origin))" }

    /// Where the configuration's service is; nil if `LEADERBOARD_URL` is no such URL.
    init?(_ place: ServicePlace) {
        self.init(argument: place.url)
        origin = place.isGiven ? "LEADERBOARD_URL" : "HOST and PORT"
        certificateFile = place.certificateFile
        isBehindProxyProtocol = place.isBehindProxyProtocol
    }

    init?(argument: String) {
        let schemes = [("http://", false, Port.http), ("https://", true, Port.https)]
        guard let (scheme, isSecure, defaultPort) = schemes.first(where: { argument.lowercased().hasPrefix($0.0) })
        else { return nil }
        var text = argument.dropFirst(scheme.count)
        while text.hasSuffix("/") { text.removeLast() }
        guard let authority = try? Authority(text, defaultPort: defaultPort) else { return nil }
        self.isSecure = isSecure
        host = authority.host
        port = authority.port.number
    }

    var defaultValueDescription: String { "\(isSecure ? "https" : "http")://\(authority)" }

    /// Why the service could not be asked.
    func words(for error: any Error) -> String {
        (error as? Stranger)?.words(at: self) ?? "no answer from \(place): \(reason(of: error))"
    }

    /// The value of the `Host` header.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// `--url`, or what the configuration says.
struct ServiceOption: ParsableArguments {
    @Option(
        name: .customLong("url"),
        help: "Where the service is. (default: LEADERBOARD_URL, or where this configuration's own service listens)"
    )
    var given: ServiceURL?

    func url(_ settings: Settings = .load()) throws -> ServiceURL {
        if let given { return given }
        return try configured {
            guard let url = ServiceURL(try ServicePlace.read(settings)) else {
                throw InvalidSetting(name: "LEADERBOARD_URL", reason: "must be http://host:port or https://host:port")
            }
            return url
        }
    }

    /// The same, once the service has answered: a command that would wait for minutes does not wait for one that is down, and another
    /// program is sent no token.
    func reached(_ settings: Settings = .load()) async throws -> ServiceURL {
        let url = try url(settings)
        do { try await url.recognise() } catch { throw CommandFailure(url.words(for: error)) }
        return url
    }
}
