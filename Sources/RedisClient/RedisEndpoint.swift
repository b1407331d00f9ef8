/// Where Redis is, and who we are there.
package struct RedisEndpoint: Sendable, Equatable, CustomStringConvertible {
    package enum Address: Sendable, Hashable, CustomStringConvertible {
        case tcp(host: String, port: Int)
        case unix(path: String)

        package var description: String {
            switch self {
            case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            case .unix(let path): path
            }
        }
    }

    package enum Location: Sendable, Equatable {
        case server(Address)
        /// The primary that these sentinels know under the name.
        case sentinels([Address], primary: String)
        /// The owner of a slot in the cluster that these nodes belong to.
        case cluster([Address])
    }

    package let location: Location
    package let isSecure: Bool
    /// Of the Redis servers.
    package let user: String?
    package let password: String?
    package let database: Int
    /// Who we are to sentinels, which have users of their own; nil: they are asked without a password.
    package var sentinelLogin: Login?

    package struct Login: Sendable, Equatable {
        package let user: String?
        package let password: String

        package init(user: String?, password: String) {
            self.user = user
            self.password = password
        }
    }

    package var isCluster: Bool { if case .cluster = location { true } else { false } }

    package var hasSentinels: Bool { if case .sentinels = location { true } else { false } }

    /// Who we are to the Redis servers.
    package var loginUser: String { password == nil ? "default" : user ?? "default" }

    /// Of the Redis servers; nil where none is needed.
    var login: Login? { password.map { Login(user: user, password: $0) } }

    /// Never shows the password.
    package var description: String {
        let scheme = isSecure ? "rediss" : "redis"
        return switch location {
        case .server(.unix(let path)): "unix://\(path)"
        case .server(let address): "\(scheme)://\(address)/\(database)"
        case .sentinels(let sentinels, let primary):
            "\(scheme)+sentinel://\(sentinels.map(\.description).joined(separator: ","))/\(primary)/\(database)"
        case .cluster(let nodes): "\(scheme)+cluster://\(nodes.map(\.description).joined(separator: ","))/"
        }
    }
}
