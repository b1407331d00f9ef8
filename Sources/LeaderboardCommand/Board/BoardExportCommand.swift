import ArgumentParser
import Board
import Leaderboard
import Seasons
import Text

/// `leaderboard board export BOARD [FILE] [--format csv|ndjson] [--window NAME [--season ID]] [--metadata]`
struct BoardExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a board's rows, or those of a season, as CSV or NDJSON.",
        discussion: """
            Of each user rank, user_id and score, the best first; of one moment, while the service runs. Suspended users are not among them. \
            It reads Redis itself, as admin backup does, which is what to use to have a board back with its audit and its rules.

            In CSV, text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage return) has an apostrophe \
            before it and stands in quotes; import takes that away again. A file has its name only when it is whole, and its owner alone may \
            read it; one that is there is replaced only with --yes, or when somebody is there to be asked. Exits with 2 where there is no board, or no such season.
            """
    )

    @Argument(help: "The board.", transform: BoardOption.board)
    var name: BoardID

    @Argument(help: "Where to write it; - for standard output, which is the default.")
    var file: String?

    @Option(help: "csv or ndjson. (default: by the file's name, else csv)")
    var format: TableFormat?

    @Option(help: ArgumentHelp("Of this window; without --season, of the season that runs.", valueName: "name"))
    var window: String?

    @Option(help: ArgumentHelp("Of this season, such as 2026-W48.", valueName: "id"))
    var season: String?

    @Flag(help: "With what users say of themselves.")
    var metadata = false

    @OptionGroup var replace: ReplaceOption

    func validate() throws {
        guard season == nil || window != nil else { throw ValidationError("--season needs --window.") }
        if let window, WindowName(window) == nil { throw ValidationError("\(window.printable) is no window.") }
    }

    func run() async throws {
        try replace.check(file)
        let wanted = window.flatMap { WindowName($0) }.flatMap {
            $0 == .all ? nil : ExportedSeason(window: $0, id: season)
        }
        let (metadata, form) = (metadata, format ?? file.flatMap { TableFormat(file: $0) } ?? .csv)
        var option = BoardOption()
        option.named = name
        let export = try await onBoard(option) { store, eventLoop in
            do {
                return try await store.exportRows(of: wanted, withMetadata: metadata, on: eventLoop)
            } catch ScoreStoreError.unknownWindow {
                throw CommandFailure("the board has no windows that end")
            }
        }
        if let wanted, export.season == nil {
            throw failed("nothing is kept of \(wanted.window) \(wanted.id ?? "that runs")".printable, code: 2)
        }
        try await TableOutput(path: file).write { write in
            if form == .csv { try write("rank,user_id,score\(metadata ? ",name,metadata" : "")\n") }
            for row in export.rows { try write(row.line(form, withMetadata: metadata)) }
        }
        writeToStandardError("\(export.rows.count.counted("user")).\n")
    }
}

extension BoardExport.Row {
    /// With its end.
    func line(_ format: TableFormat, withMetadata: Bool) -> String {
        switch format {
        case .csv:
            let own: [CSV.Cell] = [.number(rank), .text(user), .number(score)]
            let name = metadata.flatMap { try? JSONValue(json: Array($0.json.utf8), maximumBytes: 4096) }?.object?[
                "name"
            ]
            return CSV.line(own + (withMetadata ? [.text(name?.string), .text(metadata?.json)] : []))
        case .ndjson:
            // Nothing in a user id has to be escaped.
            let own = #"{"rank":\#(rank),"user_id":"\#(user)","score":\#(score)"#
            return own + (withMetadata ? #","metadata":\#(metadata?.json ?? "null")"# : "") + "}\n"
        }
    }
}
