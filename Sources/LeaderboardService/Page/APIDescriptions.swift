import HTTPServer
import LeaderboardPage
import NIOCore
import NIOHTTP1
import Text

/// `GET /openapi.json` and `GET /asyncapi.json`: the API for programs. Tools on any origin may read them.
struct APIDescriptions: Sendable {
    /// Made when somebody asks: it is read and written anew for it.
    private static let openAPI = description(openAPIBytes)
    private let asyncAPI = Self.description(EmbeddedFile.asyncAPI.bytes)

    var routes: [Route] {
        [
            .on(.GET, "/openapi.json", handler: { request in Self.answer(Self.openAPI, request) }),
            .on(.GET, "/asyncapi.json", handler: { request in Self.answer(asyncAPI, request) }),
        ]
    }

    private static func description(_ bytes: [UInt8]) -> StaticFile {
        StaticFile(bytes, type: "application/json", headers: [:])
    }

    private static func answer(_ file: StaticFile, _ request: Request) -> Response {
        PublicRead.open(file.answer(request, cacheControl: "no-cache"))
    }

    // MARK: Errors in their two forms

    /// The description as its file has it. Null, if that is no JSON: a test reads it.
    static let described = read(EmbeddedFile.openAPI)
    /// The same of live connections.
    static let describedLive = read(EmbeddedFile.asyncAPI)

    private static func read(_ file: EmbeddedFile) -> JSONValue {
        (try? JSONValue(json: file.bytes, maximumBytes: file.bytes.count, maximumDepth: 32)) ?? .null
    }

    /// With what is said once for all errors said of each: who asks for it gets problem details.
    private static var openAPIBytes: [UInt8] {
        var body = ByteBuffer()
        body.writeJSON(withProblems(described))
        return Array(body.readableBytesView)
    }

    private static func withProblems(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            var members = object.members.map { JSONObject.Member(name: $0.name, value: withProblems($0.value)) }
            if isError(object) { members.append(.init(name: problemType, value: problem)) }
            return .object(JSONObject(members: members))
        case .array(let elements): return .array(elements.map(withProblems))
        default: return value
        }
    }

    /// Whether it is the `content` of an error.
    private static func isError(_ content: JSONObject) -> Bool {
        content["application/json"]?.object?["schema"]?.object?["$ref"]?.string == "#/components/schemas/Error"
    }

    private static let problemType = "application/problem+json"
    private static let problem = JSONValue.object(
        JSONObject(members: [.init(name: "schema", value: reference("#/components/schemas/Problem"))])
    )

    private static func reference(_ place: String) -> JSONValue {
        .object(JSONObject(members: [.init(name: "$ref", value: .string(place))]))
    }
}
