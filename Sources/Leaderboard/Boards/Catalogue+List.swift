package import NIOCore
import RedisClient
import Synchronization

/// Some of the definitions that there are, by name.
package struct BoardPage: Sendable {
    package struct Row: Sendable {
        package let name: DefinitionName
        package let definition: BoardDefinition
    }

    package let rows: [Row]
    /// Of the same names, those whose keys hold what is no definition: what is wrong with one keeps nobody from seeing the others.
    package let unreadable: [DefinitionName]
    /// The last name of the page, where more may be behind it.
    package let next: String?
}

/// The index as it was read last.
struct Listing {
    let rows: [(name: DefinitionName, entry: BoardIndex.Entry?)]
    let until: NIODeadline

    /// However many ask: the whole index is some milliseconds of Redis.
    static let lifetime = TimeAmount.seconds(1)
    /// A name may stand in the index for so long without a definition.
    static let settlingMilliseconds = 60_000
}

/// Which definitions somebody is shown.
package enum Listed: Sendable {
    case publicBoards
    /// Private ones too, and of those for members the ones that it says.
    case boardsOf(@Sendable (BoardID) -> Bool)
    /// Whoever they are for.
    case boards
    /// And templates.
    case everything
}

extension Listed {
    /// Not for operators: of a definition, what anybody may see.
    package var isForAll: Bool {
        switch self {
        case .publicBoards, .boardsOf: true
        case .boards, .everything: false
        }
    }

    fileprivate func shows(_ name: DefinitionName, _ visibility: BoardDefinition.Visibility) -> Bool {
        if case .everything = self { return true }
        guard let id = name.board else { return false }
        return switch self {
        case .publicBoards: visibility == .public
        case .boardsOf(let shows): visibility != .members || shows(id)
        case .boards, .everything: true
        }
    }
}

extension Catalogue {
    /// The definitions whose names come behind `after`, at most `limit` of them. ``BoardID/main`` is always there. A name of the index
    /// of which there is nothing any more is taken out of it.
    package func page(
        of listed: Listed,
        after: String?,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> BoardPage {
        var names = try await names(of: listed, on: eventLoop)[...]
        if let after { names = names.drop { !after.utf8.lexicographicallyPrecedes("\($0)".utf8) } }
        var (rows, unreadable): ([BoardPage.Row], [DefinitionName]) = ([], [])
        var last: DefinitionName?
        while rows.count + unreadable.count < limit, !names.isEmpty {
            let batch = Array(names.prefix(limit - rows.count - unreadable.count))
            let entries = try await entries(of: batch, on: eventLoop)
            for (name, entry) in zip(batch, entries) {
                switch entry {
                case .definition(let definition):
                    guard listed.shows(name, definition.visibility) else { continue }
                    rows.append(BoardPage.Row(name: name, definition: definition))
                    last = name
                case .unreadable:
                    unreadable.append(name)
                    last = name
                case .nothing: try await takeOut(name, on: eventLoop)
                }
            }
            names = names.dropFirst(batch.count)
        }
        return BoardPage(rows: rows, unreadable: unreadable, next: names.isEmpty ? nil : last.map { "\($0)" })
    }

    /// Out of the index: nobody has stored a definition of this name. But a name gets its place before its definition is stored, so one
    /// that came of late may be about to be made. And a board that lost its definition stays in the index until somebody deletes it:
    /// who looks at every board would pass over it otherwise.
    private func takeOut(_ name: DefinitionName, on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        // Where nobody tells, it stays.
        if let id = name.board, (try? await isKept(id, on: eventLoop)) ?? true { return }
        if let entry = try await index.entry(of: name, on: eventLoop) {
            guard Self.now.advanced(by: -Listing.settlingMilliseconds) > entry.created else { return }
        }
        try await index.remove(name, on: eventLoop)
    }

    /// Whether there is anything of the board, with its definition or without it (``StoreCalls/kept(of:)``).
    package func isKept(_ id: BoardID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Bool {
        let keys = BoardKeys(board: id.rawValue, in: functions.options.keySpace)
        return try await functions.sendRepeatably(StoreCalls.kept(of: keys), on: eventLoop).integer != 0
    }

    /// The boards that there are, those that were made just now too, by name. ``BoardID/main`` is always there.
    package func boards(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [BoardID] {
        try await names(of: .boards, isFresh: true, on: eventLoop).compactMap(\.board)
    }

    /// The same, each with the version of its definition that the index knows: nil where it knows none.
    package func versions(
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [(board: BoardID, version: String?)] {
        listing.withLock { $0 = nil }
        return try await listing(on: eventLoop).compactMap { name, entry in name.board.map { ($0, entry?.version) } }
    }

    /// - Parameter isFresh: those that were made just now, too.
    func names(
        of listed: Listed,
        isFresh: Bool = false,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [DefinitionName] {
        if isFresh { listing.withLock { $0 = nil } }
        var names: [DefinitionName] = []
        for (name, entry) in try await listing(on: eventLoop) {
            // Of a board that the index knows nothing of, its definition tells.
            if listed.shows(name, entry?.visibility ?? .public) { names.append(name) }
        }
        return names
    }

    private func listing(
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [(name: DefinitionName, entry: BoardIndex.Entry?)] {
        if let known = listing.withLock({ $0 }), NIODeadline.now() < known.until { return known.rows }
        var rows = try await index.all(on: eventLoop)
        if !rows.contains(where: { $0.name == .board(.main) }) {
            let place = rows.firstIndex { "main".utf8.lexicographicallyPrecedes("\($0.name)".utf8) } ?? rows.endIndex
            rows.insert((.board(.main), nil), at: place)
        }
        let read = Listing(rows: rows, until: .now() + Listing.lifetime)
        listing.withLock { $0 = read }
        return rows
    }

    /// What the index has a name of.
    private enum Entry: Sendable {
        case definition(BoardDefinition)
        /// Nobody has stored one (of ``BoardID/main``, the environment says it).
        case nothing
        /// Another writer's, and no definition.
        case unreadable
    }

    /// Asked for all at once; in the order of the names.
    private func entries(
        of names: [DefinitionName],
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [Entry] {
        let found = await names.mapAllAtOnce { await self.find($0, on: eventLoop) }
        var entries: [Entry] = []
        for one in found { entries.append(try one.get()) }
        return entries
    }

    private func find(
        _ name: DefinitionName,
        on eventLoop: any EventLoop
    ) async -> Result<Entry, ScoreStoreError> {
        do throws(ScoreStoreError) { return .success(try await entry(of: name, on: eventLoop)) } catch {
            if case .unsoundBoard = error { return .success(.unreadable) }
            return .failure(error)
        }
    }

    private func entry(
        of name: DefinitionName,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Entry {
        guard let id = name.board else {
            guard let text = try await text(of: name, on: eventLoop), text != DeletedBoard.mark else { return .nothing }
            return (try? BoardDefinition(stored: text)).map { .definition($0) } ?? .unreadable
        }
        if let definition = try await stored(id, on: eventLoop) { return .definition(definition) }
        // The index has the name: what is known of it may be of before.
        forget(id)
        return try await stored(id, on: eventLoop).map { .definition($0) } ?? .nothing
    }

    private func stored(_ id: BoardID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> BoardDefinition? {
        do throws(BoardLookupError) {
            let board = try await board(id, on: eventLoop).board
            if case .template = board.source { return nil }
            return board.definition
        } catch {
            switch error {
            case .store(let error): throw error
            case .notFound, .deleting, .boardsLimit, .tooManyNewBoards: return nil
            }
        }
    }
}
