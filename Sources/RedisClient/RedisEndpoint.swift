/// A Redis server's address and credentials, from a URL:
/// `redis://[user:password@]host[:port][/database]`, `rediss://…` for TLS, `unix:///path[?db=n]`.
package struct RedisEndpoint: Sendable, Equatable, CustomStringConvertible {
    package enum Address: Sendable, Equatable {
        case tcp(host: String, port: Int)
        case unix(path: String)
    }

    package let address: Address
    package let isSecure: Bool
    package let user: String?
    package let password: String?
    package let database: Int

    /// Never shows the password.
    package var description: String {
        switch address {
        case .tcp(let host, let port): "\(isSecure ? "rediss" : "redis")://\(host):\(port)/\(database)"
        case .unix(let path): "unix://\(path)"
        }
    }
}

/// What is wrong with a Redis URL; it does not repeat the URL, which may hold a password.
package struct InvalidRedisURL: Error, Equatable, CustomStringConvertible {
    package let description: String
}

extension RedisEndpoint {
    package init(url: String) throws(InvalidRedisURL) {
        guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else { throw Self.form }
        var rest = url[colon...].dropFirst(3)
        switch url[..<colon].lowercased() {
        case "redis": isSecure = false
        case "rediss": isSecure = true
        case "unix":
            let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts[0].hasPrefix("/") else { throw Self.form }
            address = .unix(path: String(parts[0]))
            (isSecure, user, password) = (false, nil, nil)
            guard parts.count == 2 else {
                database = 0
                return
            }
            guard parts[1].hasPrefix("db=") else { throw Self.form }
            database = try Self.database(parts[1].dropFirst(3))
            return
        default: throw Self.form
        }
        if let slash = rest.firstIndex(of: "/") {
            let text = rest[rest.index(after: slash)...]
            database = text.isEmpty ? 0 : try Self.database(text)
            rest = rest[..<slash]
        } else {
            database = 0
        }
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = parts[0].isEmpty ? nil : try Self.decoded(parts[0])
            password = parts.count == 2 ? try Self.decoded(parts[1]) : nil
            guard user == nil || password != nil else { throw Self.form }
            rest = rest[rest.index(after: at)...]
        } else {
            (user, password) = (nil, nil)
        }
        address = try Self.tcp(rest)
    }

    private static let form = InvalidRedisURL(
        description: "must be redis://[user:password@]host[:port][/database], rediss://… or unix:///path"
    )

    private static func tcp(_ text: Substring) throws(InvalidRedisURL) -> Address {
        var host = text
        var port = 6379
        let afterBracket = text.lastIndex(of: "]") ?? text.startIndex
        if let colon = text[afterBracket...].lastIndex(of: ":") {
            guard let number = Int(text[text.index(after: colon)...]), (1...65535).contains(number) else {
                throw InvalidRedisURL(description: "the port must be 1 to 65535")
            }
            port = number
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { throw form }
        return .tcp(host: String(host), port: port)
    }

    private static func database(_ text: Substring) throws(InvalidRedisURL) -> Int {
        guard let number = Int(text), (0...1_000_000).contains(number) else {
            throw InvalidRedisURL(description: "the database must be a number")
        }
        return number
    }

    /// Percent-decoding (RFC 3986, section 2.1).
    private static func decoded(_ text: Substring) throws(InvalidRedisURL) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, let value = UInt8(digits, radix: 16)
            else {
                throw InvalidRedisURL(description: "the user or password has a % that is no percent-encoding")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
