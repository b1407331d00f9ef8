import HTTPServer
import LeaderboardPage
import NIOHTTP1

/// The client for browsers and what pages elsewhere load: `GET /client.js`, its parts, its types, and `GET /embed.js`.
///
/// Their addresses stand in the pages of others, so they stay, and are asked for each time whether they are still the same.
struct ClientFiles: Sendable {
    private let files: [String: StaticFile]

    init() {
        files = Dictionary(
            EmbeddedFile.clientFiles.map { file in
                (file.name, StaticFile(file.bytes, type: PageDocument.type(of: file.name), headers: Self.headers))
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    var routes: [Route] {
        [
            .on(.GET, "/client.js") { answer("client.js", $0) },
            .on(.GET, "/client.d.ts") { answer("client.d.ts", $0) },
            .on(.GET, "/client/{name}") { answer("client/\($0.parameters["name"] ?? "")", $0) },
            .on(.GET, "/embed.js") { answer("embed.js", $0) },
        ]
    }

    /// A module is loaded by the rules of CORS, also where nobody reads its text.
    private static let headers: ResponseHeaders = ["Cross-Origin-Resource-Policy": "cross-origin"]

    private func answer(_ name: String, _ request: Request) -> Response {
        guard let file = files[name] else {
            return PublicRead.open(.error(.notFound, code: "not_found", message: "There is nothing at this path."))
        }
        return PublicRead.open(file.answer(request, cacheControl: "no-cache"))
    }
}
