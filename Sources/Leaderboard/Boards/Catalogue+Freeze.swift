import Board
package import NIOCore
import RedisClient
import Seasons

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

    /// Places of most of a frozen board that can be covered.
    package static let coverable = 1...100

    /// Of a frozen board, its first rows are shown from now on, as they were when the first such step was made, but for so many of the
    /// best (`Functions/freeze.lua`). How many are covered stands in Redis, and only ever falls: a step may be repeated.
    /// - Parameter covered: one of ``coverable``.
    /// - Returns: nil: the board is not frozen.
    package func uncover(
        _ id: BoardID,
        downTo covered: Int,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(BoardLookupError) -> Uncovering? {
        let board = try await board(id, on: eventLoop)
        do throws(ScoreStoreError) { return try await board.uncover(covered, by: act, on: eventLoop) } catch {
            throw .store(error)
        }
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
        for _ in 0..<Self.maximumTries {
            let call = freezing(definition, inPlaceOf: text, by: act)
            let reply = try await operate(call, on: eventLoop)
            guard let answer = SeasonsAnswer(.array(reply)), let seasons = board.seasons else {
                return reply.first?.text == "done"
            }
            seasons.learn(answer)
        }
        throw .unavailable("the seasons of the board are others each time")
    }

    private func freezing(
        _ definition: BoardDefinition,
        inPlaceOf text: [UInt8],
        by act: OperatorAct
    ) -> RedisCommand {
        var words = RedisCommand()
        words.append(text)
        words.append(board.given)
        words.append(Array(definition.stored.readableBytesView))
        var moreKeys = [keys.board, keys.at, keys.frozen]
        // What its windows are is kept, too.
        if definition.frozenSince != nil, let seasons = board.seasons, let running = seasons.running {
            moreKeys.append(keys.seasons)
            for word in [running.text, String(running.from), String(running.until)] { words.append(word) }
            for window in board.definition.windows.seasonal.map(\.name) {
                guard let season = seasons.shown(window) else { continue }
                let own = keys.season(window: window, id: season.id)
                moreKeys += [own.scores, own.at]
                words.append(WindowSeason(window: window, season: season).text)
            }
        }
        return calls.operation("freeze", user: nil, by: act, [], moreKeys: moreKeys, words)
    }

    /// Nil: the board is not frozen.
    fileprivate func uncover(
        _ covered: Int,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Uncovering? {
        let call = calls.operation(
            "uncover",
            user: nil,
            by: act,
            [String(covered)],
            moreKeys: [keys.board, keys.at, keys.frozen]
        )
        let reply = try await operate(call, on: eventLoop)
        switch (reply.first?.text, reply.count) {
        case ("shown", 1): return nil
        case ("nobody", 1): return Uncovering(covered: 0, isDone: false)
        case ("done", 2), ("unchanged", 2):
            guard let covered = reply[1].count else { break }
            return Uncovering(covered: covered, isDone: reply[0].text == "done")
        default: break
        }
        throw .unavailable("unexpected reply")
    }
}

/// What became of a step in which a board is revealed place by place.
package struct Uncovering: Sendable, Equatable {
    /// So many of the first places are covered now; 0: there is nothing to uncover any more, and to reveal the board is what is left.
    package let covered: Int
    /// False: so many, or fewer, were covered before.
    package let isDone: Bool
}
