package import Logging
package import NIOCore
import Synchronization

/// How frames leave to live viewers, as it is set.
package enum LiveSenderChoice: String, CaseIterable, Sendable {
    /// By io_uring where that works, else by `send`.
    case auto
    /// By io_uring, or not at all.
    case ioUring = "io_uring"
    case send
}

/// Says what `LIVE_SENDER=io_uring` asks for in vain.
package struct LiveSenderUnavailable: Error, Equatable, CustomStringConvertible {
    package let fault: RingFault
    package var description: String { "LIVE_SENDER=io_uring cannot be had: \(fault); auto takes send instead" }
}

/// The senders of all loops.
package final class LiveSenders: Sendable {
    /// The ways there are.
    package enum Way: String, CaseIterable, Sendable {
        case ioUring = "io_uring"
        case send
    }

    private let senders: [ObjectIdentifier: NIOLoopBoundBox<LoopSender>]
    private let rings: RingCount

    private init(senders: [ObjectIdentifier: NIOLoopBoundBox<LoopSender>], rings: RingCount) {
        self.senders = senders
        self.rings = rings
    }

    /// Tries what is chosen on each loop, and says in one line what it is.
    /// - Parameter makeRing: a ring that works; called on each loop.
    package static func make(
        _ choice: LiveSenderChoice,
        on group: any EventLoopGroup,
        logger: Logger,
        smallestCrowd: Int = LoopSender.smallestCrowd,
        makeRing: @escaping RingMaker = UringTrial.make
    ) async throws -> LiveSenders {
        let rings = RingCount()
        var senders: [ObjectIdentifier: NIOLoopBoundBox<LoopSender>] = [:]
        var fault: RingFault?
        for loop in group.makeIterator() {
            let made = try await loop.submit {
                choice == .send
                    ? Made(LoopSender(), on: loop)
                    : Made(by: makeRing, smallestCrowd, on: loop, counted: rings, logger: logger)
            }.get()
            senders[ObjectIdentifier(loop)] = made.sender
            fault = fault ?? made.fault
        }
        if let fault, choice == .ioUring { throw LiveSenderUnavailable(fault: fault) }
        let made = LiveSenders(senders: senders, rings: rings)
        logger.info("live frames leave", metadata: made.metadata(fault))
        return made
    }

    package typealias RingMaker = @Sendable () throws(RingFault) -> any SendRing

    /// Of one loop.
    private struct Made: Sendable {
        let sender: NIOLoopBoundBox<LoopSender>
        var fault: RingFault?

        init(_ sender: LoopSender, on loop: any EventLoop) {
            self.sender = NIOLoopBoundBox(sender, eventLoop: loop)
        }

        init(
            by makeRing: RingMaker,
            _ smallestCrowd: Int,
            on loop: any EventLoop,
            counted rings: RingCount,
            logger: Logger
        ) {
            do throws(RingFault) {
                let sender = LoopSender(ring: try makeRing(), smallestCrowd: smallestCrowd) { fault in
                    rings.value.subtract(1, ordering: .relaxed)
                    logger.warning(
                        "io_uring has failed: live frames of a loop leave by send from now on",
                        metadata: ["reason": "\(fault)"]
                    )
                }
                self.init(sender, on: loop)
                rings.value.add(1, ordering: .relaxed)
            } catch {
                self.init(LoopSender(), on: loop)
                fault = error
            }
        }
    }

    private func metadata(_ fault: RingFault?) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["by": "\(loops(by: .send) == 0 ? Way.ioUring.rawValue : Way.send.rawValue)"]
        if let fault { metadata["reason"] = "\(fault)" }
        if loops(by: .ioUring) > 0, loops(by: .send) > 0 { metadata["loops_by_io_uring"] = "\(loops(by: .ioUring))" }
        return metadata
    }

    /// How many loops send that way now.
    package func loops(by way: Way) -> Int {
        let rings = rings.value.load(ordering: .relaxed)
        return way == .ioUring ? rings : senders.count - rings
    }

    /// Of the loop; nil: it is none of the group's.
    package subscript(loop: any EventLoop) -> NIOLoopBoundBox<LoopSender>? { senders[ObjectIdentifier(loop)] }
}

/// Loops that have a ring.
private final class RingCount: Sendable {
    let value = Atomic(0)
}
