package import NIOCore

/// Messages of an event stream (WHATWG HTML, section 9.2).
package enum ServerSentEvent {
    /// - Parameters:
    ///   - name: nil: `message`.
    ///   - data: one line: JSON of ours has no line breaks.
    package static func message(id: String?, named name: StaticString? = nil, data: ByteBuffer) -> ByteBuffer {
        var event = ByteBufferAllocator().buffer(capacity: data.readableBytes + 64)
        if let id {
            event.writeStaticString("id: ")
            event.writeString(id)
            event.writeStaticString("\n")
        }
        if let name {
            event.writeStaticString("event: ")
            event.writeStaticString(name)
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
