import NIOHTTP1

/// A collector of OTLP over HTTP.
struct Collector: Sendable {
    private let server: ReceivingServer

    var endpoint: String { server.url }
    var received: [ReceivingServer.Received] { server.received }

    init() async throws {
        server = try await ReceivingServer([Self.reply(200, "{}")])
    }

    func answer(_ status: UInt, _ body: String = "{}") {
        server.answer(Self.reply(status, body))
    }

    private static func reply(_ status: UInt, _ body: String) -> ReceivingServer.Reply {
        .status(status, ["Content-Type": "application/json"], body: body)
    }

    /// All spans so far, as `JSONSerialization` reads them.
    func spans() -> [[String: Any]] {
        received.flatMap { received -> [[String: Any]] in
            let resources = received.json["resourceSpans"] as? [[String: Any]] ?? []
            let scopes = resources.flatMap { $0["scopeSpans"] as? [[String: Any]] ?? [] }
            return scopes.flatMap { $0["spans"] as? [[String: Any]] ?? [] }
        }
    }
}
