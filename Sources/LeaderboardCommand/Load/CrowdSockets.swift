import NIOCore
import Synchronization
import SystemPackage

import Glibc

/// The sockets of a crowd, read without their channels: a message costs the driver 3 instead of 7.5 µs, nearly all of
/// it the kernel's.
///
/// The connections end with the process.
final class CrowdSockets: Sendable {
    private static let maximumRead = 65536

    private let epoll: Epoll
    private let isOver = Atomic(false)

    init() throws(Errno) { epoll = try Epoll() }

    func end() { isOver.store(true, ordering: .relaxed) }

    /// On the channel's loop: the socket leaves its channel, which is closed.
    /// - Parameter frames: what the channel has read already.
    func take(over channel: any Channel, _ frames: ByteBuffer, of viewer: Int, in crowd: Crowd) throws {
        let pipeline = channel.pipeline.syncOperations
        let socket = try pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { dup($0) } ?? -1
        guard socket >= 0 else { throw Errno(rawValue: errno) }
        channel.close(promise: nil)
        let isOpen = crowd.viewers.withLock { take(frames, of: viewer, on: socket, &$0) }
        guard isOpen else { return }
        do {
            try epoll.watch(socket, tag: UInt64(viewer) << 32 | UInt64(socket))
        } catch {
            close(socket)
            throw error
        }
    }

    /// Until ``end()``.
    func follow(_ crowd: Crowd) {
        var arrivals: [Epoll.Arrival] = []
        var inbox = ByteBufferAllocator().buffer(capacity: Self.maximumRead)
        while !isOver.load(ordering: .relaxed) {
            epoll.wait(milliseconds: 100, into: &arrivals)
            crowd.viewers.withLock { viewers in
                for arrival in arrivals { take(arrival, &inbox, &viewers) }
                viewers.count(crowd.dueTimes)
            }
            // As a network card holds back its interrupts: awake for each message, the thread would be woken for each,
            // which is 1 µs more for it and 0.4 µs for the server, as if that had readers on its own machine. It adds
            // to the latency that is measured, and takes nothing from it.
            if !arrivals.isEmpty { usleep(500) }
        }
    }

    private func take(_ arrival: Epoll.Arrival, _ inbox: inout ByteBuffer, _ viewers: inout Viewers) {
        let (viewer, socket) = (Int(arrival.tag >> 32), CInt(truncatingIfNeeded: arrival.tag))
        while true {
            let count = receive(on: socket, &inbox)
            if count == -Int(EAGAIN) { return }
            guard count > 0 else { return lose(viewer, socket, &viewers) }
            guard take(inbox, of: viewer, on: socket, &viewers) else { return }
            // There is no more, and what comes later is told of anew (epoll(7), question 9).
            if count < Self.maximumRead, !arrival.isEnd { return }
        }
    }

    /// - Returns: whether the connection goes on.
    private func take(_ bytes: ByteBuffer, of viewer: Int, on socket: CInt, _ viewers: inout Viewers) -> Bool {
        let isOpen = viewers.received(bytes, by: viewer) { answer($0, on: socket) }
        if !isOpen { lose(viewer, socket, &viewers) }
        return isOpen
    }

    private func lose(_ viewer: Int, _ socket: CInt, _ viewers: inout Viewers) {
        viewers.lose(viewer)
        close(socket)
    }

    /// - Returns: how many bytes; 0 at the end, and an error's number below it.
    private func receive(on socket: CInt, _ inbox: inout ByteBuffer) -> Int {
        var result = 0
        inbox.clear()
        // SAFETY: `recv` fills at most the buffer that it is given, and says how much of it.
        _ = unsafe inbox.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.maximumRead) { buffer in
            let count = unsafe recv(socket, buffer.baseAddress, Self.maximumRead, CInt(MSG_DONTWAIT))
            result = count < 0 ? -Int(errno) : count
            return max(count, 0)
        }
        return result
    }

    /// It fits: nothing else is sent on this connection.
    private func answer(_ bytes: ByteBuffer, on socket: CInt) {
        // SAFETY: `send` only reads the bytes, during the call.
        _ = unsafe bytes.withUnsafeReadableBytes {
            unsafe send(socket, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
        }
    }
}
