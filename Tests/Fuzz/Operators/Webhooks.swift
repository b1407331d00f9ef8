@testable import LeaderboardService

extension FuzzTarget {
    static let webhooks = FuzzTarget(
        "webhooks",
        "the file of webhook endpoints, their URLs, and what Redis keeps of places",
        dictionary: "json",
        maximumBytes: 1024
    ) { input in
        if let file = try? WebhookFile(json: input.bytes, allowsHTTP: true) {
            promise(
                (1...WebhookFile.maximumEndpoints).contains(file.endpoints.count),
                "there are endpoints, and not too many"
            )
            for endpoint in file.endpoints {
                promise(!endpoint.secrets.isEmpty && !endpoint.boards.isEmpty, "each has a secret, and boards")
                promise(!endpoint.events.isEmpty && !endpoint.events.contains(.ping), "and events that happen")
            }
        }
        if let url = try? WebhookURL(input.text, allowsHTTP: false) {
            promise(url.text.hasPrefix("https://"), "it is https")
            promise((try? WebhookURL(url.text, allowsHTTP: false)) == url, "a URL has one text")
        }
        if let places = TopPlaces(text: input.text) {
            promise(TopPlaces(text: places.text) == places, "places have one text")
            promise(
                places.overtaken(since: places).allSatisfy { $0.by.rank < ($0.now?.rank ?? .max) },
                "a passer is before"
            )
        }
    }
}
