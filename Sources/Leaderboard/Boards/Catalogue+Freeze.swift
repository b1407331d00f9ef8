import Board
package import NIOCore
import RedisClient

extension Catalogue {
    /// Nobody but operators and each user, of their own place, is shown the board from now on, or it is shown again; updates go on
    /// (`Functions/freeze.lua`). May be repeated.
    /// - Returns: the definition that holds now; nil: it was so already.
    package func freeze(
        _ id: BoardID,
        _ isFrozen: Bool,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(BoardLookupError) -> BoardDefinition? {
        for _ in tries(of: id) {
            let held: HeldDefinition
            do throws(ScoreStoreError) { held = try await self.held(.board(id), on: eventLoop) } catch {
                throw .store(error)
            }
            guard let old = held.definition else {
                if held == .deleting { throw .deleting }
                throw held == .nothing ? .notFound : .store(.unavailable("the board's definition cannot be read"))
            }
            guard (old.frozenSince != nil) != isFrozen else { return nil }
            let board = store(of: id, old, isStored: held == .stored(old))
            var new = old
            new.version = old.nextVersion
            do throws(ScoreStoreError) {
                new.frozenSince = isFrozen ? try await board.time(on: eventLoop) / 1000 : nil
                guard try await board.freeze(new, inPlaceOf: held, by: act, on: eventLoop) else { continue }
            } catch { throw .store(error) }
            forget(.board(id))
            // The index is mended by whoever meets the board, if it cannot be written now.
            try? await note(.board(id), new, on: eventLoop)
            return new
        }
        throw .store(.unavailable("the board's definition changes all the time"))
    }
}

extension ScoreStore {
    /// False: the definition is another one.
    fileprivate func freeze(
        _ definition: BoardDefinition,
        inPlaceOf held: HeldDefinition,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        let text = try await heldText(held, on: eventLoop)
        var words = RedisCommand()
        words.append(text)
        words.append(board.given)
        words.append(Array(definition.stored.readableBytesView))
        let moreKeys = [keys.board, keys.at, keys.frozen]
        let call = calls.operation("freeze", user: nil, by: act, [], moreKeys: moreKeys, words)
        return try await operate(call, on: eventLoop).first?.text == "done"
    }
}
