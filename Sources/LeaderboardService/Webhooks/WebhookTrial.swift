import FoundationEssentials
import NIOPosix
import Text

/// A signed `ping` to endpoints of a file, once each, without a running service.
package struct WebhookTrial: Sendable {
    package struct Result: Sendable {
        /// `1  hooks.example.com:443  HTTP 204`
        package let line: String
        package let isDelivered: Bool
    }

    private let endpoints: [(number: Int, endpoint: WebhookEndpoint)]
    private var sending: WebhookSending
    /// Shorter than that of a delivery.
    private static let patience = Duration.seconds(8)

    /// - Parameters:
    ///   - file: nil: that of the settings.
    ///   - url: nil: all endpoints are tried.
    package init(_ settings: Settings, file: String?, url: String?) throws {
        let (sending, path) = try settings.read { (WebhookSending($0), file ?? $0.text("WEBHOOKS_FILE")) }
        guard let path else {
            throw InvalidSetting(name: "WEBHOOKS_FILE", reason: "is not set, and there is no --file")
        }
        let all: [WebhookEndpoint]
        do { all = try WebhookFile.read(path, allowsHTTP: sending.allowsHTTP).endpoints } catch {
            throw InvalidSetting(name: file == nil ? "WEBHOOKS_FILE" : "--file", reason: "\(error)")
        }
        let numbered = all.enumerated().map { (number: $0 + 1, endpoint: $1) }
        if let url {
            let wanted = try? WebhookURL(url, allowsHTTP: true)
            endpoints = numbered.filter { $0.endpoint.url == wanted }
            if endpoints.isEmpty { throw InvalidSetting(name: "url", reason: "is that of no endpoint in the file") }
        } else {
            endpoints = numbered
        }
        self.sending = sending
        // Somebody waits for it.
        self.sending.timeout = Self.patience
    }

    package static func newSecret() -> String { WebhookSecret.made() }

    /// All at once; in the order of the file.
    package func run() async -> [Result] {
        let lookup = AddressLookup()
        let results = await withTaskGroup(of: Numbered.self) { tasks in
            for (number, endpoint) in endpoints {
                tasks.addTask { Numbered(number: number, result: await ping(endpoint, number, lookup)) }
            }
            return await tasks.reduce(into: [Numbered]()) { $0.append($1) }
        }
        await lookup.close()
        return results.sorted { $0.number < $1.number }.map(\.result)
    }

    private struct Numbered: Sendable {
        let number: Int
        let result: Result
    }

    private func ping(_ endpoint: WebhookEndpoint, _ number: Int, _ lookup: AddressLookup) async -> Result {
        let now = Int(clamping: Date.now.timeIntervalSince1970 * 1000)
        let event = WebhookEvent.ping(time: now)
        let group = MultiThreadedEventLoopGroup.singleton
        let client = WebhookClient(endpoint, sending, lookup, eventLoopGroup: group)
        let attempt = await client.send(id: event.id, body: event.body, time: now / 1000, tries: 0)
        await client.close()
        let (words, isDelivered): (String, Bool) =
            switch attempt {
            case .delivered(let status): ("HTTP \(status): delivered", true)
            case .gone: ("HTTP 410: the endpoint wants no more", false)
            case .failed(WebhookAttempt.late, _):
                (
                    "not delivered: no answer within \(Self.patience) (the service waits for \(WebhookSending().timeout))",
                    false
                )
            case .failed(let reason, _): ("not delivered: \(reason)", false)
            case nil: ("not sent", false)
            }
        return Result(line: "\(number)  \(endpoint.url.place)  \(words)", isDelivered: isDelivered)
    }
}
