/// Bounds of the server.
package struct ServerOptions: Sendable {
    package var host = "127.0.0.1"
    /// 0: any free port.
    package var port = 8080
    package var maximumHeadBytes = 8192
    package var maximumHeaders = 100
    /// In total, from the first byte of a head to its last; likewise of a body. Late: 408.
    package var headTimeout: Duration = .seconds(10)
    package var bodyTimeout: Duration = .seconds(10)
    /// A connection without a request is closed after it.
    package var idleTimeout: Duration = .seconds(75)
    package var maximumConnections = 50_000
    /// How long a graceful stop may take.
    package var drainTimeout: Duration = .seconds(20)
    package var maximumWebSocketMessageBytes = 1024
    package var pingInterval: Duration = .seconds(30)
    package var closeTimeout: Duration = .seconds(5)
    package var heartbeatInterval: Duration = .seconds(15)

    package init() {}
}
