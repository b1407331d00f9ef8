import NIOCore
import NIOHTTP1
import Text

/// What an error says, whatever its form. A class, so that an answer carries one word more, and not two strings.
final class Fault: Sendable {
    let code: String
    let message: String

    init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    private static let mediaType = "application/problem+json"

    /// Whether `Accept` (RFC 9110, section 12.5.1) names problem details: a range with a star in it asks for nothing new, and who would
    /// rather have `application/json` gets that.
    static func isWantedAsProblem(_ headers: RequestHeaders) -> Bool {
        var (problem, plain) = (0.0, 0.0)
        for range in headers.list("Accept") {
            let (type, parameters) = range.cut(at: ";")
            switch type.trimmed.lowercased() {
            case mediaType: problem = max(problem, weight(parameters ?? ""))
            case "application/json": plain = max(plain, weight(parameters ?? ""))
            default: break
            }
        }
        return problem > 0 && problem >= plain
    }

    /// `q`, which is 1 where it is not given, and 0 where it is no number.
    private static func weight(_ parameters: Substring) -> Double {
        for parameter in parameters.parts(at: ";") {
            let (name, value) = parameter.cut(at: "=")
            guard name.trimmed.lowercased() == "q" else { continue }
            return value.flatMap { Double($0.trimmed) } ?? 0
        }
        return 1
    }

    /// The error as problem details (RFC 9457). The title is of the code, and the code itself is there as an extension.
    /// - Parameter types: what the code stands behind in the `type`; nil: it is `about:blank`.
    func problem(_ response: Response, types: String?) -> Response {
        let words = code.replacing("_", with: " ")
        var body = ByteBuffer(string: #"{"type":"#)
        body.writeJSON(types.map { $0 + code } ?? "about:blank")
        body.writeStaticString(#","title":"#)
        body.writeJSON(types == nil ? response.status.reasonPhrase : words.prefix(1).uppercased() + words.dropFirst())
        body.writeString(#","status":\#(response.status.code),"detail":"#)
        body.writeJSON(message)
        body.writeStaticString(#","code":"#)
        body.writeJSON(code)
        body.writeStaticString("}")
        var problem = Response(response.status, headers: response.headers, body: body)
        problem.headers.replaceFirst("Content-Type", with: Self.mediaType)
        // A cache must not show it to who asks for nothing.
        problem.headers.add(name: "Vary", value: "Accept")
        return problem
    }
}
