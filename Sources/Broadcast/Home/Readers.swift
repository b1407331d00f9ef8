package import Board
import NIOCore

/// Who waits for the copy of the standings to contain a change.
struct Readers {
    struct Reader {
        /// Nil: as many rows as are known.
        let limit: Int?
        let seq: Int
        let deadline: NIODeadline
        let promise: EventLoopPromise<CopiedStandings?>
    }

    /// More than this may not wait at once: they are told to ask the source.
    static let maximum = 8192

    private var waiting: [Reader] = []

    var isEmpty: Bool { waiting.isEmpty }
    var isFull: Bool { waiting.count >= Self.maximum }

    /// All are given the same patience, so the first one's ends first.
    var nextDeadline: NIODeadline? { waiting.first?.deadline }

    mutating func add(_ reader: Reader) { waiting.append(reader) }

    /// Those whose change has come get their rows; those for whom it is too late, or the copy is not to be vouched for,
    /// get nil.
    mutating func answer(from feed: Feed, now: NIODeadline) {
        waiting.removeAll { reader in
            guard feed.isLive, let position = feed.position, now < reader.deadline else {
                reader.promise.succeed(nil)
                return true
            }
            guard position.seq >= reader.seq else { return false }
            reader.promise.succeed(feed.standings(limit: reader.limit))
            return true
        }
    }

    mutating func dismiss() {
        for reader in waiting { reader.promise.succeed(nil) }
        waiting = []
    }
}

/// What a reader of the copy gets.
package struct CopiedStandings: Sendable {
    /// Another one whenever the standings may be others.
    package let version: Int
    /// Best first, in the board's order.
    package let standings: [Standing]
    package let order: BoardOrder
    /// There are no users beyond these.
    package let isWhole: Bool

    package init(version: Int, standings: [Standing], order: BoardOrder, isWhole: Bool) {
        self.version = version
        self.standings = standings
        self.order = order
        self.isWhole = isWhole
    }
}
