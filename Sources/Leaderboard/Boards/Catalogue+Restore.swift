import Board
package import NIOCore
import RedisClient

extension Catalogue {
    /// Puts the board of a backup in the place of this one, with the definition that the backup has; with the one that holds, if it has
    /// none. A board that is not there is made.
    /// - Parameters:
    ///   - preview: of these lines.
    ///   - held: as it was shown to who asks for it.
    ///   - keepsErased: false: who was erased since the backup stays on the board.
    package func restore(
        _ lines: BackupLines,
        _ preview: BackupPreview,
        as id: BoardID,
        inPlaceOf held: HeldDefinition,
        keepsErased: Bool = true,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws -> BackupSummary {
        if held == .deleting { throw ScoreStoreError.unavailable("the board is being deleted: end that first") }
        guard var definition = preview.definition ?? held.definition else {
            throw InvalidBackup(description: "it has no definition, and there is none of \(id): create the board first")
        }
        let replaced = preview.changes(held) ? held : nil
        if replaced != nil {
            definition.version = (held.definition ?? BoardDefinition()).nextVersion
            try await takePlaceOrThrow(id, definition, on: eventLoop)
        } else {
            definition = held.definition ?? definition
        }
        let board = store(of: id, definition, isStored: replaced != nil || held.isStored)
        let summary: BackupSummary
        do {
            summary = try await board.restore(
                lines,
                inPlaceOf: replaced,
                keepsErased: keepsErased,
                by: act,
                on: eventLoop
            )
        } catch let error as UnfinishedErasure {
            await noteRestored(id, definition, isStored: replaced != nil || held.isStored, on: eventLoop)
            throw error
        } catch {
            if held == .nothing { await givePlaceBack(id, on: eventLoop) }
            throw error
        }
        await noteRestored(id, definition, isStored: replaced != nil || held.isStored, on: eventLoop)
        return summary
    }

    private func noteRestored(
        _ id: BoardID,
        _ definition: BoardDefinition,
        isStored: Bool,
        on eventLoop: any EventLoop
    ) async {
        if isStored { try? await note(.board(id), definition, on: eventLoop) }
        forget(.board(id))
    }

    /// Of a board that was not made: nobody else would take its name out of the list but a service, some time later.
    private func givePlaceBack(_ id: BoardID, on eventLoop: any EventLoop) async {
        guard (try? await isKept(id, on: eventLoop)) == false else { return }
        try? await index.remove(.board(id), on: eventLoop)
    }

    /// Users whom the board shows, and those who are suspended or hidden and whose scores are kept.
    /// - Parameter held: its definition, as it was found.
    package func users(
        of id: BoardID,
        _ held: HeldDefinition,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> (shown: Int, withheld: Int) {
        let definition = held.definition ?? BoardDefinition()
        let board = store(of: id, definition, isStored: held.isStored)
        let shown = try await board.standings(offset: 0, limit: 1, on: eventLoop).total
        let withheld = try await board.read(RedisCommand("ZCARD", board.keys.withheld), on: eventLoop).count ?? 0
        return (shown, withheld)
    }

    /// The same in one number, before all of it is replaced; nil: another writer has put something else into its keys.
    package func countUsers(
        of id: BoardID,
        _ held: HeldDefinition,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Int? {
        do {
            let (shown, withheld) = try await users(of: id, held, on: eventLoop)
            return shown + withheld
        } catch .unsoundBoard {
            return nil
        }
    }

    /// Whether this very backup has taken the board's place before, whatever happened since.
    /// - Parameter held: its definition, as it was found.
    package func hasTaken(
        _ backup: BackupPreview,
        _ held: HeldDefinition,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        guard let definition = held.definition else { return false }
        do {
            return try await store(of: backup.board, definition, isStored: held.isStored)
                .hasTaken(backup, on: eventLoop)
        } catch .unsoundBoard {
            return false
        }
    }

    /// What is asked of Redis for a board by a definition that is not looked up.
    func store(of id: BoardID, _ definition: BoardDefinition, isStored: Bool) -> ScoreStore {
        ScoreStore(functions, id, definition, from: isStored ? .board : .environment)
    }

    func takePlaceOrThrow(
        _ id: BoardID,
        _ definition: BoardDefinition,
        on eventLoop: any EventLoop
    ) async throws {
        guard try await takePlace(.board(id), definition, on: eventLoop) else {
            throw BoardLookupError.boardsLimit(maximumBoards)
        }
    }
}

extension HeldDefinition {
    var isStored: Bool { if case .stored = self { true } else { false } }
}

extension BackupPreview {
    /// Whether a restore changes what the board is.
    package func changes(_ held: HeldDefinition) -> Bool {
        guard var definition else { return false }
        guard case .stored(let stored) = held else { return true }
        definition.version = stored.version
        return definition != stored
    }
}

extension BoardLookupError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notFound: "there is no such board"
        case .deleting: "the board is being deleted"
        case .tooManyNewBoards: "too many boards have been made by templates"
        case .boardsLimit(let maximum):
            "there are \(maximum) boards and templates, as many as there may be: delete some, or raise BOARDS_MAX"
        case .store(let error): error.description
        }
    }
}
