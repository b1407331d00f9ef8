import Glibc

/// A ring of the kernel's, by which sends to many sockets are made in one call: as much of it as ``LoopSender`` needs.
/// On one thread only, that which made it.
package protocol SendRing: AnyObject {
    /// So many sends may be prepared before they are submitted.
    var capacity: Int { get }

    /// Puts a send into the next submission. What it completes with comes under the tag.
    ///
    /// The bytes must stay where they are, and the descriptor open, until it has completed, or until ``submit()`` has not
    /// taken it and the ring is let go.
    /// - Returns: false: there is no room.
    func prepare(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, tag: UInt64) -> Bool

    /// - Returns: how many the kernel took of those that were prepared, the first ones; or an error's number below zero, and
    ///   then it took none. Those it did not take stay prepared.
    func submit() -> Int

    /// The next completion that is there.
    func next() -> Completion?

    /// Waits until so many completions are there, or a second is over.
    /// - Returns: below zero: an error's number. They may all be there nevertheless.
    func wait(for count: Int) -> Int
}

package struct Completion: Sendable {
    package let tag: UInt64
    /// Bytes that the socket took, or an error's number below zero.
    package let result: Int32

    package init(tag: UInt64, result: Int32) {
        self.tag = tag
        self.result = result
    }
}

/// Why a ring is not used, or not any more.
package enum RingFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kernel makes none: it is older than 6.1, or forbids it (containers, `kernel.io_uring_disabled`).
    case refused(errorNumber: Int32)
    /// It does not do what sends need.
    case unfit(String)
    /// It took no more sends.
    case notTaken(errorNumber: Int32)
    /// Sends did not complete in time.
    case late(errorNumber: Int32)
    /// A completion came that belongs to no send.
    case foreignCompletion

    package var description: String {
        switch self {
        case .refused(EPERM), .refused(EACCES):
            "the system forbids it (seccomp of a container, or kernel.io_uring_disabled)"
        case .refused(ENOSYS): "the kernel has no io_uring"
        case .refused(ENOMEM): "the system gives it no memory (RLIMIT_MEMLOCK, or the limit of a container)"
        case .refused(EINVAL): "the kernel is older than 6.1"
        case .refused(let number): "the system refuses it: \(words(number))"
        case .unfit(let reason): reason
        case .notTaken(let number): "the kernel took no more sends: \(words(number))"
        case .late(let number): "sends did not complete: \(words(number))"
        case .foreignCompletion: "the kernel answered what was not asked"
        }
    }

    private func words(_ number: Int32) -> String {
        // SAFETY: glibc's texts of errors are constants; of a number that is none it makes one for this thread, which is copied.
        unsafe String(cString: strerror(number))
    }
}
