import HTTPServer
import NIOCore

/// The token of an `Authorization: Bearer …` header (RFC 6750, section 2.1).
enum BearerToken {
    private static let scheme = Array("bearer ".utf8)

    /// Nil if there is no such header, another scheme, or more than one.
    static func of(_ headers: RequestHeaders) -> ByteBuffer? {
        guard case .once(var value) = headers.occurrence(of: "Authorization"), hasScheme(value.readableBytesUInt8Span)
        else { return nil }
        value.moveReaderIndex(forwardBy: scheme.count)
        let blanks = value.readableBytesView.prefix { $0 == UInt8(ascii: " ") }
        value.moveReaderIndex(forwardBy: blanks.count)
        return value.readableBytes > 0 ? value : nil
    }

    private static func hasScheme(_ value: Span<UInt8>) -> Bool {
        guard value.count > scheme.count else { return false }
        // The bit tells the cases of a letter apart; no byte that a value may hold becomes a blank by it.
        for index in scheme.indices where value[index] | 0x20 != scheme[index] { return false }
        return true
    }
}
