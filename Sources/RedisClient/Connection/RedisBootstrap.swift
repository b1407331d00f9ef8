import NIOCore
import NIOPosix
import NIOSSL
import TLSPolicy

/// Opens the channel of a connection: TCP or a Unix socket, with TLS for `rediss://`.
enum RedisBootstrap {
    /// - Parameter handler: asked on the loop, once, for the connection that the channel's bytes go to. It joins the channel
    ///   that connected, not those that were tried: a host may have several addresses, and be refused at some.
    static func connect(
        to address: RedisEndpoint.Address,
        isSecure: Bool,
        options: RedisOptions,
        on eventLoop: any EventLoop,
        handler: @escaping @Sendable () -> RedisConnection
    ) -> EventLoopFuture<Void> {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(options.connectTimeout))
            .channelOption(ChannelOptions.maxMessagesPerRead, value: 8)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if case .tcp(let host, _) = address {
                        try channel.syncOptions?.setOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
                        if isSecure {
                            let context = try context(options)
                            let name = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." } ? nil : host
                            try channel.pipeline.syncOperations.addHandler(
                                NIOSSLClientHandler(context: context, serverHostname: name)
                            )
                        }
                    }
                }
            }
        let channel =
            switch address {
            case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
            case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
            }
        return channel.flatMapThrowing { channel in
            guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
            try channel.pipeline.syncOperations.addHandler(handler())
        }
    }

    private static func context(_ options: RedisOptions) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.keepToStrongCiphers()
        if let file = options.certificateAuthorityFile { configuration.trustRoots = .file(file) }
        if let own = options.clientCertificate {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(own.certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: own.key, format: .pem))
        }
        return try NIOSSLContext(configuration: configuration)
    }
}
