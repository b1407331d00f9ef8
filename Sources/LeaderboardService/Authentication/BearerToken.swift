import HTTPServer
import NIOCore

/// The token of an `Authorization: Bearer …` header (RFC 6750, section 2.1).
enum BearerToken {
    private static let schemeCount = 7

    /// Nil if there is no such header, another scheme, or more than one.
    static func of(_ headers: RequestHeaders) -> ByteBuffer? {
        guard case .once(var value) = headers.occurrence(of: "Authorization"), value.readableBytes > schemeCount,
            value.readableBytesUInt8Span.isName(0..<schemeCount, "Bearer ")
        else { return nil }
        value.moveReaderIndex(forwardBy: schemeCount)
        let blanks = value.readableBytesView.prefix { $0 == UInt8(ascii: " ") }
        value.moveReaderIndex(forwardBy: blanks.count)
        return value.readableBytes > 0 ? value : nil
    }
}
