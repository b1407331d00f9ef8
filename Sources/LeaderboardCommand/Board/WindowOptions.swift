import ArgumentParser
import Leaderboard
import Seasons
import Text

extension WeekStart: ExpressibleByArgument {}

/// The windows of a definition, as options of a command.
struct WindowOptions: ParsableArguments {
    @Option(
        name: .customLong("window"),
        help: ArgumentHelp(
            "A window that begins anew, such as weekly=weekly, cup=\"every 72h\" or night=\"cron 0 4 * * *\"; all of them, if any.",
            valueName: "name=reset"
        ),
        transform: Self.rule
    )
    var rules: [WindowRule] = []

    @Flag(help: "No window begins anew.")
    var noWindows = false

    @Option(
        help: ArgumentHelp("Whose calendar they go by, such as Europe/Berlin.", valueName: "zone"),
        transform: Self.zone
    )
    var timeZone: ZoneName?

    @Option(help: ArgumentHelp("The day on which weeks begin.", valueName: "day"))
    var weekStarts: WeekStart?

    @Option(
        help: ArgumentHelp("From which hours are counted, such as 2026-12-04T18:00:00Z.", valueName: "time"),
        transform: Self.anchor
    )
    var from: Anchor?

    @Option(
        help: ArgumentHelp("When a window once ends, and the board takes no more updates.", valueName: "time"),
        transform: Self.anchor
    )
    var until: Anchor?

    @Option(help: ArgumentHelp("For so long an ended season is kept.", valueName: "days"))
    var keepDays: Int?

    @Option(help: ArgumentHelp("For so long a season takes updates that name it.", valueName: "seconds"))
    var graceSeconds: Int?

    func validate() throws {
        if noWindows, !rules.isEmpty { throw ValidationError("Give --window or --no-windows.") }
        if let keepDays, !BoardWindows.allowedKeepDays.contains(keepDays) {
            throw ValidationError("--keep-days takes \(BoardWindows.allowedKeepDays.words).")
        }
        if let graceSeconds, !BoardWindows.allowedGraceSeconds.contains(graceSeconds) {
            throw ValidationError("--grace-seconds takes \(BoardWindows.allowedGraceSeconds.words).")
        }
    }

    var isEmpty: Bool {
        rules.isEmpty && !noWindows && timeZone == nil && weekStarts == nil && from == nil && until == nil
            && keepDays == nil
            && graceSeconds == nil
    }

    func apply(to windows: inout BoardWindows) {
        // What else is said of windows belongs to some.
        if noWindows { windows = BoardWindows() }
        if !rules.isEmpty { windows.seasonal = rules }
        if let timeZone { windows.zone = timeZone }
        if let weekStarts { windows.weekStart = weekStarts }
        if let from { windows.anchor = from }
        if let until { windows.end = until }
        if let keepDays { windows.keepDays = keepDays }
        if let graceSeconds { windows.graceSeconds = graceSeconds }
    }

    private static func rule(_ text: String) throws -> WindowRule {
        let (word, reset) = text.cut(at: "=")
        guard let reset, let name = WindowName(word) else {
            throw ValidationError("Give a window as name=reset, such as weekly=weekly.")
        }
        do { return WindowRule(name: name, reset: try Reset(String(reset))) } catch {
            throw ValidationError("\(name): \(error)")
        }
    }

    private static func zone(_ text: String) throws -> ZoneName {
        guard let zone = ZoneName(text) else {
            throw ValidationError("\(text) is no name of the IANA database, such as Europe/Berlin.")
        }
        return zone
    }

    private static func anchor(_ text: String) throws -> Anchor {
        guard let anchor = Anchor(text) else { throw ValidationError("Give a whole minute as 2026-12-04T18:00:00Z.") }
        return anchor
    }
}

extension ClosedRange<Int> {
    fileprivate var words: String { "\(lowerBound) to \(upperBound)" }
}
