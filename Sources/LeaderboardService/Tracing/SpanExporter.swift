import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import RedisClient
import ServiceLifecycle
import TLSPolicy

/// Sends spans to a collector: OTLP over HTTP, in JSON. When it stops it sends what is left, once, within ``TracingOptions/timeout``.
struct SpanExporter: Service {
    let options: TracingOptions
    let queue: SpanQueue
    let eventLoopGroup: any EventLoopGroup
    let logger: Logger
    private let failures = LogThrottle()

    init(options: TracingOptions, queue: SpanQueue, eventLoopGroup: any EventLoopGroup, logger: Logger) {
        self.options = options
        self.queue = queue
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
    }

    /// A batch that a collector is too busy for is offered so often.
    private static let maximumTries = 3
    /// Between looks whether a whole batch waits.
    private static let pause = Duration.milliseconds(100)

    func run() async throws {
        let client = client()
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown { [self] in
            var due = ContinuousClock.now + options.interval
            while true {
                try await Task.sleep(for: min(Self.pause, options.interval))
                guard queue.count >= options.maximumBatch || ContinuousClock.now >= due else { continue }
                await send(with: client)
                due = .now + options.interval
            }
        }
        await flush(with: client)
        try? await client.shutdown()
    }

    private func client() -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: TimeAmount(options.timeout), read: TimeAmount(options.timeout))
        // We try again ourselves, and want to know why it failed.
        configuration.connectionPool.retryConnectionEstablishment = false
        // The export of a span is no span.
        configuration.tracing.tracer = nil
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.keepToStrongCiphers()
        if let file = options.authorityFile { tls.trustRoots = .file(file) }
        configuration.tlsConfiguration = tls
        return HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
    }

    /// All that waits now, batch by batch.
    private func send(with client: HTTPClient) async {
        for _ in 0...options.maximumQueue / options.maximumBatch {
            let spans = queue.take(options.maximumBatch)
            guard !spans.isEmpty else { return }
            await export(spans, with: client, tries: Self.maximumTries)
        }
    }

    private func flush(with client: HTTPClient) async {
        await withTaskGroup { tasks in
            tasks.addTask {
                while !Task.isCancelled {
                    let spans = queue.take(options.maximumBatch)
                    guard !spans.isEmpty else { return }
                    await export(spans, with: client, tries: 1)
                }
            }
            tasks.addTask { try? await Task.sleep(for: options.timeout) }
            await tasks.next()
            tasks.cancelAll()
        }
        queue.count(lost: queue.take(.max).count)
    }

    private func export(_ spans: [FinishedSpan], with client: HTTPClient, tries: Int) async {
        let traces = OTLPTraces(resource: options.resource, version: ServiceAssembly.version)
        let body = traces.json(spans)
        for number in 1...max(1, tries) {
            let outcome = await offer(body, with: client)
            switch outcome {
            case .taken(let rejected):
                queue.count(exported: max(0, spans.count - rejected))
                queue.count(lost: min(rejected, spans.count))
                return
            case .busy(let reason, let wait):
                if number < tries, (try? await Task.sleep(for: wait * Double.random(in: 0.5...1))) != nil { continue }
                note(reason)
            case .refused(let reason): note(reason)
            }
            return queue.count(lost: spans.count)
        }
    }

    private enum Outcome {
        /// But for so many of them.
        case taken(rejected: Int)
        case busy(String, wait: Duration)
        case refused(String)
    }

    private func offer(_ body: ByteBuffer, with client: HTTPClient) async -> Outcome {
        var request = HTTPClientRequest(url: options.endpoint)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "leaderboard/\(ServiceAssembly.version)")
        for (name, value) in options.headers { request.headers.replaceOrAdd(name: name, value: value) }
        request.body = .bytes(body)
        do {
            let response = try await client.execute(request, timeout: TimeAmount(options.timeout))
            guard let answer = await whole(response.body) else { return .refused("no end of the answer in time") }
            switch response.status.code {
            case 200..<300: return .taken(rejected: OTLPAnswer.rejectedSpans(answer))
            case 429, 502, 503, 504:
                // Whole seconds; a date is not what a collector sends.
                let seconds = response.headers.first(name: "Retry-After").flatMap { Int($0) } ?? 1
                return .busy("HTTP \(response.status.code)", wait: .seconds(min(max(seconds, 0), 10)))
            default: return .refused("HTTP \(response.status.code)")
            }
        } catch {
            return .busy(connectionReason(of: error), wait: .seconds(1))
        }
    }

    /// The answer's body, empty where it broke off or is too large; nil where it does not end in time.
    private func whole(_ body: HTTPClientResponse.Body) async -> ByteBuffer? {
        await withTaskGroup(of: ByteBuffer?.self) { tasks in
            tasks.addTask { (try? await body.collect(upTo: 65_536)) ?? ByteBuffer() }
            tasks.addTask {
                try? await Task.sleep(for: options.timeout)
                return nil
            }
            defer { tasks.cancelAll() }
            return await tasks.next() ?? nil
        }
    }

    private func note(_ reason: String) {
        guard let count = failures.countIfDue() else { return }
        logger.warning("spans not exported", metadata: ["count": "\(count)", "reason": "\(reason)"])
    }
}
