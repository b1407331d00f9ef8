import Bounds
import HTTPServer
import NIOCore

enum MediaType {
    /// Whether the body is declared as `application/json`, once; parameters such as `charset` do not matter.
    static func isJSON(_ headers: RequestHeaders) -> Bool {
        guard case .once(let value) = headers.occurrence(of: "Content-Type") else { return false }
        if value.readableBytesUInt8Span.equals(0..<value.readableBytes, "application/json") { return true }
        return String(buffer: value).cut(at: ";").before.trimmed.lowercased() == "application/json"
    }
}
