import FoundationEssentials
import Text

/// Where an endpoint is: `https://host[:port]/path`, and http where that is allowed. Its host has small letters, so that the HTTP client
/// and we have one name for it.
struct WebhookURL: Sendable, Equatable {
    struct Invalid: Error, CustomStringConvertible {
        let description: String
    }

    static let maximumLength = 2048

    let text: String
    let authority: Authority

    /// Of logs: neither the path nor the query, which may hold a secret.
    var place: String { authority.description }

    init(_ text: String, allowsHTTP: Bool) throws(Invalid) {
        let (scheme, defaultPort): (String, Port)
        switch text.lowercased() {
        case let lower where lower.hasPrefix("https://"): (scheme, defaultPort) = ("https://", .https)
        case let lower where lower.hasPrefix("http://") && allowsHTTP: (scheme, defaultPort) = ("http://", .http)
        case let lower where lower.hasPrefix("http://"):
            throw Invalid(description: "must begin with https:// (http is taken with WEBHOOKS_ALLOW_HTTP=true)")
        default: throw Invalid(description: "must be https://host[:port]/path")
        }
        let rest = text.dropFirst(scheme.count)
        let host = rest.prefix { !["/", "?"].contains($0) }.lowercased()
        guard text.utf8.count <= Self.maximumLength, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !text.contains("#"), let authority = try? Authority(host, defaultPort: defaultPort)
        else {
            throw Invalid(
                description: "must be https://host[:port]/path, without user, password or fragment, of at most "
                    + "\(Self.maximumLength) characters"
            )
        }
        self.text = scheme + host + rest.dropFirst(host.count)
        self.authority = authority
        // The client must see the host that we look up and check.
        guard let seen = URL(string: self.text)?.host, Self.bare(seen) == authority.host else {
            throw Invalid(description: "must be a URL of RFC 3986")
        }
    }

    private static func bare(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }
}
