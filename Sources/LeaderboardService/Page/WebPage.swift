import Text
import Crypto
import HTTPServer
import LeaderboardPage
import NIOCore
import NIOHTTP1

/// The web page, `GET /`, the API's description, `GET /docs`, and what they load.
///
/// The assets' address holds a hash of them all, `/assets/<hash>/app.js`, so that a browser keeps them for ever and a new
/// release is seen at once. The scripts import each other by relative paths, so only the documents name the hash.
/// There is a fixed set of names and no file system behind them: no path leads anywhere else.
struct WebPage: Sendable {
    private let version: String
    private let index: StaticFile
    private let docs: StaticFile
    private let assets: [String: StaticFile]

    init() {
        let version = Self.version(of: EmbeddedFile.assets)
        self.version = version
        index = Self.document(.index, version: version)
        docs = Self.document(.docs, version: version)
        assets = Dictionary(
            uniqueKeysWithValues: EmbeddedFile.assets.map { file in
                (file.name, StaticFile(file.bytes, type: Self.type(of: file.name), headers: PageSecurity.headers))
            }
        )
    }

    var routes: [Route] {
        [
            .on(.GET, "/", handler: { request in index.answer(request, cacheControl: "no-cache") }),
            .on(.GET, "/docs", handler: { request in docs.answer(request, cacheControl: "no-cache") }),
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
        let isOurs = request.parameters["version"] == version
        return file.answer(request, cacheControl: isOurs ? "public, max-age=31536000, immutable" : "no-cache")
    }

    private static func document(_ file: EmbeddedFile, version: String) -> StaticFile {
        let text = String(decoding: file.bytes, as: UTF8.self)
        let parts = text.split(separator: "\"/assets/", omittingEmptySubsequences: false)
        return StaticFile(
            Array(parts.joined(separator: "\"/assets/\(version)/").utf8),
            type: type(of: file.name),
            headers: PageSecurity.headers
        )
    }

    private static func version(of files: [EmbeddedFile]) -> String {
        var hash = SHA256()
        for file in files {
            hash.update(data: Array("\(file.name) \(file.bytes.count)\n".utf8))
            hash.update(data: file.bytes)
        }
        return hash.finalize().prefix(8).hexadecimal
    }

    private static func type(of name: String) -> String {
        switch name.cut(atLast: ".").after {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}
