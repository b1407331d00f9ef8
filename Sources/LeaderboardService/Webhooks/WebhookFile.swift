import Board
import Leaderboard
import Text

/// The file of endpoints: a JSON list of `{"url","secret" or "secret_file","boards","events","top"}`. All that is wrong with it is told at
/// once; a reason never repeats a value.
struct WebhookFile: Sendable {
    static let maximumBytes = 262_144
    static let maximumEndpoints = 64
    private static let maximumBoards = 1_000
    private static let maximumSecrets = 8

    let endpoints: [WebhookEndpoint]

    struct Faults: Error, Equatable, CustomStringConvertible {
        let all: [String]

        var description: String { all.joined(separator: "; ") }
    }

    static func read(_ path: String, allowsHTTP: Bool) throws(Faults) -> WebhookFile {
        let bytes: [UInt8]
        do { bytes = try SmallFile.bytes(of: path, maximum: maximumBytes) } catch {
            throw Faults(all: ["the file \(error)"])
        }
        return try WebhookFile(json: bytes, allowsHTTP: allowsHTTP)
    }

    init(json bytes: [UInt8], allowsHTTP: Bool) throws(Faults) {
        let value: JSONValue
        do { value = try JSONValue(json: bytes, maximumBytes: Self.maximumBytes) } catch {
            throw Faults(all: ["no JSON: \(error)"])
        }
        guard let entries = value.array, (1...Self.maximumEndpoints).contains(entries.count) else {
            throw Faults(all: ["must be a JSON list of 1 to \(Self.maximumEndpoints) endpoints"])
        }
        var (endpoints, faults): ([WebhookEndpoint], [String]) = ([], [])
        for (index, entry) in entries.enumerated() {
            var reader = EntryReader(allowsHTTP: allowsHTTP)
            if let endpoint = reader.endpoint(entry) {
                if endpoints.contains(where: { $0.url == endpoint.url }) {
                    faults.append("endpoint \(index + 1): has the url of another one")
                }
                endpoints.append(endpoint)
            }
            faults += reader.faults.map { "endpoint \(index + 1): \($0)" }
        }
        guard faults.isEmpty else { throw Faults(all: faults) }
        self.endpoints = endpoints
    }

    /// One entry of the list.
    private struct EntryReader {
        let allowsHTTP: Bool
        var faults: [String] = []

        private static let known = ["url", "secret", "secret_file", "boards", "events", "top"]

        /// Nil: something is wrong, and told.
        mutating func endpoint(_ entry: JSONValue) -> WebhookEndpoint? {
            guard let object = entry.object else {
                faults.append("must be an object")
                return nil
            }
            if let unknown = UnknownWord(in: object.members.map(\.name), known: Self.known) {
                faults.append(unknown.words(as: "member"))
            }
            let url = url(object["url"])
            let secrets = secrets(object)
            let boards = boards(object["boards"])
            let events = events(object["events"])
            let top = top(object["top"])
            guard faults.isEmpty, let url else { return nil }
            return WebhookEndpoint(url: url, secrets: secrets, boards: boards, events: events, top: top)
        }

        private mutating func url(_ value: JSONValue?) -> WebhookURL? {
            guard let text = value?.string else {
                faults.append("url must be a text")
                return nil
            }
            do { return try WebhookURL(text, allowsHTTP: allowsHTTP) } catch {
                faults.append("url \(error)")
                return nil
            }
        }

        /// One or several, in the entry or in files, where each line is one.
        private mutating func secrets(_ object: JSONObject) -> [WebhookSecret] {
            var texts: [String] = []
            switch (object["secret"], object["secret_file"]) {
            case (let value?, nil): texts = list(value, "secret")
            case (nil, let value?): for path in list(value, "secret_file") { texts += lines(of: path) }
            default: faults.append("needs either secret or secret_file")
            }
            var secrets: [WebhookSecret] = []
            for text in texts {
                do { secrets.append(try WebhookSecret(text)) } catch { return failing("a secret \(error)") }
            }
            guard faults.isEmpty || !texts.isEmpty else { return [] }
            guard (1...WebhookFile.maximumSecrets).contains(secrets.count) else {
                return failing("needs 1 to \(WebhookFile.maximumSecrets) secrets")
            }
            return secrets
        }

        private mutating func lines(of path: String) -> [String] {
            do {
                let text = try SmallFile.text(of: path, maximum: 65_536)
                return text.split(whereSeparator: \.isNewline).map { String($0).trimmingBlanks() }
                    .filter { !$0.isEmpty }
            } catch {
                return failing("the secret_file \(error)")
            }
        }

        private mutating func boards(_ value: JSONValue?) -> [BoardPattern] {
            guard let value else { return [.named(.board(.main))] }
            var patterns: [BoardPattern] = []
            for text in list(value, "boards") {
                do { patterns.append(try BoardPattern(text)) } catch {
                    return failing("boards must be names, beginnings such as weekly-*, or *")
                }
            }
            guard (1...WebhookFile.maximumBoards).contains(patterns.count) else {
                return failing("boards must be 1 to \(WebhookFile.maximumBoards) names")
            }
            return patterns
        }

        private mutating func events(_ value: JSONValue?) -> Set<WebhookEventType> {
            guard let value else { return [.seasonEnded] }
            let texts = list(value, "events")
            let known = WebhookEventType.subscribable
            if let unknown = UnknownWord(in: texts, known: known.map(\.rawValue)) {
                faults.append(unknown.words(as: "event"))
            } else if texts.isEmpty {
                faults.append("events must name one or more of \(known.map(\.rawValue).joined(separator: ", "))")
            }
            return Set(texts.compactMap(WebhookEventType.init(rawValue:)))
        }

        private mutating func top(_ value: JSONValue?) -> Int {
            guard let value else { return WebhookEndpoint.usualTop }
            let allowed = WebhookEndpoint.topAllowed
            guard let number = value.integer, allowed.contains(number) else {
                faults.append("top must be a whole number from \(allowed.lowerBound) to \(allowed.upperBound)")
                return WebhookEndpoint.usualTop
            }
            return number
        }

        /// A text, or a list of texts.
        private mutating func list(_ value: JSONValue, _ name: String) -> [String] {
            if let text = value.string { return [text] }
            let texts = (value.array ?? []).compactMap(\.string)
            guard let elements = value.array, texts.count == elements.count else {
                return failing("\(name) must be a text or a list of texts")
            }
            return texts
        }

        private mutating func failing<Element>(_ fault: String) -> [Element] {
            faults.append(fault)
            return []
        }
    }
}
