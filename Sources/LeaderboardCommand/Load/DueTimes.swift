import NIOCore
import Synchronization

/// When the updates of a run were due, by their board and their place in its stream: written where their answers arrive, read by the crowds.
final class DueTimes: Sendable {
    private let times = Mutex<[Int: [Int: NIODeadline]]>([:])

    func note(_ seq: Int, on board: Int = 0, _ due: NIODeadline) {
        times.withLock { times in
            var ofBoard = times.removeValue(forKey: board) ?? [:]
            ofBoard[seq] = due
            // Viewers are seconds behind at most; older ones are not asked for any more.
            if ofBoard.count > 200_000 { ofBoard = ofBoard.filter { $0.key > seq - 100_000 } }
            times[board] = ofBoard
        }
    }

    /// Nil as long as the update's answer is on its way.
    subscript(_ seq: Int, on board: Int) -> NIODeadline? { times.withLock { $0[board]?[seq] } }
}
