import Crypto
import HTTPServer
import LeaderboardPage
import NIOCore
import NIOHTTP1
import Text

/// A document of the page, which names its assets by a hash of them all (``WebPage``).
enum PageDocument {
    static let assetsVersion: String = {
        var hash = SHA256()
        for file in EmbeddedFile.assets {
            hash.update(data: Array("\(file.name) \(file.bytes.count)\n".utf8))
            hash.update(data: file.bytes)
        }
        return hash.finalize().prefix(8).hexadecimal
    }()

    /// Ready to be answered.
    /// - Parameters:
    ///   - changes: what takes the place of parts of its text; each is ours and in the file.
    ///   - security: what its browser is told not to let happen.
    static func file(
        _ file: EmbeddedFile,
        changes: KeyValuePairs<String, String> = [:],
        security: ResponseHeaders = PageSecurity.headers
    ) -> StaticFile {
        StaticFile(bytes(of: file, changes: changes), type: PageDocument.type(of: file.name), headers: security)
    }

    /// For answers that are no 200: nobody keeps them, so they are not tagged.
    static func fixed(_ file: EmbeddedFile, changes: KeyValuePairs<String, String>) -> ByteBuffer {
        ByteBuffer(bytes: bytes(of: file, changes: changes))
    }

    static func answer(
        _ body: ByteBuffer,
        _ status: HTTPResponseStatus,
        _ headers: ResponseHeaders = [:],
        security: ResponseHeaders = PageSecurity.headers
    ) -> Response {
        var response = Response(status, headers: headers, body: body)
        response.headers.add(contentsOf: security)
        response.headers.add(name: "Content-Type", value: type(of: EmbeddedFile.index.name))
        response.headers.add(name: "Cache-Control", value: "no-store")
        return response
    }

    private static func bytes(of file: EmbeddedFile, changes: KeyValuePairs<String, String>) -> [UInt8] {
        var text = String(decoding: file.bytes, as: UTF8.self)
            .replacing("    {head}\n", with: String(decoding: EmbeddedFile.head.bytes, as: UTF8.self))
        for (part, change) in changes { text = text.replacing(part, with: change) }
        return Array(text.replacing("\"/assets/", with: "\"/assets/\(assetsVersion)/").utf8)
    }

    static func type(of name: String) -> String {
        switch name.cut(atLast: ".").after {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "ts": "text/plain; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}
