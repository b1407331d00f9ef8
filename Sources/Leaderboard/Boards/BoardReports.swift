import RedisClient
import Synchronization

/// What this process met on other boards than ``BoardID/main``, for those who see to it: one for a process. Who reads and writes boards
/// tells it in passing, so that a board that nobody uses costs nothing. What does not fit is met again. Any thread.
package final class BoardReports: Sendable {
    /// Boards that wait, of each kind.
    package static let maximum = 1000

    private struct Waiting {
        var foreign = BoardQueue(maximum: maximum)
        var unsound = BoardQueue(maximum: maximum)
        var used = BoardQueue(maximum: maximum)
    }

    private let waiting = Mutex(Waiting())

    init() {}

    /// Members that are no users stand on the board.
    package func metForeign(_ id: BoardID) {
        guard id != .main else { return }
        waiting.withLock { $0.foreign.add(id) }
    }

    /// A key of the board may hold something else than the board's.
    package func metUnsound(_ id: BoardID) {
        guard id != .main else { return }
        waiting.withLock { $0.unsound.add(id) }
    }

    /// Somebody reads or writes the board: told once a second at most.
    func isUsed(_ id: BoardID) {
        guard id != .main else { return }
        waiting.withLock { $0.used.add(id) }
    }

    /// Redis refused a call, perhaps for what another writer did to the board.
    func met(_ error: RedisError, on id: BoardID) {
        guard case .refused(let refusal) = error else { return }
        if refusal.isOfSpoiltKey { metUnsound(id) }
        if refusal.isOfForeignMembers { metForeign(id) }
    }

    package func nextForeign() -> BoardID? { waiting.withLock { $0.foreign.next() } }
    package func nextUnsound() -> BoardID? { waiting.withLock { $0.unsound.next() } }
    package func nextUsed() -> BoardID? { waiting.withLock { $0.used.next() } }
}

extension RedisRefusal {
    /// There are more members that are no user ids than a page passes over (`Functions/page.lua`).
    fileprivate var isOfForeignMembers: Bool { code == "FOREIGN" }
}
