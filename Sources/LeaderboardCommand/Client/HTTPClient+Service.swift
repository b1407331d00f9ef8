import AsyncHTTPClient

extension HTTPClient {
    /// For the service's HTTP interface. It follows no redirect: ours sends none, another server's would be given the token, and
    /// a port in it that is none would end the process. Lives as long as that.
    static let ofService: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
