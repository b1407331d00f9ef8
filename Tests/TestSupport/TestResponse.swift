import Foundation
import NIOCore

/// An HTTP/1.1 answer as a test sees it.
package struct TestResponse: Sendable {
    package let status: Int
    /// Names in lower case; of several of one name, the last.
    package let headers: [String: String]
    package let body: String

    package init(status: Int, headers: [String: String], body: String) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The body's JSON; nil where it is none.
    package var json: [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any]
    }

    /// The error's code.
    package var code: String? { json?["code"] as? String }

    /// Takes a whole answer with Content-Length from the front of the bytes; nil when some of it is still to come.
    static func take(from bytes: inout ByteBuffer, isHead: Bool) throws -> TestResponse? {
        let text = String(buffer: bytes)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces
            )
        }
        let headBytes = text[..<end.upperBound].utf8.count
        let hasBody = !isHead && status >= 200 && status != 204 && status != 304
        let length = hasBody ? Int(headers["content-length"] ?? "0") ?? 0 : 0
        guard bytes.readableBytes >= headBytes + length else { return nil }
        bytes.moveReaderIndex(forwardBy: headBytes)
        return TestResponse(status: status, headers: headers, body: bytes.readString(length: length) ?? "")
    }
}

extension TestConnection {
    /// Sends a request and waits for its answer. `Host`, and `Content-Length` where there is a body, are added.
    package func request(
        _ method: String,
        _ path: String,
        _ headers: [String: String] = [:],
        body: String? = nil
    ) async throws -> TestResponse {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: test\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        try await send(text + "\r\n" + (body ?? ""))
        return try await response(isHead: method == "HEAD")
    }

    package func response(isHead: Bool = false) async throws -> TestResponse {
        try await receive { try TestResponse.take(from: &$0, isHead: isHead) }
    }
}
