/// Bounds of the server.
package struct ServerOptions: Sendable {
    /// An address, `*` for all of the machine's, or a name for all that it stands for.
    package var host = "127.0.0.1"
    /// 0: any free port.
    package var port = 8080
    /// HTTPS and WSS, with the certificate in these files; nil: HTTP.
    package var tls: TLSFiles?
    /// How often the files are looked at.
    package var certificateCheckInterval: Duration = .seconds(5)
    /// Every connection begins with a PROXY header, which says whose it is: only a load balancer must be able to connect.
    package var isBehindProxyProtocol = false
    /// Open connections. One more is told so, and closed as it comes.
    package var connections = PlaceLimits(total: 50_000, perNetwork: 5000)
    package var maximumHeadBytes = 8192
    package var maximumHeaders = 100
    /// A body that nobody wants is read and dropped up to this length, so that the connection is kept.
    package var maximumDroppedBodyBytes = 65_536
    /// In total, from the first byte of a head to its last; likewise of a body. Late: 408. A new connection has
    /// `headTimeout` for its first byte, a TLS handshake included.
    package var headTimeout: Duration = .seconds(10)
    package var bodyTimeout: Duration = .seconds(10)
    /// In which a client must read an answer that is larger than the socket takes; otherwise the connection is closed.
    package var answerTimeout: Duration = .seconds(30)
    /// A connection without a request is closed after it.
    package var idleTimeout: Duration = .seconds(75)
    /// How long a client may go on sending after our last word.
    package var lingerTimeout: Duration = .seconds(2)
    /// How long a graceful stop may take.
    package var drainTimeout: Duration = .seconds(20)
    /// How long a stopping server still takes connections, each for one answer: time for two health checks of a load balancer.
    package var lateTimeout: Duration = .seconds(5)
    /// How long an idle connection of a stopping server may take for a last request, which may be on its way already.
    package var lastRequestTimeout: Duration = .seconds(1)
    package var maximumWebSocketMessageBytes = 1024
    /// Who offers `permessage-deflate` (RFC 7692) may send compressed messages, and gets them.
    package var deflatesWebSockets = false
    /// A WebSocket that is silent for two of them is dead.
    package var pingInterval: Duration = .seconds(30)
    /// For the peer's part of the closing handshake.
    package var closeTimeout: Duration = .seconds(5)
    /// Comments on an event stream, so that proxies keep it.
    package var heartbeatInterval: Duration = .seconds(15)
    /// How often the deadlines of all connections are looked at: how late one may be noticed.
    package var tickInterval: Duration = .seconds(1)
    /// Where errors are explained: the `type` of problem details (RFC 9457) is this with the error's code behind it.
    package var problemTypes: String?
    /// What becomes of errors that the server makes itself, of whatever path: others may read them. Nil: they stay as they are.
    package var openError: (@Sendable (Response, Request) -> Response)?

    package init() {}
}
