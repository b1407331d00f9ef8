import HTTPServer
import LeaderboardPage
import NIOCore
import NIOHTTP1

/// The API's description as a page, `GET /docs`, the desk of moderators, `GET /moderate`, and what all documents load. Those of boards are
/// ``BoardPages``.
///
/// The assets' address holds a hash of them all, `/assets/<hash>/app.js`, so that a browser keeps them for ever and a new
/// release is seen at once. The scripts import each other by relative paths, so only the documents name the hash.
/// There is a fixed set of names and no file system behind them: no path leads anywhere else.
struct WebPage: Sendable {
    private let docs: DocsPage
    /// The same for everybody: it asks for a token by itself, and what it shows comes by the operators' paths.
    private let desk = PageDocument.file(.moderate)
    private let assets: [String: StaticFile]

    init(docs: DocsPage = DocsPage()) {
        self.docs = docs
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
            .page("/docs") { request in docs.answer(request) },
            .page("/moderate") { request in desk.answer(request, cacheControl: "no-cache") },
            .on(.GET, "/assets/{version}/{name}", handler: asset),
        ]
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
