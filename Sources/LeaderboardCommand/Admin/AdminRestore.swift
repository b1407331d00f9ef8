import Board
import ArgumentParser
import Leaderboard
import LeaderboardService
import Text

/// `leaderboard admin restore FILE --reason TEXT [--board NAME | --as NAME] [--dry-run | --yes]`
struct AdminRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put the board of a backup in the place of the one that is there.",
        discussion: """
            While the service runs: viewers go from the one board to the other at once. Before that the file is checked, \
            loaded beside the board, and read back. The backup's definition comes back with it, and a board that is not there is made; \
            a backup without one leaves the board its own. So do the seasons of windows, each until it would have gone by itself; a backup of \
            before there were any leaves those of the board as they are. So does what users say of themselves, if the backup has any of it: not of \
            who was erased since, and who is held stays held. Who was on hold is so again, and who is stays so; updates that wait for review \
            are in no backup, and go on waiting. What happened since the backup is gone: it says who is suspended, hidden or on hold no more, or \
            again. If there is anybody on the board, or its definition is another one, it asks, and where nobody can be asked it needs --yes.

            Who was erased since the backup is erased again, as far as the board that is there tells who it was: --with-erased brings them \
            back. It names who may have been where that board does not tell.

            The backup of another board is refused, unless --as says where it is to go.

            With --all-boards it takes a folder that backup --all-boards has made: each board takes its place, templates come back, and \
            boards that are not in the folder stay. It says where it stands. Who was interrupted, or had boards that failed, asks again \
            with --resume: boards that were restored from this very folder are passed over, whatever has happened on them since.
            """
    )

    @Argument(help: "The backup; - for standard input.")
    var file: String

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("The board whose place it takes, whichever the backup is of.", valueName: "name"),
        transform: BoardOption.board
    )
    var destination: BoardID?

    @Flag(help: "Bring back users who were erased since the backup was made, too.")
    var withErased = false

    @Flag(help: "With --all-boards: pass over boards that were restored from this folder before.")
    var resume = false

    @OptionGroup var every: EveryBoardOption

    @OptionGroup var consent: ReasonedConsent

    @OptionGroup var board: BoardOption

    func validate() throws {
        try every.check(board)
        if every.allBoards, destination != nil { throw ValidationError("Give either --as or --all-boards.") }
        if resume, !every.allBoards { throw ValidationError("--resume is for --all-boards.") }
        if let destination, let named = board.named, named != destination {
            throw ValidationError("Give either --board or --as.")
        }
    }

    func run() async throws {
        let consent = consent
        let act = try OperatorAct.onThisMachine(consent.reason)
        if every.allBoards {
            let every = RestoreEveryBoard(
                path: file,
                resumes: resume,
                keepsErased: !withErased,
                consent: consent.consent,
                act: act
            )
            return try await every.run()
        }
        let input = try BackupInput(file)
        let preview = try await describingBackup { try await BackupPreview(of: input.lines) }
        let id = destination ?? board.board
        guard destination != nil || preview.board == id else {
            throw CommandFailure(
                "the backup is of the board \(preview.board), and this is \(id): say --board \(preview.board), or --as \(id) to put it there"
            )
        }
        let keepsErased = !withErased
        let restored: (summary: BackupSummary, effects: RestoreEffects)? = try await onRedis { settings in
            try await BoardAccess.open(settings, startsServer: !consent.dryRun) { catalogue, eventLoop, _ in
                let held = try await catalogue.held(.board(id), on: eventLoop)
                let users = try await catalogue.countUsers(of: id, held, on: eventLoop)
                print("The backup of \(preview.board) has \(preview.summary.words); \(held.words(id, users)).")
                for line in preview.changeWords(held) { print("  \(line.printable)") }
                if let words = preview.freezeWords(held) { print("  \(words)") }
                let effects = try await catalogue.effects(of: input.lines, preview, as: id, held, on: eventLoop)
                for line in effects.lines(keepsErased: keepsErased) { print("  \(line.printable)") }
                if users != 0 || !effects.names.isEmpty || consent.dryRun
                    || held.definition != nil && preview.changes(held)
                {
                    let question =
                        held == .nothing && users == 0
                        ? "Make the board \(id)?" : "Replace the board \(id) and its \(usersWords(users))?"
                    guard try consent.isGiven(question) else { return nil }
                }
                let summary = try await catalogue.restore(
                    input.lines,
                    preview,
                    as: id,
                    inPlaceOf: held,
                    keepsErased: keepsErased,
                    by: act,
                    on: eventLoop
                )
                return (summary, effects.done(summary, keepsErased: keepsErased))
            }
        }
        guard let restored else { return }
        print("\(restored.summary.counts) restored, up to update \(restored.summary.seq).")
        for line in restored.effects.lines(keepsErased: keepsErased) { print("  \(line.printable)") }
    }
}

extension BackupSummary {
    /// `2 users and 3 audit entries, up to update 7`
    var words: String { "\(counts), up to update \(seq)" }

    fileprivate var counts: String {
        let entries = auditEntries.counted("audit entry", "audit entries")
        var parts = [users.counted("user"), entries]
        if seasons > 0 { parts.append(seasons.counted("season")) }
        if profiles > 0 { parts.append(profiles.counted("profile")) }
        if onHold > 0 { parts.append("\(onHold) on hold") }
        return parts.dropLast().joined(separator: ", ") + " and " + (parts.last ?? "")
    }
}

extension HeldDefinition {
    fileprivate func words(_ board: BoardID, _ users: Int?) -> String {
        switch self {
        case .nothing where users != 0:
            "the definition of \(board) is missing, and \(usersWords(users)) are there: leaderboard board create \(board) brings them back, a restore takes their place"
        case .nothing: "there is no board \(board): it is made"
        case .deleting: "the board \(board) is being deleted"
        case .unreadable: "the definition of \(board) cannot be read"
        case .stored, .environment: "the board \(board) has \(usersWords(users))"
        }
    }
}

extension BackupPreview {
    /// What becomes of the definition, a line for each member.
    fileprivate func changeWords(_ held: HeldDefinition) -> [String] {
        guard changes(held), let definition, let old = held.definition else { return [] }
        let changes = definition.changes(from: old)
        return changes.isEmpty ? ["its definition is stored"] : changes
    }

    /// What becomes of who may see it; nil: the same as before.
    func freezeWords(_ held: HeldDefinition) -> String? {
        guard let definition else { return nil }
        guard let since = definition.frozenSince else {
            return held.definition?.frozenSince == nil
                ? nil : "the board is shown again: it is frozen now, and the backup's is not"
        }
        guard held.definition?.frozenSince != since else { return nil }
        let rows =
            hasFrozenRows
            ? "with the rows that are shown until it is revealed"
            : "and no rows are shown until it is revealed: the backup has none"
        return "the board becomes frozen, \(rows)"
    }
}
