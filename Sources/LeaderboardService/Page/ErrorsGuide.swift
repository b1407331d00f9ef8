import HTTPServer
import LeaderboardPage
import NIOHTTP1
import Text

/// `GET /docs/errors`: every error's code, with its statuses and its sentence, as the description of the API has them. The `type` of problem
/// details leads here.
enum ErrorsGuide {
    /// What stands before a code in its `type`.
    static let types = "/docs/errors#"

    static var document: StaticFile {
        let markdown = Markdown(text)
        return PageDocument.file(
            .guide,
            changes: ["{title}": Markdown.escaped(markdown.title), "{body}": markdown.html]
        )
    }

    private static var text: String {
        let api = APIDescriptions.described
        let components = api["components"]
        var statuses: [String: Set<String>] = [:]
        let responses =
            (api["paths"]?.members ?? []).flatMap { $0.value.members }
            .flatMap { $0.value["responses"]?.members ?? [] }
        for (status, given) in responses.map({ ($0.name, $0.value) }) {
            let name = given["$ref"]?.string.flatMap { $0.parts(at: "/").last }
            let response = name.flatMap { components?["responses"]?[String($0)] } ?? given
            let examples = response["content"]?["application/json"]?["examples"]?.members ?? []
            for example in examples where status != "default" { statuses[example.name, default: []].insert(status) }
        }
        let codes = (components?["examples"]?.members ?? []).sorted { $0.name < $1.name }
        let parts = codes.map { code in
            let said = statuses[code.name, default: []].sorted().joined(separator: ", ")
            let message = code.value["value"]?["message"]?.string ?? ""
            return "## \(code.name)\n\n" + (said.isEmpty ? "" : "**\(said)** ") + message + "\n"
        }
        return """
            # Errors

            Every error has a status and a body, `{"status":"error","code":"…","message":"…"}`. Programs go by the code, which is stable; the
            message is one sentence for a person, and may name what was wrong in this request. Who asks with
            `Accept: application/problem+json` gets problem details (RFC 9457) instead, whose `type` leads to the code's place on this page, and
            which have the code as `code` and the message as `detail`. Which errors an operation has stands in the
            [description of the API](/docs).


            """ + parts.joined(separator: "\n")
    }
}

extension JSONValue {
    fileprivate subscript(name: String) -> JSONValue? { object?[name] }
    fileprivate var members: [JSONObject.Member] { object?.members ?? [] }
}
