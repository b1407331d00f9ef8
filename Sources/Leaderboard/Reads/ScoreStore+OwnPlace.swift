package import Board
package import NIOCore
import RedisClient

/// Where a hidden user would stand, as they see it (`Functions/own_place.lua`).
package struct HiddenPlace: Sendable, Equatable {
    /// The user is counted in it.
    package let place: UserPlace
    /// With the user in the middle, as far as the board's ends allow.
    package let around: RankedPage
}

extension ScoreStore {
    /// For the user's own eyes. Nil within: the user is not hidden, or has no score there. Nil: there is no such board any more, or not yet.
    package func hiddenPlace(
        of user: UserID,
        limit: Int = 0,
        in view: BoardView = .whole,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> HiddenPlace?? {
        let reply = try await ask(Self.ownPlace, [user.rawValue, String(limit)], in: view, on: eventLoop)
        return try Self.read(reply) { head, fields in
            if fields.isEmpty { return HiddenPlace??.some(nil) }
            guard let place = UserPlace.read(head, Array(fields.prefix(4)), of: user).flatMap({ $0 }),
                let rows = RankedPage(head, Array(fields.dropFirst(4)), order: BoardOrder(board.definition))
            else { return nil }
            return HiddenPlace(place: place, around: rows)
        }
    }

    static let ownPlace = "own_place"
}
