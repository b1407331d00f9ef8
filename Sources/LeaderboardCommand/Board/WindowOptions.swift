import ArgumentParser
import Leaderboard
import Seasons
import Text

/// The windows of a definition, as options of a command.
struct WindowOptions: ParsableArguments {
    @Option(
        name: .customLong("window"),
        help: ArgumentHelp(
            "A window to add or to change, such as weekly=weekly, cup=\"every 72h\", night=\"cron 0 4 * * *\", league=manual or final=once.",
            valueName: "name=reset"
        )
    )
    var rules: [String] = []

    @Option(
        name: .customLong("remove-window"),
        help: ArgumentHelp("A window to take away: its seasons are not shown any more.", valueName: "name")
    )
    var removed: [String] = []

    @Flag(help: "Take all windows away.")
    var noWindows = false

    @Option(help: ArgumentHelp("Whose calendar they go by, such as Europe/Berlin.", valueName: "zone"))
    var timeZone: String?

    @Option(help: ArgumentHelp("The day on which weeks begin.", valueName: "day"))
    var weekStarts: String?

    @Option(
        help: ArgumentHelp(
            "From which hours are counted, and when a window once begins, such as 2026-12-04T18:00:00Z.",
            valueName: "time"
        )
    )
    var from: String?

    @Option(help: ArgumentHelp("When a window once ends, and the board takes no more updates.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("For so long an ended season is kept.", valueName: "days"))
    var keepDays: String?

    @Option(help: ArgumentHelp("For so long a season takes updates that name it.", valueName: "seconds"))
    var graceSeconds: String?

    var isEmpty: Bool {
        rules.isEmpty && removed.isEmpty && !noWindows
            && [timeZone, weekStarts, from, until, keepDays, graceSeconds].allSatisfy { $0 == nil }
    }

    func apply(to windows: inout BoardWindows, _ reader: inout OptionReader) {
        if noWindows, !rules.isEmpty || !removed.isEmpty {
            reader.malformed.append("--no-windows goes with neither --window nor --remove-window")
        }
        if noWindows { windows = BoardWindows() }
        let added = rules.compactMap { Self.rule($0, &reader) }
        remove(from: &windows, added, &reader)
        for (place, rule) in added.enumerated() {
            if added[..<place].contains(where: { $0.name == rule.name }) {
                reader.malformed.append("--window \(rule.name) is given twice")
            } else if let held = windows.seasonal.firstIndex(where: { $0.name == rule.name }) {
                windows.seasonal[held] = rule
            } else {
                windows.seasonal.append(rule)
            }
        }
        forgetWhatBelongsToNone(of: &windows)
        if let timeZone {
            if let zone = ZoneName(timeZone) {
                windows.zone = zone
            } else {
                reader.malformed.append(
                    "--time-zone \(timeZone) is no name of the IANA database, such as Europe/Berlin"
                )
            }
        }
        reader.word("--week-starts", weekStarts) { windows.weekStart = $0 }
        if let from { windows.anchor = Self.minute("--from", from, &reader) }
        if let until { windows.end = Self.minute("--until", until, &reader) }
        if let days = reader.number("--keep-days", keepDays, in: BoardWindows.allowedKeepDays) {
            windows.keepDays = days
        }
        if let seconds = reader.number("--grace-seconds", graceSeconds, in: BoardWindows.allowedGraceSeconds) {
            windows.graceSeconds = seconds
        }
    }

    private func remove(from windows: inout BoardWindows, _ added: [WindowRule], _ reader: inout OptionReader) {
        for text in removed {
            guard let name = WindowName(text) else {
                reader.malformed.append("--remove-window \(text) is no name of a window")
                continue
            }
            if added.contains(where: { $0.name == name }) {
                reader.malformed.append("--remove-window \(name) and --window \(name) do not go together")
            }
            let count = windows.seasonal.count
            windows.seasonal.removeAll { $0.name == name }
            if windows.seasonal.count == count {
                reader.unfitting.append("--remove-window \(name): there is no such window that begins anew")
            }
        }
    }

    /// What else is said of windows belongs to some.
    private func forgetWhatBelongsToNone(of windows: inout BoardWindows) {
        guard !windows.seasonal.isEmpty else {
            windows = BoardWindows()
            return
        }
        let isOnce = windows.seasonal.contains { $0.reset == .once }
        let hasHours = windows.seasonal.contains { if case .every = $0.reset { true } else { false } }
        if !isOnce { windows.end = nil }
        if !isOnce, !hasHours { windows.anchor = nil }
    }

    private static func rule(_ text: String, _ reader: inout OptionReader) -> WindowRule? {
        let (word, reset) = text.cut(at: "=")
        guard let reset, let name = WindowName(word) else {
            reader.malformed.append("--window takes name=reset, such as weekly=weekly")
            return nil
        }
        guard name != .all else {
            reader.malformed.append("--window \(name): that is the window that never ends, which each board has")
            return nil
        }
        do { return WindowRule(name: name, reset: try Reset(String(reset))) } catch {
            reader.malformed.append("--window \(name): \(error)")
            return nil
        }
    }

    private static func minute(_ option: String, _ text: String, _ reader: inout OptionReader) -> Anchor? {
        let minute = Anchor(text)
        if minute == nil { reader.malformed.append("\(option) takes a whole minute in UTC, as 2026-12-04T18:00:00Z") }
        return minute
    }
}
