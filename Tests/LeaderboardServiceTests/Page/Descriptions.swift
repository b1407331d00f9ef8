import Text
import Leaderboard
import LeaderboardPage
import TestSupport

/// The two descriptions of the API, as tests read them.
enum Descriptions {
    static let openAPI = read(.openAPI)
    static let asyncAPI = read(.asyncAPI)

    /// A file that is no JSON becomes null, of which no test finds anything.
    private static func read(_ file: EmbeddedFile) -> JSONValue {
        (try? JSONValue(json: file.bytes, maximumBytes: file.bytes.count, maximumDepth: 32)) ?? .null
    }

    static let methods: Set = ["get", "post", "put", "patch", "delete", "options"]

    /// Every operation: its method in capitals, its path, and what is said of it.
    static var operations: [(method: String, path: String, operation: JSONValue)] {
        (openAPI["paths"] ?? .null).members.flatMap { path, item in
            item.members.filter { methods.contains($0.name) }.map { ($0.name.uppercased(), path, $0.value) }
        }
    }

    /// What is wrong with an answer, by what the description says of its operation; empty: nothing.
    static func complaints(_ answer: TestResponse, to method: String, _ path: String) -> [String] {
        let schema = JSONSchema(root: openAPI)
        guard
            let responses = operations.first(where: { $0 == method && $1 == path && $2 != .null })?.operation[
                "responses"
            ]
        else { return ["\(method) \(path) is not described"] }
        guard let given = responses["\(answer.status)"] ?? responses["default"] else {
            return ["\(method) \(path): the status \(answer.status) is not described"]
        }
        let response = schema.resolve(given)
        return headers(answer, response, schema) + body(answer, response, schema)
    }

    /// What the server frames every answer with (RFC 9110 and 9112); the type is that of the described content.
    private static let framing: Set = ["date", "connection", "content-length", "content-type", "transfer-encoding"]

    /// Both ways: what is described must be so, and what is sent must be described.
    private static func headers(_ answer: TestResponse, _ response: JSONValue, _ schema: JSONSchema) -> [String] {
        let described = (response["headers"] ?? .null).members
        let sent = Set(answer.headers.keys).subtracting(framing)
        let surplus = sent.subtracting(described.map { $0.name.lowercased() }).sorted()
        let wrong = described.flatMap { name, given -> [String] in
            let header = schema.resolve(given)
            guard let value = answer.headers[name.lowercased()] else {
                return header["required"] == .bool(true) ? ["\(name) is missing"] : []
            }
            return schema.complaints(.string(value), header["schema"] ?? .null, at: name)
        }
        return surplus.map { "\($0) is not described" } + wrong
    }

    private static func body(_ answer: TestResponse, _ response: JSONValue, _ schema: JSONSchema) -> [String] {
        guard let content = response["content"] else { return answer.body.isEmpty ? [] : ["a body is not described"] }
        let type = answer.headers["content-type"]?.split(separator: ";").first.map(String.init) ?? ""
        guard let media = content[type] else { return ["the type \(type) is not described"] }
        guard type == "application/json" else { return [] }
        let json: JSONValue
        do {
            json = try JSONValue(json: Array(answer.body.utf8), maximumBytes: 1 << 20, maximumDepth: 32)
        } catch { return ["no JSON: \(error)"] }
        let code = json["code"]?.string
        let unknown = code.flatMap { media["examples"]?[$0] == nil ? "the code \($0) is not described" : nil }
        return schema.complaints(json, media["schema"] ?? .null) + [unknown].compactMap { $0 }
    }
}
