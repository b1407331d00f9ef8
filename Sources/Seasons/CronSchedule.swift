import Text

/// Five fields of crontab(5), in numbers: minute, hour, day of the month, month, day of the week (0 to 7, Sunday is both). A field is `*`,
/// or a list of numbers and ranges, each range with a step or without: `*/15`, `1,15`, `1-5`, `8-18/2`.
///
/// Where both the day of the month and that of the week are given, which is where neither begins with `*`, one of the two is enough.
package struct CronSchedule: Hashable, Sendable {
    let minutes: CronField
    let hours: CronField
    private let days: CronField
    private let months: CronField
    private let weekdays: CronField

    package init(_ text: String) throws(InvalidReset) {
        let fields = text.parts(at: " ")
        guard fields.count == 5 else {
            throw InvalidReset(reason: "cron takes five fields with one space between them, not \(fields.count)")
        }
        minutes = try CronField(fields[0], named: "minute", 0...59)
        hours = try CronField(fields[1], named: "hour", 0...23)
        days = try CronField(fields[2], named: "day of the month", 1...31)
        months = try CronField(fields[3], named: "month", 1...12)
        weekdays = try CronField(fields[4], named: "day of the week", 0...7)
        guard comes else { throw InvalidReset(reason: "cron \(text) never comes: no such month has such a day") }
    }

    /// - Parameter weekday: 0 is Sunday.
    func matches(month: Int, day: Int, weekday: Int) -> Bool {
        guard months.contains(month) else { return false }
        let isWeekday = weekdays.contains(weekday) || weekday == 0 && weekdays.contains(7)
        if days.isStar || weekdays.isStar { return days.contains(day) && isWeekday }
        return days.contains(day) || isWeekday
    }

    /// Whether a day of a month is one of it at some time. Each day of the year is each day of the week within 40 years.
    private var comes: Bool {
        if !days.isStar && !weekdays.isStar { return true }
        let longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return longest.enumerated().contains { place, count in
            months.contains(place + 1) && (1...count).contains { days.contains($0) }
        }
    }
}

extension CronSchedule: CustomStringConvertible {
    package var description: String {
        [minutes, hours, days, months, weekdays].map(\.text).joined(separator: " ")
    }
}
