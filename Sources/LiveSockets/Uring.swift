import CUring

import Glibc

/// io_uring (Linux 6.1 or newer), for one thread. Its completions are there when ``submit()`` returns, for the sends are such that
/// never wait; ``UringTrial`` makes sure of that before one is used.
@safe final class Uring: SendRing {
    let capacity: Int

    /// Ours alone: liburing's state has an address that stays. It is let go with this.
    private let ring: UnsafeMutablePointer<io_uring>

    /// Only the thread that makes it may use it.
    /// - Parameter capacity: of 64 to 512 each is as good.
    init(capacity: UInt32 = 512) throws(RingFault) {
        let ring = UnsafeMutablePointer<io_uring>.allocate(capacity: 1)
        unsafe ring.initialize(to: io_uring())
        // Completions are worked off when we ask for them, and not by interrupting the thread. A send that is refused does not
        // hold up those behind it.
        let flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL
        // SAFETY: liburing fills what it is given; where that fails, nothing is left to be let go but the memory.
        let result = unsafe io_uring_queue_init(capacity, ring, flags)
        guard result == 0 else {
            unsafe ring.deallocate()
            throw .refused(errorNumber: -result)
        }
        // Last: what is whole is taken apart by `deinit`, also when an error is thrown.
        self.capacity = Int(capacity)
        unsafe self.ring = ring
    }

    deinit {
        // SAFETY: it was made whole, and nobody else has it.
        unsafe io_uring_queue_exit(ring)
        unsafe ring.deallocate()
    }

    func prepare(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, tag: UInt64) -> Bool {
        // SAFETY: the entry is one of the ring's, until it is submitted. The caller keeps the bytes.
        guard let entry = unsafe io_uring_get_sqe(ring) else { return false }
        unsafe io_uring_prep_send(entry, descriptor, bytes.baseAddress, bytes.count, Self.flags)
        unsafe entry.pointee.user_data = tag
        return true
    }

    func submit() -> Int { unsafe Int(io_uring_submit(ring)) }

    func next() -> Completion? {
        var entry: UnsafeMutablePointer<io_uring_cqe>?
        // SAFETY: the entry is the ring's until it is marked as seen; it is copied before.
        guard unsafe io_uring_peek_cqe(ring, &entry) == 0, let found = unsafe entry else { return nil }
        let completion = unsafe Completion(tag: found.pointee.user_data, result: found.pointee.res)
        unsafe io_uring_cqe_seen(ring, found)
        return completion
    }

    func wait(for count: Int) -> Int {
        var entry: UnsafeMutablePointer<io_uring_cqe>?
        var limit = __kernel_timespec(tv_sec: 1, tv_nsec: 0)
        // SAFETY: both are ours, for the call.
        return unsafe Int(io_uring_wait_cqes(ring, &entry, UInt32(truncatingIfNeeded: count), &limit, nil))
    }

    /// Never waits, whatever the descriptor's own flags are.
    private static let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
}
