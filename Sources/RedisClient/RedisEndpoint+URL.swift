import Text

/// What is wrong with a Redis URL; it does not repeat the URL, which may hold a password.
package struct InvalidRedisURL: Error, Equatable, CustomStringConvertible {
    package let description: String
}

extension RedisEndpoint {
    /// - Parameter url: one of
    ///   - `redis://[user:password@]host[:6379][/database]`
    ///   - `unix://[user:password@]/path[?db=database]`
    ///   - `redis+sentinel://[user:password@]host[:26379],…/primary-name[/database]`
    ///   - `redis+cluster://[user:password@]host[:6379],…[/]`
    ///
    ///   with `rediss` for `redis`: over TLS.
    package init(url: String) throws(InvalidRedisURL) {
        let (before, behind) = url.cut(at: ":")
        guard let behind, behind.utf8.starts(with: "//".utf8) else { throw Self.form }
        let rest = behind.dropFirst(2)
        let scheme = before.lowercased()
        if scheme == "unix" {
            self = try Self.unix(rest)
            return
        }
        let (protocolName, topology) = scheme.cut(at: "+")
        guard ["redis", "rediss"].contains(protocolName) else { throw Self.form }
        isSecure = protocolName == "rediss"
        var path = rest.parts(at: "/")[...]
        let authority = path.removeFirst()
        if path.last == "" { path.removeLast() }
        let hosts: Substring
        (user, password, hosts) = try Self.credentials(authority)
        switch topology {
        case nil, "":
            location = .server(try Self.tcp(hosts, defaultPort: 6379))
        case "sentinel":
            guard let primary = path.popFirst(), !primary.isEmpty else { throw Self.form }
            location = .sentinels(try Self.list(hosts, defaultPort: 26379), primary: try Self.decoded(primary))
        case "cluster":
            guard path.isEmpty else { throw InvalidRedisURL(description: "a cluster has no database to choose") }
            location = .cluster(try Self.list(hosts, defaultPort: 6379))
        default: throw Self.form
        }
        database = try path.popFirst().map(Self.database) ?? 0
        guard path.isEmpty else { throw Self.form }
    }

    private static func unix(_ text: Substring) throws(InvalidRedisURL) -> RedisEndpoint {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { throw form }
        let (user, password, host) = try credentials(text[..<slash])
        guard host.isEmpty else { throw form }
        let (path, query) = text[slash...].cut(at: "?")
        var number = 0
        if let query {
            guard query.hasPrefix("db=") else { throw form }
            number = try database(query.dropFirst(3))
        }
        return RedisEndpoint(
            location: .server(.unix(path: try decoded(path))),
            isSecure: false,
            user: user,
            password: password,
            database: number
        )
    }

    private static let form = InvalidRedisURL(
        description: """
            must be redis://[user:password@]host[:port][/database], rediss://…, unix:///path, \
            redis+sentinel://host,…/primary-name or redis+cluster://host,…
            """
    )

    private static func credentials(
        _ authority: Substring
    ) throws(InvalidRedisURL) -> (user: String?, password: String?, hosts: Substring) {
        let (credentials, hosts) = authority.cut(atLast: "@")
        guard let (name, secret) = credentials?.cut(at: ":") else { return (nil, nil, hosts) }
        let user = name.isEmpty ? nil : try decoded(name)
        let password = try secret.map(decoded)
        guard user == nil || password != nil else { throw form }
        return (user, password, hosts)
    }

    private static func list(_ hosts: Substring, defaultPort: Int) throws(InvalidRedisURL) -> [Address] {
        var addresses: [Address] = []
        for host in hosts.parts(at: ",") {
            addresses.append(try tcp(host, defaultPort: defaultPort))
        }
        return addresses
    }

    private static func tcp(_ text: Substring, defaultPort: Int) throws(InvalidRedisURL) -> Address {
        var host = text
        var port = defaultPort
        // The colons within brackets are the address's.
        if case (let before?, let digits) = text.cut(atLast: ":"), !digits.utf8.contains(UInt8(ascii: "]")) {
            guard let number = Port(digits)?.number else {
                throw InvalidRedisURL(description: "the port must be 1 to 65535")
            }
            port = number
            host = before
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, host.utf8.allSatisfy({ !",[]".utf8.contains($0) }) else { throw form }
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
        guard let bytes = text.percentDecoded else {
            throw InvalidRedisURL(description: "the URL has a % that is no percent-encoding")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
