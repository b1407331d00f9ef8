import NIOCore
import NIOSSL

/// Makes an accepted channel an HTTP connection, if the limits allow one more: PROXY header, TLS, HTTP, each where it is
/// configured.
struct Acceptor: Sendable {
    /// The channel is closed at once; the reason is counted.
    struct Refused: Error {}

    let server: ServerContext
    let loops: [ObjectIdentifier: NIOLoopBoundBox<LoopContext>]
    let certificates: Certificates?

    /// Called on the channel's loop, before it is active.
    func accept(_ channel: any Channel) throws {
        guard server.limits.enter() else {
            server.metrics.refused(.total)
            throw Refused()
        }
        channel.closeFuture.whenComplete { [server] _ in server.limits.leave() }
        guard server.options.isBehindProxyProtocol else {
            return try serve(channel, of: RemoteAddress(channel.remoteAddress))
        }
        let reader = ProxyHeaderHandler(timeout: server.options.headTimeout, metrics: server.metrics) { client in
            try serve(channel, of: RemoteAddress(client ?? channel.remoteAddress))
        }
        try channel.pipeline.syncOperations.addHandler(reader)
    }

    private func serve(_ channel: any Channel, of address: RemoteAddress) throws {
        guard server.limits.enter(address) else {
            server.metrics.refused(.address)
            throw Refused()
        }
        channel.closeFuture.whenComplete { [server] _ in server.limits.leave(address) }
        guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else { throw Refused() }
        let pipeline = channel.pipeline.syncOperations
        let connection = HTTPConnection(server: server, loop: loop, remoteAddress: address.text)
        if let certificates { try pipeline.addHandler(NIOSSLServerHandler(context: certificates.context)) }
        try pipeline.addHandler(connection)
    }
}
