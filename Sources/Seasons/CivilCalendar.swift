import FoundationEssentials
import FoundationInternationalization

/// Days of the Gregorian calendar by their number since 1970-01-01, whatever the zone.
struct CivilCalendar: Sendable {
    struct Day {
        let year: Int
        let month: Int
        let day: Int
    }

    private let calendar: Calendar
    private let weekStart: WeekStart

    init(weekStart: WeekStart) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        calendar.firstWeekday = weekStart.weekday + 1
        // As in ISO 8601: a year's first week has four days in it at least.
        calendar.minimumDaysInFirstWeek = 4
        self.calendar = calendar
        self.weekStart = weekStart
    }

    func day(_ number: Int) -> Day {
        let parts = calendar.dateComponents([.year, .month, .day], from: Self.date(number))
        return Day(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0)
    }

    /// 0 is Sunday.
    func weekday(_ number: Int) -> Int {
        // The first day was a Thursday.
        let weekday = (number + 4) % 7
        return weekday < 0 ? weekday + 7 : weekday
    }

    func firstOfWeek(_ number: Int) -> Int {
        number - (weekday(number) - weekStart.weekday + 7) % 7
    }

    /// `2026-W48`.
    func nameOfWeek(_ number: Int) -> String {
        let parts = calendar.dateComponents([.yearForWeekOfYear, .weekOfYear], from: Self.date(number))
        return "\((parts.yearForWeekOfYear ?? 0).digits(4))-W\((parts.weekOfYear ?? 0).digits(2))"
    }

    func firstOfMonth(_ number: Int) -> Int {
        number - day(number).day + 1
    }

    func firstOfNextMonth(_ number: Int) -> Int {
        // 31 days after a month's first day it is the next month, and nowhere near that one's end.
        firstOfMonth(firstOfMonth(number) + 31)
    }

    private static func date(_ number: Int) -> Date {
        Date(timeIntervalSince1970: Double(number) * 86_400)
    }
}

extension CivilCalendar.Day {
    /// `2026-11`.
    var monthName: String { "\(year.digits(4))-\(month.digits(2))" }
    /// `2026-11-28`.
    var name: String { "\(monthName)-\(day.digits(2))" }
}

extension Int {
    /// At least so many, with zeros before.
    func digits(_ count: Int) -> String {
        let text = String(self)
        return String(repeating: "0", count: Swift.max(0, count - text.utf8.count)) + text
    }
}
