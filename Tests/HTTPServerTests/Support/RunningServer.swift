import HTTPServer
import LiveSockets
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycleTestKit
import TestSupport

/// A server with the test routes, on a free port, for as long as a test needs it.
struct RunningServer: Sendable {
    let server: Server
    let port: Int
    let events: ServerEvents
    private let trigger: GracefulShutdownTestTrigger

    init(server: Server, port: Int, events: ServerEvents, trigger: GracefulShutdownTestTrigger) {
        self.server = server
        self.port = port
        self.events = events
        self.trigger = trigger
    }

    func stop() {
        trigger.triggerGracefulShutdown()
    }

    func connect(
        receiveBuffer: Int? = nil,
        greeting: String? = nil,
        tls: TLSConfiguration? = nil
    ) async throws -> TestConnection {
        try await TestConnection(port: port, receiveBuffer: receiveBuffer, greeting: greeting, tls: tls)
    }

    /// Sends the bytes on a connection of their own; all answers until the server closes it.
    func answers(to bytes: String) async throws -> [TestResponse] {
        let connection = try await connect()
        // A server that has seen enough closes before all is sent: what it answered tells.
        try? await connection.send(bytes)
        return try await connection.answersToEnd()
    }
}

extension TestConnection {
    /// All answers until the server closes; what comes must be whole answers.
    func answersToEnd() async throws -> [TestResponse] {
        var answers: [TestResponse] = []
        do {
            while true { answers.append(try await response()) }
        } catch let closed as Closed {
            guard closed.rest.isEmpty else { throw closed }
            return answers
        }
    }
}

/// Runs the server around `body`, then stops it gracefully.
/// - Parameter sender: how live frames leave, each by itself as those to many.
func withServer(
    _ options: ServerOptions = .test,
    sender: LiveSenderChoice = .send,
    isTrustedProxy: @escaping @Sendable (String) -> Bool = { _ in false },
    logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
    observe: @escaping @Sendable (Exchange) -> Void = { _ in },
    _ body: @Sendable (RunningServer) async throws -> Void
) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let events = ServerEvents()
    let (ports, port) = AsyncStream<Int>.makeStream()
    let senders = try await LiveSenders.make(sender, on: group, logger: logger, smallestCrowd: 1)
    let server = Server(
        options: options,
        router: Router(testRoutes(events)),
        eventLoopGroup: group,
        senders: senders,
        logger: logger,
        isTrustedProxy: isTrustedProxy,
        observe: observe,
        onTrouble: { if $0 == .listenerLost { events.note("listener lost") } },
        onListening: { port.yield($0.port ?? 0) },
        onStopping: { events.note("stopping") }
    )
    try await testGracefulShutdown { trigger in
        try await withThrowingTaskGroup { tasks in
            tasks.addTask {
                defer { port.finish() }
                try await server.run()
            }
            for await port in ports {
                try await body(RunningServer(server: server, port: port, events: events, trigger: trigger))
                break
            }
            trigger.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
    try await group.shutdownGracefully()
}

extension ServerOptions {
    /// Deadlines are noticed soon; those that a test is not about are as in production.
    static var test: ServerOptions {
        var options = ServerOptions()
        options.port = 0
        options.tickInterval = .milliseconds(20)
        options.drainTimeout = .seconds(5)
        return options
    }

    static func test(_ change: (inout ServerOptions) -> Void) -> ServerOptions {
        var options = test
        change(&options)
        return options
    }
}
