import HTTPServer
import Logging
import Metrics
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization

@testable import LeaderboardService

/// The page's own files beside live endpoints that say what the test wants.
final class ScriptedLive: Sendable {
    enum Way: Sendable { case webSocket, eventStream }

    /// What one connection gets.
    struct Part: Sendable {
        var messages: [String]
        /// As a stream that breaks off.
        var hangsUp = false
    }

    let way: Way
    let script: [Part]
    /// After the script: the service is well.
    private let last: Part
    /// What questions about the board by its name, `main`, are answered with, by the last word of their path, empty for the board
    /// itself; nil: 404.
    private let answer: @Sendable (_ part: String, _ query: Query) -> String?
    private let state = Mutex((times: [ContinuousClock.Instant](), queries: [Query](), channel: (any Channel)?.none))

    init(
        _ way: Way,
        _ script: [Part],
        then last: Part,
        answer: @escaping @Sendable (_ part: String, _ query: Query) -> String? = { _, _ in nil }
    ) {
        self.way = way
        self.script = script
        self.last = last
        self.answer = answer
    }

    /// When each connection came.
    var times: [ContinuousClock.Instant] { state.withLock(\.times) }

    /// What each WebSocket was asked for with.
    var queries: [Query] { state.withLock(\.queries) }

    /// To the newest connection.
    func send(_ message: String) {
        guard let channel = state.withLock(\.channel) else { return }
        channel.writeAndFlush(encode(message), promise: nil)
    }

    /// Ends the newest connection.
    func hangUp() {
        state.withLock(\.channel)?.close(promise: nil)
    }

    func run(_ body: @Sendable (_ port: Int) async throws -> Void) async throws {
        var options = ServerOptions()
        options.port = 0
        options.drainTimeout = .seconds(1)
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = Server(
            options: options,
            router: Router(WebPage().routes + routes),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "scripted", factory: { _ in SwiftLogNoOpLogHandler() }),
            metricsFactory: NOOPMetricsHandler.instance,
            onListening: { port.yield($0.port ?? 0) }
        )
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await server.run() }
                for await port in ports {
                    try await body(port)
                    break
                }
                trigger.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    private var routes: [Route] {
        let parts = ["", "scoreboard", "seasons", "stats"].map { part in
            Route.on(.GET, "/api/v1/boards/main" + (part.isEmpty ? "" : "/\(part)")) { [answer] request in
                guard let text = answer(part, request.query) else { return Response(.notFound) }
                return Response(.ok, json: ByteBuffer(string: text))
            }
        }
        let live = ["/api/v1/scoreboard/live", "/api/v1/boards/main/live"].map { path in
            Route.webSocket(path) { [self] request in
                state.withLock { $0.queries.append(request.query) }
                return way == .webSocket ? .accept { self.accept($0.channel) } : .refuse(Response(.forbidden))
            }
        }
        return parts + live + [
            .page("/") { await BoardDocument().answer($0, hasOthers: false) {} },
            .eventStream("/api/v1/scoreboard/events") { [self] _ in .accept { self.accept($0.channel) } },
            // Without a cursor nothing can be told from it.
            .on(.GET, "/api/v1/scoreboard/stats") { _ in
                Response(.ok, json: ByteBuffer(string: #"{"viewers":"many","users":-1,"cursor":7}"#))
            },
        ]
    }

    private func accept(_ channel: any Channel) {
        let part = state.withLock { state in
            state.times.append(.now)
            state.channel = channel
            return state.times.count <= script.count ? script[state.times.count - 1] : last
        }
        if way == .eventStream {
            // As fast as a browser comes back by itself.
            channel.write(ByteBuffer(string: "retry: 1\n\n"), promise: nil)
        }
        for message in part.messages { channel.write(encode(message), promise: nil) }
        channel.flush()
        if part.hangsUp { channel.close(promise: nil) }
    }

    private func encode(_ message: String) -> ByteBuffer {
        switch way {
        case .webSocket: WebSocketFrame.text(ByteBuffer(string: message))
        case .eventStream: ServerSentEvent.message(id: nil, data: ByteBuffer(string: message))
        }
    }
}
