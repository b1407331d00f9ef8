/// Host and port of a URL, without a user (RFC 3986, section 3.2): `example.com`, `192.0.2.1:8080`, `[2001:db8::1]:8080`.
/// What Foundation and NIO are given of a URL went through here first: both take texts for granted that a person may mistype.
package struct Authority: Hashable, Sendable {
    /// Without brackets; not empty. Letters, digits and `-._~`, and the colons of an IPv6 address.
    package let host: String
    package let port: Port

    package enum Invalid: Error {
        case host, port
    }

    /// - Parameter defaultPort: where the text has none.
    package init(_ text: some StringProtocol, defaultPort: Port) throws(Invalid) {
        let name: Substring
        let rest: Substring
        if text.utf8.first == UInt8(ascii: "[") {
            let inside = Substring(text).cut(at: "]")
            guard let behind = inside.after, inside.before.utf8.contains(UInt8(ascii: ":")) else { throw .host }
            (name, rest) = (inside.before.dropFirst(), behind)
            guard rest.isEmpty || rest.utf8.first == UInt8(ascii: ":") else { throw .host }
            port = try Self.port(rest.isEmpty ? nil : rest.dropFirst(), defaultPort)
        } else {
            let parts = Substring(text).cut(at: ":")
            name = parts.before
            port = try Self.port(parts.after, defaultPort)
            guard !name.utf8.contains(UInt8(ascii: ":")) else { throw .host }
        }
        guard (1...253).contains(name.utf8.count), name.utf8.allSatisfy(Self.allows) else { throw .host }
        host = String(name)
    }

    private static func port(_ digits: Substring?, _ defaultPort: Port) throws(Invalid) -> Port {
        guard let digits else { return defaultPort }
        guard let port = Port(digits) else { throw .port }
        return port
    }

    private static func allows(_ byte: UInt8) -> Bool {
        byte.isLetterOrDigit || "-._~:".utf8.contains(byte)
    }
}

extension Authority: CustomStringConvertible {
    /// As it stands in a URL, the port always there.
    package var description: String {
        host.contains(":") ? "[\(host)]:\(port.number)" : "\(host):\(port.number)"
    }
}
