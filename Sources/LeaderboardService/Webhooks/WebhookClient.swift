import AsyncHTTPClient
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOSSL
import TLSPolicy
import Text

/// Sends messages to one endpoint, one after the other.
///
/// Each time the name is looked up and its addresses are checked, and the connection goes to an address that was checked, whatever the
/// name would stand for by then; TLS is by the name. So nobody's name server leads us into our own network.
actor WebhookClient {
    private let endpoint: WebhookEndpoint
    private let options: WebhookSending
    private let lookup: AddressLookup
    private let eventLoopGroup: any EventLoopGroup
    /// To the address that was taken last.
    private var client: (address: IPAddress, client: HTTPClient)?

    /// An answer's body is read so far, and dropped.
    private static let maximumAnswerBytes = 4096

    init(
        _ endpoint: WebhookEndpoint,
        _ options: WebhookSending,
        _ lookup: AddressLookup,
        eventLoopGroup: any EventLoopGroup
    ) {
        self.endpoint = endpoint
        self.options = options
        self.lookup = lookup
        self.eventLoopGroup = eventLoopGroup
    }

    /// - Parameters:
    ///   - time: of the signature, in seconds since 1970.
    ///   - tries: how often it was sent before: of several addresses each has its turn.
    ///   - mayBegin: asked when all but the sending is done.
    /// - Returns: nil: it may not.
    func send(
        id: String,
        body: String,
        time: Int,
        tries: Int,
        mayBegin: @Sendable () -> Bool = { true }
    ) async -> WebhookAttempt? {
        let found = await lookup.addresses(of: endpoint.url.authority.host)
        guard !found.isEmpty else { return .failed(reason: "no address of the host is known", retryAfter: nil) }
        let allowed = options.allowsPrivate ? found : found.filter(\.isPublic)
        guard !allowed.isEmpty else {
            return .failed(
                reason: "the host has no public address, and WEBHOOKS_ALLOW_PRIVATE is false",
                retryAfter: nil
            )
        }
        guard mayBegin() else { return nil }
        let client = await client(to: allowed[max(tries, 0) % allowed.count])
        return await Self.exchange(request(id: id, body: body, time: time), client, within: options.timeout)
    }

    func close() async {
        try? await client?.client.shutdown()
        client = nil
    }

    private func request(id: String, body: String, time: Int) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: endpoint.url.text)
        request.method = .POST
        request.headers = [
            "Content-Type": "application/json",
            "User-Agent": "leaderboard/\(ServiceAssembly.version)",
            "webhook-id": id,
            "webhook-timestamp": "\(time)",
            "webhook-signature": endpoint.secrets.signatures(id: id, timestamp: time, body: body),
        ]
        request.body = .bytes(ByteBuffer(string: body))
        return request
    }

    private func client(to address: IPAddress) async -> HTTPClient {
        if let client, client.address == address { return client.client }
        await close()
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.dnsOverride = [endpoint.url.authority.host: address.description]
        configuration.timeout = .init(connect: TimeAmount(options.timeout), read: TimeAmount(options.timeout))
        // We try again ourselves, and want to know why it failed.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1
        configuration.tracing.tracer = nil
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.keepToStrongCiphers()
        if let file = options.authorityFile { tls.trustRoots = .file(file) }
        configuration.tlsConfiguration = tls
        let made = HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
        client = (address, made)
        return made
    }

    private static func exchange(
        _ request: HTTPClientRequest,
        _ client: HTTPClient,
        within limit: Duration
    ) async -> WebhookAttempt {
        await withTaskGroup(of: WebhookAttempt.self) { tasks in
            tasks.addTask {
                do {
                    let response = try await client.execute(request, timeout: TimeAmount(limit))
                    let attempt = WebhookAttempt(
                        status: Int(response.status.code),
                        retryAfter: response.headers.first(name: "Retry-After")
                    )
                    await drop(response.body, within: limit)
                    return attempt
                } catch {
                    return .failed(reason: connectionReason(of: error), retryAfter: nil)
                }
            }
            tasks.addTask {
                try? await Task.sleep(for: limit)
                return .failed(reason: WebhookAttempt.late, retryAfter: nil)
            }
            defer { tasks.cancelAll() }
            return await tasks.next() ?? .failed(reason: WebhookAttempt.late, retryAfter: nil)
        }
    }

    /// So that the connection can be used again, where the body is short and comes at once. What is longer ends the connection.
    private static func drop(_ body: HTTPClientResponse.Body, within limit: Duration) async {
        await withTaskGroup { tasks in
            tasks.addTask { _ = try? await body.collect(upTo: maximumAnswerBytes) }
            tasks.addTask { try? await Task.sleep(for: min(.seconds(1), limit / 2)) }
            await tasks.next()
            tasks.cancelAll()
        }
    }
}
