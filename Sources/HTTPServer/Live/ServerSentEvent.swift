package import NIOCore

/// Messages of an event stream (WHATWG HTML, section 9.2).
package enum ServerSentEvent {
    /// - Parameter data: one line: JSON of ours has no line breaks.
    package static func message(id: String?, data: ByteBuffer) -> ByteBuffer {
        var event = ByteBufferAllocator().buffer(capacity: data.readableBytes + 64)
        if let id {
            event.writeStaticString("id: ")
            event.writeString(id)
            event.writeStaticString("\n")
        }
        event.writeStaticString("data: ")
        event.writeImmutableBuffer(data)
        event.writeStaticString("\n\n")
        return event
    }

    /// How long a client waits before it comes back.
    static func retry(milliseconds: Int) -> ByteBuffer {
        ByteBuffer(string: "retry: \(milliseconds)\n\n")
    }

    static let heartbeat = ByteBuffer(string: ":\n\n")
}
