import NIOCore

import Glibc

/// A descriptor held for the moment when the system has no others: it makes room to take one connection at a time, to say no to
/// it, and to close it. Owned by the listener's loop.
final class SpareDescriptor {
    /// -1 while there is none: another thread was faster, or the system's table is full.
    private var descriptor: CInt

    init() {
        descriptor = Self.take()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Refuses connections that wait at the listener: `maximum` of them at most, so that its loop is not held up.
    /// - Returns: how many.
    func refuse(at listener: NIOBSDSocket.Handle, with bytes: ByteBuffer?, maximum: Int) -> Int {
        guard descriptor >= 0 else {
            descriptor = Self.take()
            return 0
        }
        close(descriptor)
        defer { descriptor = Self.take() }
        for count in 0..<maximum {
            // The listener does not block, as NIO has set it up.
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return count }
            if let bytes { ConnectionRefusal.say(bytes, on: connection) }
            close(connection)
        }
        return maximum
    }

    private static func take() -> CInt {
        // SAFETY: the path is a literal, and only read.
        unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
    }
}
