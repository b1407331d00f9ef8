import AsyncHTTPClient
import Text

@testable import LeaderboardCommand
@testable import LeaderboardService
@testable import RedisClient

extension FuzzTarget {
    static let url = FuzzTarget(
        "url",
        "URLs of Redis, of the service, and of key sets",
        dictionary: "urls",
        maximumBytes: 256
    ) { input in
        let text = input.text
        if let endpoint = try? RedisEndpoint(url: text) {
            promise((0...1_000_000).contains(endpoint.database), "a database is in range")
            promise(endpoint.user == nil || endpoint.password != nil, "a user has a password")
        }
        if let service = ServiceURL(argument: text) {
            promise((1...65_535).contains(service.port) && !service.host.isEmpty, "a service has a host and a port")
            let again = ServiceURL(argument: service.defaultValueDescription)
            promise(again?.authority == service.authority, "a service's URL comes back as it is")
        }
        if let authority = try? Authority(text, defaultPort: .https) {
            let again = try? Authority(authority.description, defaultPort: .http)
            promise(again == authority, "an authority comes back as it is")
        }
        if case .url(let url)? = try? KeySetLocation(text) {
            _ = try? HTTPClient.Request(url: url)
        }
    }
}
