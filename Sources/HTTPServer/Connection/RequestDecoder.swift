import NIOCore
import NIOHTTP1

/// NIO's decoder of requests, which says ``HTTPParserError/invalidVersion`` of two kinds of request line: one that names
/// another version, and one that is broken where its version should end (a bare LF, for one). Here the second kind is
/// ``HTTPParserError/invalidConstant``.
///
/// Only after such an error the bytes are looked at; the decoder keeps a line from its target on until it has read it. HTTP/0.9
/// and 2.0 the parser knows: their heads come to an end, and the error is fired, not thrown.
final class RequestDecoder: ByteToMessageDecoder {
    typealias InboundOut = HTTPServerRequestPart

    private let decoder: HTTPRequestDecoder

    init(limits: NIOHTTPDecoderLimitConfiguration) {
        decoder = HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits)
    }

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        let bytes = buffer
        do {
            return try decoder.decode(context: context, buffer: &buffer)
        } catch HTTPParserError.invalidVersion where !Self.nameAnotherVersion(bytes.readableBytesView) {
            throw HTTPParserError.invalidConstant
        }
    }

    func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) throws -> DecodingState {
        try decoder.decodeLast(context: context, buffer: &buffer, seenEOF: seenEOF)
    }

    func decoderAdded(context: ChannelHandlerContext) {
        decoder.decoderAdded(context: context)
    }

    func decoderRemoved(context: ChannelHandlerContext) {
        decoder.decoderRemoved(context: context)
    }

    /// In the line that the parser stopped at: the first whose version is not HTTP/1.0 or 1.1 with a line's end behind it.
    private static func nameAnotherVersion(_ bytes: ByteBufferView) -> Bool {
        var rest = bytes
        while let name = rest.firstRange(of: Array("HTTP/".utf8)) {
            rest = rest[name.upperBound...]
            let version = Array(rest.prefix(4))
            guard version.count > 2, version[0].isDigit, version[1] == UInt8(ascii: "."), version[2].isDigit else {
                return false
            }
            guard version[0] == UInt8(ascii: "1"), version[2] <= UInt8(ascii: "1") else { return true }
            guard version.last == UInt8(ascii: "\r") else { return false }
        }
        return false
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
}
