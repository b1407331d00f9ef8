package import AsyncHTTPClient

extension HTTPClient {
    /// For the service's HTTP interface. It follows no redirect: ours sends none, another server's would be given the token, and
    /// a port in it that is none would end the process. Lives as long as that.
    package static let ofService = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .ofService)
}

extension HTTPClient.Configuration {
    /// Where nobody listens it says so at once: who asks comes back by rules of their own.
    package static var ofService: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
