import CUring

import Glibc

/// Whether a ring does what ``LoopSender`` relies on: each send is complete when the submission returns, in the order in which they were
/// prepared, and what cannot be sent is refused as `send` refuses it. On a pair of sockets of its own, in some 0.1 ms.
package enum UringTrial {
    /// - Returns: a ring of this thread's, that has passed.
    @Sendable package static func make() throws(RingFault) -> any SendRing {
        let ring = try Uring()
        try run(on: ring)
        return ring
    }

    /// Why there would be no ring here; nil: there would.
    package static func fault() -> RingFault? {
        do throws(RingFault) { _ = try make() } catch { return error }
        return nil
    }

    static func run(on ring: any SendRing) throws(RingFault) {
        let (ours, theirs) = try pair()
        defer { close(ours) }
        do {
            defer { close(theirs) }
            try expect(ring, ours, [.init(bytes: 3, is: 3), .init(bytes: 5, is: 5)], "sends do not arrive as they are")
            var room = [UInt8](repeating: 0, count: 16)
            // SAFETY: the call fills the array, up to its length.
            let read = unsafe recv(theirs, &room, room.count, Int32(MSG_DONTWAIT))
            guard read == 8 else { throw .unfit("sends do not arrive as they are") }
            try fill(ours)
            try expect(
                ring,
                ours,
                [.init(bytes: 64, is: -EAGAIN), .init(bytes: 64, is: -EAGAIN)],
                "a send to who does not read is not refused at once"
            )
        }
        try expect(ring, ours, [.init(bytes: 1, is: -EPIPE)], "a send to who is gone is not refused at once")
    }

    private struct Trial {
        let bytes: Int
        let result: Int32

        init(bytes: Int, is result: Int32) {
            self.bytes = bytes
            self.result = result
        }
    }

    private static func expect(
        _ ring: any SendRing,
        _ descriptor: Int32,
        _ trials: [Trial],
        _ otherwise: String
    ) throws(RingFault) {
        let bytes = [UInt8](repeating: 0, count: 64)
        // SAFETY: the bytes are kept for the call, at whose end nothing is under way: where it is, the ring is not used, and
        // the bytes that it may read are zeros or ours no more; the socket is our own.
        let isAsExpected = unsafe bytes.withUnsafeBytes { all in
            for (tag, trial) in trials.enumerated() {
                let piece = unsafe UnsafeRawBufferPointer(rebasing: all.prefix(trial.bytes))
                guard unsafe ring.prepare(descriptor, piece, tag: UInt64(truncatingIfNeeded: tag)) else { return false }
            }
            guard ring.submit() == trials.count else { return false }
            for (tag, trial) in trials.enumerated() {
                guard let completion = ring.next(), completion.tag == UInt64(truncatingIfNeeded: tag),
                    completion.result == trial.result
                else { return false }
            }
            return ring.next() == nil
        }
        guard isAsExpected else { throw .unfit(otherwise) }
    }

    private static func pair() throws(RingFault) -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(truncatingIfNeeded: SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        // SAFETY: the call fills both places.
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0, let first = ends.first, let second = ends.last else {
            throw .refused(errorNumber: errno)
        }
        return (first, second)
    }

    /// Until the socket takes no more.
    private static func fill(_ descriptor: Int32) throws(RingFault) {
        let piece = [UInt8](repeating: 0, count: 16_384)
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        for _ in 0..<4096 {
            // SAFETY: the call only reads the array.
            guard unsafe send(descriptor, piece, piece.count, flags) > 0 else {
                guard errno == EAGAIN else { throw .refused(errorNumber: errno) }
                return
            }
        }
        throw .unfit("a socket cannot be filled")
    }
}
