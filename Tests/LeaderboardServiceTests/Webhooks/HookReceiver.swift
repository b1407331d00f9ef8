import NIOHTTP1

@testable import LeaderboardService

/// An endpoint of webhooks.
struct HookReceiver: Sendable {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private let server: ReceivingServer

    var port: Int { server.port }
    var url: String { "\(server.url)/hook?key=1" }
    var received: [ReceivingServer.Received] { server.received }

    init(_ replies: ReceivingServer.Reply...) async throws {
        server = try await ReceivingServer(replies)
    }

    /// As `WEBHOOKS_FILE` has it.
    func entry(_ more: String = "") -> String {
        #"{"url":"\#(url)","secret":"\#(Self.secret)"\#(more)}"#
    }
}

extension ReceivingServer.Received {
    var id: String { headers.first(name: "webhook-id") ?? "" }
    var type: String { json["type"] as? String ?? "" }
    var data: [String: Any] { json["data"] as? [String: Any] ?? [:] }

    /// Whether one of its signatures is that of the secret.
    func isSigned(by secret: String) throws -> Bool {
        let time = Int(headers.first(name: "webhook-timestamp") ?? "") ?? 0
        let text = String(decoding: body, as: UTF8.self)
        let signature = try WebhookSecret(secret).signature(id: id, timestamp: time, body: text)
        return (headers.first(name: "webhook-signature") ?? "").split(separator: " ").contains(signature[...])
    }
}
