import ArgumentParser

/// `--user ID [--since TIME] [--until TIME]`, or `--seq N`: the updates that a revert, or its undoing, is about.
struct MeantUpdates: ParsableArguments {
    @Option(help: ArgumentHelp("The user whose updates are meant.", valueName: "id"))
    var user: String?

    @Option(help: ArgumentHelp("Only updates that are not older.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only updates that are not newer.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("The one update with this number.", valueName: "number"))
    var seq: Int?

    @OptionGroup var boards: AllBoardsOption

    /// What goes together. Which of them is given, who has them checks.
    func check(_ board: BoardOption) throws {
        try boards.check(board)
        guard !boards.allBoards || user != nil else { throw ValidationError("--all-boards goes with --user.") }
        guard user != nil || (since == nil && until == nil) else {
            throw ValidationError("--since and --until go with --user.")
        }
    }
}
