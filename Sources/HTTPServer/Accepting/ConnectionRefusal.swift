import NIOCore
import NIOHTTP1

import Glibc

/// What a client is told whose connection is not taken: 503, where it speaks plain HTTP, and as far as that is possible without
/// waiting for it.
enum ConnectionRefusal {
    case total, address
    /// The system has no more connections for us.
    case system

    private var response: Response {
        let retry: ResponseHeaders = ["Retry-After": "5"]
        switch self {
        case .total, .system:
            return .error(
                .serviceUnavailable,
                code: "too_many_connections",
                message: "This instance has as many connections as it may: try again, or another instance.",
                headers: retry
            )
        case .address:
            return .error(
                .serviceUnavailable,
                code: "too_many_connections_of_address",
                message: "Your address has as many connections as one address may have: close some, and try again.",
                headers: retry
            )
        }
    }

    /// - Parameter loop: the one that this is called on.
    func bytes(_ loop: LoopContext) -> ByteBuffer {
        let request = Request(refused: .GET, remoteAddress: "", eventLoop: loop.eventLoop, began: .now())
        return loop.encode(response, to: request, keepAlive: false)
    }

    /// Reads what has come already, for a socket that is closed with unread bytes in it answers with a reset, which makes the
    /// client's kernel throw the answer away; then writes the answer and ends our side. Waits for nothing.
    static func say(_ bytes: ByteBuffer, on descriptor: NIOBSDSocket.Handle) {
        // SAFETY: the descriptor is open for the length of the call, and both buffers are: `recv` fills at most what the first
        // has room for, `send` only reads the second.
        unsafe withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { scratch in
            for _ in 1...4 where unsafe recv(descriptor, scratch.baseAddress, scratch.count, dontWait) <= 0 { break }
        }
        unsafe bytes.withUnsafeReadableBytes { _ = unsafe send(descriptor, $0.baseAddress, $0.count, sendFlags) }
        shutdown(descriptor, Int32(SHUT_WR))
    }

    private static let dontWait = Int32(MSG_DONTWAIT)
    private static let sendFlags = dontWait | Int32(MSG_NOSIGNAL)
}
