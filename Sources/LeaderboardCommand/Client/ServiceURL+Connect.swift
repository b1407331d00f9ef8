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
        let tls = isSecure ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        return try await ClientBootstrap(group: eventLoop)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        let name = host.contains(":") ? nil : host
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
                    }
                    try pipeline.addHandler(handler())
                }
            }
            .connect(host: host, port: port)
            .get()
    }
}
