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

    /// What is said on a live connection alone, by code.
    private static var liveMessages: [String: String] {
        let said = ["tokenAnswer", "subscriptionError"].flatMap { name in
            APIDescriptions.describedLive["components"]?["messages"]?[name]?["examples"]?.array ?? []
        }
        return said.reduce(into: [:]) { messages, example in
            let error = example["payload"]?["error"] ?? example["payload"]
            guard let code = error?["code"]?.string else { return }
            messages[code] = error?["message"]?.string ?? ""
        }
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
        var messages = liveMessages
        for example in components?["examples"]?.members ?? [] {
            messages[example.name] = example.value["value"]?["message"]?.string ?? ""
        }
        let parts = messages.sorted { $0.key < $1.key }.map { code, message in
            let said = statuses[code, default: []].sorted().joined(separator: ", ")
            return "## \(code)\n\n" + (said.isEmpty ? "" : "**\(said)** ") + message + "\n"
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
