package import Board
package import NIOCore
import RedisClient

extension Catalogue {
    /// The board goes on with other ties, its users with it, while updates go on (`Functions/change_ties.lua`). Who was interrupted asks
    /// again: until it is done, nothing has changed.
    ///
    /// Where nobody knows who came first, equals keep the order that they have. Who writes the sorted set past the functions must have
    /// stopped before, unless the new ties are plain.
    /// - Returns: the definition that holds now.
    package func changeTies(
        of id: BoardID,
        to ties: BoardOrder.Ties,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws -> BoardDefinition {
        let held = try await held(.board(id), on: eventLoop)
        guard let old = held.definition else {
            if held == .nothing { throw BoardLookupError.notFound }
            throw ScoreStoreError.unavailable("the board's definition cannot be read")
        }
        guard old.ties != ties else { return old }
        var new = old
        new.ties = ties
        switch try await store(new, as: .board(id), inPlaceOf: held, on: eventLoop) {
        case .stored(let stored): return stored
        case .fixed, .fixedWindow, .onHold: break
        case .otherVersion: throw ScoreStoreError.unavailable("the board's definition changed meanwhile: ask again")
        case .boardsLimit: throw BoardLookupError.boardsLimit(maximumBoards)
        }
        try old.checkTiesCanChange()
        new.version = old.nextVersion
        let isStored = held == .stored(old)
        let board = self.store(of: id, old, isStored: isStored)
        let text = try await board.heldText(held, on: eventLoop)
        try await board.changeTies(to: new, inPlaceOf: text, by: act, on: eventLoop)
        try? await note(.board(id), new, on: eventLoop)
        forget(.board(id))
        return new
    }
}

extension BoardDefinition {
    /// Of a board that has users, whose layout would change.
    func checkTiesCanChange() throws {
        guard windows.seasonal.isEmpty else { throw SeasonsFixTies() }
        guard segments.isEmpty else { throw SegmentsFixTies() }
    }
}

/// A board with windows that begin anew: what has ended would keep the order of its old ties, and be read by the new ones.
package struct SeasonsFixTies: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String {
        "a board whose windows begin anew keeps its ties: ended seasons are read by them, too"
    }
}

/// A board with segments: all of its users would have to move in them at once.
package struct SegmentsFixTies: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String {
        "a board that has segments keeps its ties: take the kinds away, change the ties, and add the kinds again, which then begin empty"
    }
}
