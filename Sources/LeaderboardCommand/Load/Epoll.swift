import CEpoll
import SystemPackage

import Glibc

/// Sockets watched for what they have to read, edge-triggered: each arrival is told once (epoll(7)). Any thread.
final class Epoll: Sendable {
    private static let maximumEvents = 256
    /// `EPOLLET`, which is not imported.
    private static let edgeTriggered: UInt32 = 1 << 31
    private static let end = EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue

    private let descriptor: CInt

    init() throws(Errno) {
        descriptor = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    }

    deinit { close(descriptor) }

    /// Until it is closed.
    /// - Parameter tag: comes back with each arrival.
    func watch(_ socket: CInt, tag: UInt64) throws(Errno) {
        // SAFETY: an `epoll_data` is what its reader makes of it, and ours is always a number. The event is only read.
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue | Self.edgeTriggered | EPOLLRDHUP.rawValue
        unsafe event.data.u64 = tag
        guard unsafe epoll_ctl(descriptor, EPOLL_CTL_ADD, socket, &event) == 0 else {
            throw Errno(rawValue: errno)
        }
    }

    struct Arrival {
        let tag: UInt64
        /// The other side has ended, or the socket is broken.
        let isEnd: Bool
    }

    /// Waits for arrivals, but no longer than so.
    func wait(milliseconds: CInt, into arrivals: inout [Arrival]) {
        arrivals.removeAll(keepingCapacity: true)
        unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.maximumEvents) { events in
            // SAFETY: there is room for as many events as are asked for, and those that it tells of are written.
            let count = unsafe epoll_wait(descriptor, events.baseAddress, CInt(events.count), milliseconds)
            for index in 0..<max(Int(count), 0) {
                let event = unsafe events[index]
                unsafe arrivals.append(Arrival(tag: event.data.u64, isEnd: event.events & Self.end != 0))
            }
        }
    }
}
