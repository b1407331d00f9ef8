import AsyncHTTPClient
import LeaderboardClient
import NIOCore
import NIOPosix
import NIOSSL

extension ServiceURL {
    /// A connection to the service, through TLS where the URL says so.
    /// - Parameter handler: the one of the channel; made on its loop.
    func connect(
        on eventLoop: any EventLoop,
        handler: @escaping @Sendable () throws -> some ChannelHandler
    ) async throws -> any Channel {
        var configuration = TLSConfiguration.makeClientConfiguration()
        // Where the certificate is known, it is all that counts.
        if certificateFile != nil { configuration.certificateVerification = .noHostnameVerification }
        let tls = isSecure ? try NIOSSLContext(configuration: configuration) : nil
        let known = try certificateFile.map { try NIOSSLCertificate.fromPEMFile($0) }
        return try await ClientBootstrap(group: eventLoop)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if isBehindProxyProtocol { try pipeline.addHandler(ProxyGreeting()) }
                    if let tls { try pipeline.addHandler(tlsHandler(tls, known: known)) }
                    try pipeline.addHandler(handler())
                }
            }
            .connect(host: host, port: port)
            .get()
    }

    /// Our own service is known by its certificate, not by the name that it was called by: that is an address, as a rule.
    private func tlsHandler(_ context: NIOSSLContext, known: [NIOSSLCertificate]?) throws -> NIOSSLClientHandler {
        guard let known else {
            // An address is no name: the certificate is then held against the address that was connected to.
            let isAddress = (try? SocketAddress(ipAddress: host, port: port)) != nil
            return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
        }
        return try NIOSSLClientHandler(context: context, serverHostname: nil) { shown, verified in
            verified.succeed(shown.first.map(known.contains) ?? false ? .certificateVerified : .failed)
        }
    }

    /// Runs `body` with a client of HTTP for this service.
    func withClient<Value>(_ body: (HTTPClient) async throws -> Value) async throws -> Value {
        guard !isBehindProxyProtocol else {
            throw CommandFailure("PROXY_PROTOCOL is true: name the load balancer with --url or LEADERBOARD_URL")
        }
        guard let certificateFile else { return try await body(HTTPClient.ofService) }
        var configuration = HTTPClient.Configuration.ofService
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(certificateFile))]
        // As above. What the system's authorities vouch for passes too, under any name, on this machine.
        tls.certificateVerification = .noHostnameVerification
        configuration.tlsConfiguration = tls
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Value, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        try? await client.shutdown()
        return try result.get()
    }
}

/// The PROXY header of a health check, which speaks for itself (PROXY protocol, version 1, section 2.1).
private final class ProxyGreeting: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "PROXY UNKNOWN\r\n")), promise: nil)
        context.fireChannelActive()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
