import HTTPServer
import NIOCore
import NIOHTTP1

/// A file that is answered as it is, made ready once when the service starts: compressed, tagged, with its headers.
struct StaticFile: Sendable {
    /// One coding of the file, with its own entity tag (RFC 9110, section 8.8.3.3).
    private struct Representation: Sendable {
        let body: ByteBuffer
        let tag: EntityTag
        let headers: ResponseHeaders
    }

    private let plain: Representation
    /// Nil where compressing gains nothing.
    private let gzipped: Representation?

    /// - Parameter headers: of every answer with it, besides those of its coding and its tag.
    init(_ bytes: [UInt8], type: String, headers: ResponseHeaders) {
        func represent(_ bytes: [UInt8], _ coding: ResponseHeaders) -> Representation {
            let body = ByteBuffer(bytes: bytes)
            let tag = EntityTag(body)
            var all: ResponseHeaders = ["Content-Type": type, "ETag": tag.value, "Vary": "Accept-Encoding"]
            all.add(contentsOf: coding)
            all.add(contentsOf: headers)
            return Representation(body: body, tag: tag, headers: all)
        }
        plain = represent(bytes, [:])
        gzipped = Gzip.compress(bytes).flatMap { packed in
            packed.count < bytes.count ? represent(packed, ["Content-Encoding": "gzip"]) : nil
        }
    }

    /// 200 in the coding that the reader takes, or 304 if the reader has it.
    /// - Parameter cacheControl: how long caches may answer without asking again.
    func answer(_ request: Request, cacheControl: String) -> Response {
        let chosen = gzipped.flatMap { ContentCoding.allowsGzip(request.headers) ? $0 : nil } ?? plain
        var response = Response(.ok, headers: chosen.headers, body: chosen.body)
        if chosen.tag.matches(request.headers) {
            response.status = .notModified
            response.body = ByteBuffer()
        }
        response.headers.add(name: "Cache-Control", value: cacheControl)
        return response
    }
}
