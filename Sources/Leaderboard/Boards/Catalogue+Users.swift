package import Board
package import NIOCore

/// On which of some boards a user is.
package struct HoldingsPage: Sendable {
    package struct Row: Sendable {
        package let board: BoardID
        package let holding: Holding
        package let isOnHold: Bool
    }

    /// Of boards that show the user, or that keep a score of them, from which they are suspended, or on which they are on hold; or of every
    /// board that was asked.
    package let rows: [Row]
    /// Boards that could not be asked.
    package let failed: [BoardID]
    /// So many were asked.
    package let lookedAt: Int
    /// Boards that there are.
    package let total: Int
    /// The last name of the page, where more are behind it.
    package let next: BoardID?
}

extension Catalogue {
    /// Looks on the boards whose names come behind `after`, at most `limit` of them, ten at a time.
    /// - Parameter isEvery: the page has boards on which the user is not, too. Their audit or a season may still know the user.
    package func holdings(
        of user: UserID,
        after: BoardID?,
        limit: Int,
        isEvery: Bool = false,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> HoldingsPage {
        let all = try await names(of: .boards, isFresh: after == nil, on: eventLoop).compactMap(\.board)
        var rest = all[...]
        if let after { rest = rest.drop { !after.rawValue.utf8.lexicographicallyPrecedes($0.rawValue.utf8) } }
        let page = Array(rest.prefix(limit))
        let looks = await looks(at: page, for: user, on: eventLoop)
        return HoldingsPage(
            rows: looks.compactMap { look in
                guard case .success(let row?) = look.row,
                    isEvery || row.holding.anyScore != nil || row.holding.isSuspended || row.isOnHold
                else { return nil }
                return row
            },
            failed: looks.compactMap { look in if case .failure = look.row { look.board } else { nil } },
            lookedAt: page.count,
            total: all.count,
            next: rest.count > page.count ? page.last : nil
        )
    }

    private struct Look: Sendable {
        let board: BoardID
        /// Nil: there is no such board any more.
        let row: Result<HoldingsPage.Row?, ScoreStoreError>
    }

    /// In the order of the names.
    private func looks(at boards: [BoardID], for user: UserID, on eventLoop: any EventLoop) async -> [Look] {
        var looks: [Look] = []
        for start in stride(from: 0, to: boards.count, by: 10) {
            let some = Array(boards[start..<min(start + 10, boards.count)])
            looks += await some.mapAllAtOnce { await self.look(at: $0, for: user, on: eventLoop) }
        }
        return looks
    }

    private func look(at board: BoardID, for user: UserID, on eventLoop: any EventLoop) async -> Look {
        let store: ScoreStore
        do throws(BoardLookupError) { store = try await self.board(board, on: eventLoop) } catch {
            switch error {
            case .notFound, .deleting, .boardsLimit, .tooManyNewBoards:
                return Look(board: board, row: .success(nil))
            case .store(let error): return Look(board: board, row: .failure(error))
            }
        }
        do throws(ScoreStoreError) {
            let holding = try await store.holding(of: user, on: eventLoop)
            // As long as somebody is on hold, the board has the rule.
            let hasRule = store.board.definition.rules.contains { $0.name == .byHand }
            let hand = hasRule ? try await store.onHold(user, on: eventLoop) : nil
            let row = HoldingsPage.Row(board: board, holding: holding, isOnHold: hand != nil)
            return Look(board: board, row: .success(row))
        } catch { return Look(board: board, row: .failure(error)) }
    }
}
