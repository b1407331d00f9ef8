package import Board
package import NIOCore
import RedisClient

/// What a change of a board's ties would come to.
package struct TiesPreview: Sendable, Equatable {
    /// Whom the board shows.
    package let users: Int
    /// Suspended users whose scores are kept.
    package let withheld: Int
    /// What would be loaded beside the board. Empty: nothing is, only the definition changes.
    package let keys: [String]
    /// Of Redis' memory, about, until what is loaded takes the board's place.
    package let bytes: Int

    /// - Parameter loading: where the board would be loaded.
    init(from old: BoardOrder.Ties, to new: BoardOrder.Ties, users: Int, withheld: Int, loading: BoardKeys) {
        self.users = users
        self.withheld = withheld
        let isLoaded = users > 0 || withheld > 0
        keys = !isLoaded || old.isPlain && new.isPlain ? [] : [loading.scores] + (new.isPlain ? [] : [loading.at])
        // Of a user id of 14 bytes (`ops/bench/memory`): a member and its score, and where it matters who came first, a stamp twice.
        bytes = keys.isEmpty ? 0 : new.isByArrival ? 198 * (users + withheld) : 110 * users
    }
}

extension Catalogue {
    /// Asks Redis how many they are.
    /// - Parameter held: the board's definition, as it was found.
    /// - Throws: also ``SeasonsFixTies`` and ``SegmentsFixTies``, as the change itself would.
    package func tiesPreview(
        of id: BoardID,
        _ held: HeldDefinition,
        to ties: BoardOrder.Ties,
        on eventLoop: any EventLoop
    ) async throws -> TiesPreview {
        let (shown, withheld) = try await users(of: id, held, on: eventLoop)
        let old = held.definition ?? BoardDefinition()
        let loading = BoardKeys(loadingInto: id, in: functions.options.keySpace)
        let preview = TiesPreview(from: old.ties, to: ties, users: shown, withheld: withheld, loading: loading)
        if !preview.keys.isEmpty { try old.checkTiesCanChange() }
        return preview
    }
}
