package import Seasons

/// The windows of a board: one that never ends, which is its face, and those that begin anew again and again. An update counts in
/// all of them, or in none.
package struct BoardWindows: Sendable, Hashable {
    /// Beside the one that never ends.
    package static let maximumCount = 4
    package static let allowedKeepDays = 1...3650
    package static let allowedGraceSeconds = 0...86_400

    /// Those that begin anew; each has a name of its own.
    package var seasonal: [WindowRule] = []
    /// Whose calendar and clocks they go by.
    package var zone = ZoneName.utc
    package var weekStart = WeekStart.monday
    /// From which the hours of `every <n>h` are counted; nil: from 1970 on. When a window `once` begins.
    package var anchor: Anchor?
    /// When a window `once` ends.
    package var end: Anchor?
    /// For so long an ended season is kept.
    package var keepDays = 400
    /// For so long after its end a season takes updates that name it.
    package var graceSeconds = 0

    package init() {}

    /// A season that Redis has begun stays what it is: the first member of a definition that would tear it, if there is one.
    package func fixedMember(from old: BoardWindows) -> String? {
        let stay = seasonal.compactMap { new in old.seasonal.first { $0.name == new.name }.map { (old: $0, new: new) } }
        if stay.contains(where: { $0.old.reset != $0.new.reset }) { return "windows" }
        for reset in stay.map(\.new.reset) {
            if zone != old.zone, reset.goesByDays { return "time_zone" }
            if weekStart != old.weekStart, reset == .weekly { return "week_starts" }
            if anchor != old.anchor, reset.goesByAnchor { return "from" }
            if end != old.end, reset == .once { return "until" }
        }
        return nil
    }
}

// As `Functions/definition.lua` has it (`windows_of`).
extension Reset {
    /// By the calendar and the clocks of a zone.
    fileprivate var goesByDays: Bool {
        switch self {
        case .daily, .weekly, .monthly, .cron: true
        case .none, .hourly, .every, .manual, .once: false
        }
    }

    fileprivate var goesByAnchor: Bool {
        switch self {
        case .every, .once: true
        case .none, .hourly, .daily, .weekly, .monthly, .cron, .manual: false
        }
    }
}
