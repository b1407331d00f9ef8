import Board
package import NIOCore

/// Which boards have a definition that asks for something of an instance: an intake, say. The index is read each time, and of it only the
/// definitions that have become others: so other boards cost no more than their place in the index.
package struct ChosenBoards: Sendable {
    private struct Known {
        let version: String?
        /// Nil: it is none of them.
        var store: ScoreStore?
    }

    private let catalogue: Catalogue
    private let isChosen: @Sendable (BoardDefinition) -> Bool
    private var known: [BoardID: Known] = [:]

    /// Definitions that are read at one time.
    private static let atOnce = 64

    package init(_ catalogue: Catalogue, where isChosen: @escaping @Sendable (BoardDefinition) -> Bool) {
        self.catalogue = catalogue
        self.isChosen = isChosen
    }

    /// In the order of their names.
    package var stores: [ScoreStore] {
        known.values.compactMap(\.store).sorted { $0.board.id.rawValue < $1.board.id.rawValue }
    }

    /// Reads the index.
    package mutating func look(on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        let rows = try await catalogue.versions(on: eventLoop)
        var (kept, others): ([BoardID: Known], [(board: BoardID, version: String?)]) = ([:], [])
        for row in rows {
            if let before = known[row.board], let version = row.version, before.version == version {
                kept[row.board] = before
            } else {
                others.append(row)
            }
        }
        for start in stride(from: 0, to: others.count, by: Self.atOnce) {
            let some = Array(others[start..<min(start + Self.atOnce, others.count)])
            let found = await some.mapAllAtOnce { [catalogue, isChosen] row in
                catalogue.forget(row.board)
                return await Self.store(of: row.board, catalogue, isChosen, on: eventLoop)
            }
            for (row, found) in zip(some, found) {
                // What could not be read is as it was, and is read again.
                let store = if case .success(let store) = found { store } else { known[row.board]?.store }
                let version = if case .success = found { row.version } else { String?.none }
                kept[row.board] = Known(version: version, store: store)
            }
        }
        known = kept
    }

    /// One of them is another than it was.
    package mutating func look(again id: BoardID, on eventLoop: any EventLoop) async {
        catalogue.forget(id)
        guard case .success(let store) = await Self.store(of: id, catalogue, isChosen, on: eventLoop) else { return }
        known[id] = Known(version: store?.board.definition.version, store: store)
    }

    private static func store(
        of id: BoardID,
        _ catalogue: Catalogue,
        _ isChosen: (BoardDefinition) -> Bool,
        on eventLoop: any EventLoop
    ) async -> Result<ScoreStore?, ScoreStoreError> {
        do throws(BoardLookupError) {
            let store = try await catalogue.board(id, on: eventLoop)
            return .success(store.board.source == .board && isChosen(store.board.definition) ? store : nil)
        } catch {
            if case .store(let error) = error { return .failure(error) }
            return .success(nil)
        }
    }
}
