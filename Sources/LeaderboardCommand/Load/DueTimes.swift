import NIOCore
import Synchronization

/// When the updates of a run were due, by their place in the stream: written where their answers arrive, read by the crowds.
final class DueTimes: Sendable {
    private let times = Mutex<[Int: NIODeadline]>([:])

    func note(_ seq: Int, _ due: NIODeadline) {
        times.withLock { times in
            times[seq] = due
            // Viewers are seconds behind at most; older ones are not asked for any more.
            if times.count > 200_000 { times = times.filter { $0.key > seq - 100_000 } }
        }
    }

    /// Nil as long as the update's answer is on its way.
    subscript(_ seq: Int) -> NIODeadline? { times.withLock { $0[seq] } }
}
