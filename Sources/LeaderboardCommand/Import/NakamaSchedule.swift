import Leaderboard
import Seasons
import Text

/// When a leaderboard of Nakama begins anew (`reset_schedule`, by `internal/cronexpr`), as a window in UTC.
struct NakamaSchedule: Sendable, Equatable {
    let rule: WindowRule
    var weekStart = WeekStart.monday

    /// Nil: it is none, or one that a window cannot follow to the second.
    init?(_ text: String) {
        var fields = (Self.words[text] ?? text).split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        // Seven begin with seconds; six and seven end with a year.
        if fields.count == 7, fields.first == "0" { fields = Array(fields.dropFirst()) }
        if fields.count == 6, fields.last == "*" { _ = fields.popLast() }
        guard fields.count == 5 else { return nil }
        // Of days with a star and a step both have rules of their own.
        guard [fields[2], fields[4]].allSatisfy({ $0 == "*" || !$0.contains("*") }) else { return nil }
        let (name, reset): (String, String)
        switch (fields[0], fields[1], fields[2], fields[3], fields[4]) {
        case ("0", "*", "*", "*", "*"): (name, reset) = ("hourly", "hourly")
        case ("0", "0", "*", "*", "*"): (name, reset) = ("daily", "daily")
        case ("0", "0", "1", "*", "*"): (name, reset) = ("monthly", "monthly")
        case ("0", "0", "*", "*", let day) where Self.weekday(day) != nil:
            (name, reset) = ("weekly", "weekly")
            weekStart = Self.weekday(day) ?? weekStart
        default: (name, reset) = ("season", "cron " + fields.joined(separator: " "))
        }
        guard let window = WindowName(name), let reset = try? Reset(reset) else { return nil }
        rule = WindowRule(name: window, reset: reset)
    }

    private static let words = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    /// 0 and 7 are Sunday.
    private static func weekday(_ text: String) -> WeekStart? {
        let days: [WeekStart] = [.sunday, .monday, .tuesday, .wednesday, .thursday, .friday, .saturday, .sunday]
        return Int(text).flatMap { days.indices.contains($0) && text.utf8.count == 1 ? days[$0] : nil }
    }
}
