import NIOCore
import NIOHTTP1

/// A whole response as one run of bytes, so that it leaves in one write.
enum ResponseEncoder {
    static func encode(
        _ response: Response,
        requestID: String,
        date: String,
        isHead: Bool,
        keepAlive: Bool,
        allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        let hasBody = response.status.mayHaveResponseBody
        let length = response.body.readableBytes
        var out = allocator.buffer(capacity: 384 + (isHead ? 0 : length))
        out.writeString(response.status == .ok ? beginningOfOK : beginning(response.status))
        out.writeString(date)
        out.writeString("\r\nX-Request-Id: ")
        out.writeString(requestID)
        if hasBody {
            out.writeString("\r\nContent-Length: ")
            out.writeString(String(length))
        }
        if !keepAlive { out.writeString("\r\nConnection: close") }
        out.writeString("\r\n")
        for (name, value) in response.headers {
            out.writeString(name)
            out.writeString(": ")
            out.writeString(value)
            out.writeString("\r\n")
        }
        out.writeString("\r\n")
        if hasBody, !isHead { out.writeImmutableBuffer(response.body) }
        return out
    }

    private static func beginning(_ status: HTTPResponseStatus) -> String {
        "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\nDate: "
    }

    /// Nearly every answer begins with it.
    private static let beginningOfOK = beginning(.ok)
}
