import HTTPServer
import LeaderboardPage
import NIOHTTP1

/// `GET /openapi.json` and `GET /asyncapi.json`: the API for programs. Tools on any origin may read them.
struct APIDescriptions: Sendable {
    private let openAPI = Self.description(.openAPI)
    private let asyncAPI = Self.description(.asyncAPI)

    var routes: [Route] {
        [
            .on(.GET, "/openapi.json", handler: { request in Self.answer(openAPI, request) }),
            .on(.GET, "/asyncapi.json", handler: { request in Self.answer(asyncAPI, request) }),
        ]
    }

    private static func description(_ file: EmbeddedFile) -> StaticFile {
        StaticFile(file.bytes, type: "application/json", headers: [:])
    }

    private static func answer(_ file: StaticFile, _ request: Request) -> Response {
        PublicRead.open(file.answer(request, cacheControl: "no-cache"))
    }
}
