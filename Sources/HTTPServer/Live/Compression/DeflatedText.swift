package import NIOCore

import Synchronization

/// Messages as compressed text frames (RFC 7692) where that pays. A message is compressed by itself, so the bytes are the same for all
/// viewers. Any thread.
package final class DeflatedText: Sendable {
    /// A message of up to so many bytes goes out as it is: it fills no packet.
    static let mostUncompressed = 1024

    /// The first byte of a message, by itself: who is told of several boards gets a beginning of its own in its place.
    static let beginning = StoredBlock.bytes(Array("{".utf8))

    private let deflater = Mutex(Deflater())

    package init() {}

    /// - Parameter message: a JSON object.
    package func frame(_ message: ByteBuffer) -> ByteBuffer {
        guard message.readableBytes > Self.mostUncompressed else { return WebSocketFrame.text(message) }
        var payload = ByteBufferAllocator().buffer(capacity: message.readableBytes)
        payload.writeBytes(Self.beginning)
        let isCompressed = deflater.withLock { $0?.compress(message.dropping(1), into: &payload) ?? false }
        guard isCompressed, payload.readableBytes < message.readableBytes else { return WebSocketFrame.text(message) }
        return WebSocketFrame.deflatedText(payload)
    }
}
