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
        do throws(NoPlace) {
            try server.places.enter()
        } catch {
            server.onTrouble(.tooManyConnections)
            throw refuse(channel, .total, .total)
        }
        guard server.options.isBehindProxyProtocol else {
            let address = RemoteAddress(channel.remoteAddress)
            do { try enter(channel, of: address, leavesAll: true) } catch {
                server.places.leave()
                throw error
            }
            return try serve(channel, of: address)
        }
        channel.closeFuture.whenComplete { [places = server.places] _ in places.leave() }
        let reader = ProxyHeaderHandler(timeout: server.options.headTimeout, metrics: server.metrics) { client in
            let address = client.map { RemoteAddress($0) } ?? RemoteAddress(channel.remoteAddress)
            try enter(channel, of: address, leavesAll: false)
            try serve(channel, of: address)
        }
        try channel.pipeline.syncOperations.addHandler(reader)
    }

    private func serve(_ channel: any Channel, of address: RemoteAddress) throws {
        guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else { throw Refused() }
        let pipeline = channel.pipeline.syncOperations
        let connection = HTTPConnection(server: server, loop: loop, remoteAddress: address.text)
        if let certificates {
            try pipeline.addHandler(ApplicationProtocolHandler(metrics: server.metrics))
            try pipeline.addHandler(NIOSSLServerHandler(context: certificates.context))
        }
        try pipeline.addHandler(connection)
    }

    /// Connections of a trusted proxy are other people's, and count only in all.
    /// - Parameter leavesAll: its end gives back the place in all as well: one callback is 100 bytes less than two.
    private func enter(_ channel: any Channel, of address: RemoteAddress, leavesAll: Bool) throws {
        // Only what it needs: the callback stays for as long as the connection.
        let places = server.places
        guard !server.isTrustedProxy(address.text) else {
            if leavesAll { channel.closeFuture.whenComplete { _ in places.leave() } }
            return
        }
        let network = address.network
        do throws(NoPlace) {
            try places.enter(network)
        } catch {
            server.onTrouble(.tooManyConnectionsOfAddress(address.text))
            throw refuse(channel, .address, .address)
        }
        channel.closeFuture.whenComplete { _ in
            places.leave(network)
            if leavesAll { places.leave() }
        }
    }

    private func refuse(_ channel: any Channel, _ reason: ServerMetrics.Refusal, _ refusal: ConnectionRefusal)
        -> Refused
    {
        server.metrics.refused(reason)
        // What is no HTTP here cannot be told in HTTP.
        if certificates == nil, let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value {
            let bytes = refusal.bytes(loop)
            try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
                ConnectionRefusal.say(bytes, on: $0)
            }
        }
        return Refused()
    }
}
