import Text
import HTTPServer

/// A web origin (RFC 6454, sections 4 and 6.1): scheme, host, and a port where it is not the scheme's own. Two texts of one
/// origin are equal: case and a default port do not count.
struct Origin: Hashable, Sendable {
    /// Why a text is none, in words that go on from it.
    struct Fault: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    private static let defaultPorts = ["http": 80, "https": 443, "ws": 80, "wss": 443]

    private let scheme: String
    /// In lower case, an IPv6 address in brackets. As an entry of a list its first label may be a star.
    private let host: String
    private let port: Int?

    init(_ text: String) throws(Fault) {
        guard let colon = text.firstRange(of: "://") else { throw Fault(description: "has no scheme such as https://") }
        let scheme = text[..<colon.lowerBound].lowercased()
        guard scheme.wholeMatch(of: /[a-z][a-z0-9+.\-]*/) != nil else {
            throw Fault(description: "has no scheme such as https://")
        }
        var authority = text[colon.upperBound...].lowercased()[...]
        if let end = authority.firstIndex(where: { "/?#".contains($0) }) {
            let isSlash = authority[end...] == "/"
            throw Fault(
                description: isSlash ? "has a slash at its end" : "has something behind the host: an origin has no path"
            )
        }
        guard !authority.contains("@") else { throw Fault(description: "has a user in it") }
        var port: Int?
        // The colons within brackets are the address's.
        if case (let before?, let digits) = authority.cut(atLast: ":"), !digits.utf8.contains(UInt8(ascii: "]")) {
            guard let number = IPAddress.decimal(digits.utf8, maximumDigits: 5), (1...65_535).contains(number) else {
                throw Fault(description: "has a port that is no number from 1 to 65535")
            }
            port = number
            authority = before
        }
        host = try Self.host(authority)
        self.scheme = scheme
        self.port = port == Self.defaultPorts[scheme] ? nil : port
    }

    /// The entry that allows this one among its sisters: the first label is a star. None for an address.
    var withStar: Origin? {
        guard let domain = host.cut(at: ".").after, !host.hasPrefix("["), IPAddress(host) == nil else { return nil }
        return Origin(scheme: scheme, host: "*.\(domain)", port: port)
    }

    /// As a browser writes it.
    var text: String {
        "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "")
    }

    private init(scheme: String, host: String, port: Int?) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    private static func host(_ text: Substring) throws(Fault) -> String {
        guard !text.isEmpty else { throw Fault(description: "has no host") }
        if text.hasPrefix("[") {
            guard text.hasSuffix("]"), let address = IPAddress(text.dropFirst().dropLast()), !address.isIPv4 else {
                throw Fault(description: "has no IPv6 address in its brackets")
            }
            return "[\(address)]"
        }
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw Fault(description: "has letters that browsers send as xn--…")
        }
        var labels = text.parts(at: ".")[...]
        // A name may end in a dot: it is another origin then.
        if labels.count > 1, labels.last == "" { labels = labels.dropLast() }
        if labels.first == "*" {
            labels = labels.dropFirst()
            guard !labels.isEmpty else { throw Fault(description: "has a star without a domain behind it") }
        }
        for label in labels where label.wholeMatch(of: /[a-z0-9_\-]+/) == nil {
            throw Fault(
                description: label.contains("*")
                    ? "has a star that is no whole first label" : "has no host's name in it"
            )
        }
        // What ends in a number is an IPv4 address (URL standard, host parsing).
        if labels.last?.allSatisfy(\.isNumber) == true, IPAddress(text) == nil {
            throw Fault(description: "has no whole IPv4 address in it")
        }
        return String(text)
    }
}
