package import NIOCore

import Glibc

/// Sends to the live viewers of one event loop, which owns it: to each by a call of its own, or to many by a ring of the
/// kernel's (io_uring) in one.
///
/// By the ring as well, all is done when the call returns: sends never wait in the kernel (`MSG_DONTWAIT`), so a socket's
/// bytes are in the order of the calls, the channel's own writes never come between, the bytes and the descriptors are
/// needed no longer, and who is closed afterwards is not written to.
@safe package final class LoopSender {
    /// The kernel's `send`: how many bytes the socket took, or -1.
    package typealias Send = (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int

    /// What became of a frame to many.
    package struct Written {
        /// The places where nothing was written: there is no socket, or it takes nothing now. The channel must be given it.
        package fileprivate(set) var unsent: [Int]
        /// How many connections were closed because nobody knows what has been sent to them.
        package fileprivate(set) var lost = 0

        package init(unsent: [Int] = []) { self.unsent = unsent }
    }

    /// To fewer the ring does not pay. Linux 6.18, a frame of 133 bytes on loopback, µs each by send and by ring: 1 viewer 15
    /// and 21, 2: 10 and 9.2, 4: 7.7 and 6.4, 8: 6.6 and 4.4, 64: 5.1 and 3.6, 1,000: 6.0 and 4.7, 5,000: 5.9 and 4.2.
    package static let smallestCrowd = 4

    private let sendOne: Send
    private let smallestCrowd: Int
    private let onFault: (RingFault) -> Void
    /// Nil: there is none, or it has failed. Then each is sent to by itself, for good.
    private var ring: (any SendRing)?
    private var batch = RingBatch()
    /// What a ring that failed may still read.
    private var kept: ByteBuffer?

    /// - Parameters:
    ///   - smallestCrowd: of how many the ring is used.
    ///   - onFault: told when the ring is given up.
    package convenience init(
        ring: (any SendRing)? = nil,
        smallestCrowd: Int = LoopSender.smallestCrowd,
        onFault: @escaping (RingFault) -> Void = { _ in }
    ) {
        unsafe self.init(ring: ring, smallestCrowd: smallestCrowd, send: Self.system, onFault: onFault)
    }

    /// - Parameter send: in the place of the kernel's.
    package init(
        ring: (any SendRing)?,
        smallestCrowd: Int = LoopSender.smallestCrowd,
        send: @escaping Send,
        onFault: @escaping (RingFault) -> Void = { _ in }
    ) {
        self.ring = ring
        self.smallestCrowd = smallestCrowd
        unsafe sendOne = send
        self.onFault = onFault
    }

    /// - Returns: how many bytes the socket took; none, or below zero: it takes nothing now.
    func send(_ bytes: ByteBuffer, to descriptor: Int32) -> Int {
        // SAFETY: the bytes are only read, and `bytes` keeps them for the call.
        unsafe bytes.withUnsafeReadableBytes { unsafe sendOne(descriptor, $0) }
    }

    /// Writes the bytes to many, as ``DirectSocket/write(_:)`` does to one.
    /// - Parameters:
    ///   - count: the places are those below it.
    ///   - socket: of the place. It must give the same one until this returns, whatever becomes of the connections.
    package func write(_ bytes: ByteBuffer, to count: Int, _ socket: (Int) -> DirectSocket?) -> Written {
        var written = Written()
        var place = 0
        while let ring, count - place >= smallestCrowd {
            place = write(bytes, from: place, to: count, by: ring, socket, &written)
        }
        while place < count {
            if socket(place)?.write(bytes) != true { written.unsent.append(place) }
            place += 1
        }
        return written
    }

    // MARK: By the ring

    /// - Returns: the first place that has not had its turn.
    private func write(
        _ bytes: ByteBuffer,
        from first: Int,
        to count: Int,
        by ring: any SendRing,
        _ socket: (Int) -> DirectSocket?,
        _ written: inout Written
    ) -> Int {
        var place = first
        var fault: RingFault?
        batch.begin(length: bytes.readableBytes)
        // SAFETY: the ring only reads the bytes. `bytes` keeps them for the call, and what is not known to be done with at
        // its end is kept for good. The descriptors are open: nothing else runs on the loop until all is completed.
        unsafe bytes.withUnsafeReadableBytes { pointer in
            while place < count, batch.count < ring.capacity {
                if let descriptor = socket(place)?.openDescriptor {
                    guard unsafe ring.prepare(descriptor, pointer, tag: batch.nextTag) else { break }
                    batch.add(place)
                } else {
                    written.unsent.append(place)
                }
                place += 1
            }
            fault = carryOut(ring)
        }
        if place == first { fault = fault ?? .notTaken(errorNumber: ENOBUFS) }
        if let fault { giveUp(fault, bytes) }
        if !batch.isWhole { settle(bytes, socket, &written) }
        return place
    }

    /// Submits the batch, and takes what it completes with.
    private func carryOut(_ ring: any SendRing) -> RingFault? {
        // Each turn gets on, or is a signal's: that many in a row there are not.
        var turns = 2 * ring.capacity
        while batch.untaken > 0 {
            let result = ring.submit()
            turns -= 1
            if result == -Int(EINTR), turns > 0 { continue }
            guard result > 0, batch.take(result) else {
                let fault = RingFault.notTaken(errorNumber: Int32(clamping: -min(result, 0)))
                // What it did take before is waited for.
                return collect(ring) ?? fault
            }
        }
        return collect(ring)
    }

    private func collect(_ ring: any SendRing) -> RingFault? {
        var turns = 2 * ring.capacity
        while true {
            while let completion = ring.next() {
                guard batch.note(completion) else { return .foreignCompletion }
            }
            guard batch.awaited > 0 else { return nil }
            let (before, result) = (batch.awaited, ring.wait(for: batch.awaited))
            while let completion = ring.next() {
                guard batch.note(completion) else { return .foreignCompletion }
            }
            turns -= 1
            guard batch.awaited < before || result == -Int(EINTR), turns > 0 else {
                return .late(errorNumber: Int32(clamping: -min(result, 0)))
            }
        }
    }

    /// What did not go as a whole. All rests lie in their channels before anything else can run: a flush may close a
    /// connection, and who hears of it could write.
    private func settle(_ bytes: ByteBuffer, _ socket: (Int) -> DirectSocket?, _ written: inout Written) {
        var (begun, notTaken, unknown): ([DirectSocket], [Int], [DirectSocket]) = ([], [], [])
        for (place, outcome) in batch.outcomes {
            switch outcome {
            case .whole: continue
            case .none: written.unsent.append(place)
            case .notTaken: notTaken.append(place)
            case .unknown: if let socket = socket(place) { unknown.append(socket) }
            case .part(let count):
                guard let socket = socket(place) else { continue }
                socket.writeRest(of: bytes, from: count)
                begun.append(socket)
            }
        }
        written.lost += unknown.count
        for socket in begun { socket.flush() }
        for place in notTaken where socket(place)?.write(bytes) != true { written.unsent.append(place) }
        for socket in unknown {
            socket.end()
            socket.abort()
        }
    }

    private func giveUp(_ fault: RingFault, _ bytes: ByteBuffer) {
        ring = nil
        if batch.awaited > 0 { kept = bytes }
        onFault(fault)
    }

    // MARK: The system's

    private static func system(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        // SAFETY: the caller keeps the bytes for the call, which only reads them.
        unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
