import HTTPServer
import LeaderboardPage
import NIOCore
import NIOHTTP1

/// The web page, `GET /`, the API's description, `GET /docs`, and what all documents load. Those of boards are ``BoardPages``.
///
/// The assets' address holds a hash of them all, `/assets/<hash>/app.js`, so that a browser keeps them for ever and a new
/// release is seen at once. The scripts import each other by relative paths, so only the documents name the hash.
/// There is a fixed set of names and no file system behind them: no path leads anywhere else.
struct WebPage: Sendable {
    private let index = PageDocument.file(.index)
    private let indexAmongBoards = PageDocument.amongBoards(.index)
    private let docs = PageDocument.file(.docs)
    private let assets: [String: StaticFile]
    /// Whether there are other boards to be seen.
    private let hasOthers: @Sendable (any EventLoop) async -> Bool

    init(hasOthers: @escaping @Sendable (any EventLoop) async -> Bool = { _ in false }) {
        self.hasOthers = hasOthers
        assets = Dictionary(
            EmbeddedFile.assets.map { file in
                let type = PageDocument.type(of: file.name)
                return (file.name, StaticFile(file.bytes, type: type, headers: PageSecurity.headers))
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    var routes: [Route] {
        [
            .on(.GET, "/", handler: home),
            .on(.GET, "/docs", handler: { request in docs.answer(request, cacheControl: "no-cache") }),
            .on(.GET, "/assets/{version}/{name}", handler: asset),
        ]
    }

    private func home(_ request: Request) async -> Response {
        let page = await hasOthers(request.eventLoop) ? indexAmongBoards : index
        return page.answer(request, cacheControl: "no-cache")
    }

    /// While a new release is rolled out, a page of one release may ask an instance of another: it gets this one's file,
    /// which no cache then keeps under the other's address.
    private func asset(_ request: Request) async -> Response {
        guard let file = request.parameters["name"].flatMap({ assets[$0] }) else {
            return .error(
                .notFound,
                code: "not_found",
                message: "There is nothing at this path.",
                headers: PageSecurity.headers
            )
        }
        let isOurs = request.parameters["version"] == PageDocument.assetsVersion
        return file.answer(request, cacheControl: isOurs ? "public, max-age=31536000, immutable" : "no-cache")
    }
}

extension PageDocument {
    /// With the way to the list of boards.
    static func amongBoards(_ file: EmbeddedFile) -> StaticFile {
        self.file(file, changes: ["<html lang=\"en\">": "<html lang=\"en\" data-boards>"])
    }
}
