import ArgumentParser
import Leaderboard
import LeaderboardService
import NIOCore
import Text

/// `leaderboard admin restore --all-boards FOLDER --reason TEXT [--resume] [--dry-run | --yes]`
struct RestoreEveryBoard: Sendable {
    /// One board of the folder, beside what is there.
    fileprivate struct Item: Sendable {
        let id: BoardID
        let backup: BackupPreview
        let held: HeldDefinition
        /// On the board that is there.
        /// Nil: they cannot be counted.
        let users: Int?
        let effects: RestoreEffects
        let keepsErased: Bool
        /// With `--resume`: it was restored from this backup before.
        let isDone: Bool
    }

    private struct Outcome: Sendable {
        let restored: Int
        let failures: [EveryBoard.Failure]
        let failed: String
    }

    let path: String
    let resumes: Bool
    let keepsErased: Bool
    let consent: Consent
    let act: OperatorAct

    /// - Throws: at the end, which boards failed.
    func run() async throws {
        let folder = try BackupFolder(path)
        let boards = try folder.boards()
        let templates = try BoardApply.definitions(in: folder.definitionsFile).filter { $0.name.isTemplate }
        let outcome: Outcome? = try await onRedis { settings in
            try await BoardAccess.open(settings, startsServer: !consent.dryRun) { catalogue, eventLoop, _ in
                var looks = EveryBoard(boards)
                var items: [BoardID: Item] = [:]
                await looks.forEach { id in
                    let item = try await look(at: id, in: folder, catalogue, on: eventLoop)
                    items[id] = item
                    return item.words
                }
                let open = boards.filter { items[$0].map { !$0.isDone } ?? false }
                let users = items.values.reduce(0) { $0 + ($1.isDone ? 0 : $1.users ?? 0) }
                let changesUsers = items.values.contains {
                    !$0.isDone && ($0.users == nil || !$0.effects.names.isEmpty)
                }
                print(Self.summary(Array(items.values), unreadable: looks.failures.count))
                if !consent.dryRun { await Self.index(items.values.filter(\.isDone), in: catalogue, on: eventLoop) }
                guard !open.isEmpty || !templates.isEmpty else {
                    return Outcome(restored: 0, failures: looks.failures, failed: looks.failed)
                }
                if users > 0 || changesUsers || consent.dryRun || !looks.failures.isEmpty {
                    let question =
                        "Put \(open.count.counted("board")) in the place of what is there, with \(users.counted("user"))?"
                    guard try consent.isGiven(question) else { return nil }
                }
                var every = EveryBoard(open)
                for template in templates { try await Self.put(template, in: catalogue, on: eventLoop) }
                await every.forEach { id in
                    guard let item = items[id] else { throw CommandFailure("it is not in the folder") }
                    let summary = try await restore(item, from: folder, catalogue, on: eventLoop)
                    let effects = item.effects.done(summary, keepsErased: keepsErased)
                    return ([summary.words] + effects.lines(keepsErased: keepsErased)).joined(separator: "; ")
                }
                let failures = looks.failures + every.failures
                let failed = [looks.failed, every.failed].filter { !$0.isEmpty }.joined(separator: ", ")
                return Outcome(restored: open.count - every.failures.count, failures: failures, failed: failed)
            }
        }
        guard let outcome else { return }
        let restored = outcome.restored.counted("board")
        guard outcome.failures.isEmpty else {
            throw CommandFailure(
                "\(restored) restored. Not restored: \(outcome.failed). Mend that, and ask again with --resume: what is done is not done twice"
            )
        }
        print("\(restored) restored.")
    }

    /// Of boards that are passed over: who looks at all boards finds them, whatever the index lost since.
    private static func index(
        _ items: [Item],
        in catalogue: Catalogue,
        on eventLoop: any EventLoop
    ) async {
        for item in items {
            guard case .stored(let definition) = item.held else { continue }
            try? await catalogue.note(.board(item.id), definition, on: eventLoop)
        }
    }

    /// The backup is read to its seal.
    private func look(
        at id: BoardID,
        in folder: BackupFolder,
        _ catalogue: Catalogue,
        on eventLoop: any EventLoop
    ) async throws -> Item {
        let input = try BackupInput(folder.file(of: id))
        defer { input.close() }
        let backup = try await describingBackup { try await BackupPreview(of: input.lines) }
        guard backup.board == id else { throw CommandFailure("the file is of the board \(backup.board)") }
        let held = try await catalogue.held(.board(id), on: eventLoop)
        let isDone = try await resumes ? catalogue.hasTaken(backup, held, on: eventLoop) : false
        let users = try await catalogue.countUsers(of: id, held, on: eventLoop)
        let effects =
            try await isDone
            ? RestoreEffects() : catalogue.effects(of: input.lines, backup, as: id, held, on: eventLoop)
        return Item(
            id: id,
            backup: backup,
            held: held,
            users: users,
            effects: effects,
            keepsErased: keepsErased,
            isDone: isDone
        )
    }

    private func restore(
        _ item: Item,
        from folder: BackupFolder,
        _ catalogue: Catalogue,
        on eventLoop: any EventLoop
    ) async throws -> BackupSummary {
        let input = try BackupInput(folder.file(of: item.id))
        defer { input.close() }
        return try await describingBackup {
            try await catalogue.restore(
                input.lines,
                item.backup,
                as: item.id,
                inPlaceOf: item.held,
                keepsErased: keepsErased,
                by: act,
                on: eventLoop
            )
        }
    }

    /// What it was when the backup was made, whatever it is now.
    private static func put(
        _ template: NamedDefinition,
        in catalogue: Catalogue,
        on eventLoop: any EventLoop
    ) async throws {
        let held = try await catalogue.held(template.name, on: eventLoop)
        var definition = template.definition
        if let old = held.definition { definition.version = old.version }
        guard definition != held.definition else {
            try? await catalogue.note(template.name, definition, on: eventLoop)
            return
        }
        switch try await catalogue.store(definition, as: template.name, inPlaceOf: held, on: eventLoop) {
        case .stored: print("\(template.name) is a template again.")
        case .boardsLimit: throw BoardLookupError.boardsLimit(catalogue.maximumBoards)
        case .otherVersion, .fixed, .fixedWindow, .onHold:
            throw CommandFailure("somebody else changes \(template.name): ask again")
        }
    }

    private static func summary(_ items: [Item], unreadable: Int) -> String {
        let done = items.count { $0.isDone }
        var parts = ["\(items.count.counted("board")) in the folder"]
        if done > 0 { parts.append("\(done) of them restored before") }
        if unreadable > 0 { parts.append("\(unreadable) more cannot be used") }
        return parts.joined(separator: ", ") + "."
    }
}

extension RestoreEveryBoard.Item {
    fileprivate var words: String {
        if isDone { return "restored before" }
        return ([place, backup.freezeWords(held)].compactMap { $0 } + effects.lines(keepsErased: keepsErased))
            .joined(separator: "; ")
    }

    private var place: String {
        switch held {
        case .nothing where users != 0:
            "\(backup.summary.words), in the place of \(usersWords(users)) whose board lost its definition: leaderboard board create \(id) brings them back"
        case .nothing: "\(backup.summary.words); it is made"
        case .deleting: "\(backup.summary.words); it is being deleted"
        case .unreadable: "\(backup.summary.words); its definition cannot be read"
        case .stored, .environment: "\(backup.summary.words), in the place of \(usersWords(users))"
        }
    }
}
