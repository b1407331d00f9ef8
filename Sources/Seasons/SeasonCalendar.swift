/// Which season of a window it is at a moment: by the calendar and the clocks of its zone, or by hours that pass.
package struct SeasonCalendar: Sendable {
    private let reset: Reset
    private let clock: LocalClock
    private let civil: CivilCalendar
    /// Seconds since 1970.
    private let anchor: Int
    private let end: Int?

    /// - Parameters:
    ///   - anchor: from which the hours of ``Reset/every(hours:)`` are counted; nil: from 1970 on.
    ///   - end: of the only season of ``Reset/once``, which begins with the anchor.
    package init(_ reset: Reset, zone: ZoneName, weekStart: WeekStart, anchor: Anchor?, end: Anchor? = nil) {
        self.reset = reset
        clock = LocalClock(zone)
        civil = CivilCalendar(weekStart: weekStart)
        self.anchor = anchor?.seconds ?? 0
        self.end = end?.seconds
    }

    /// That of ``Reset/once``; nil: the window begins anew, or never ends.
    package var only: Season? {
        guard reset == .once, let end, anchor < end else { return nil }
        let season = Season(name(of: anchor), from: anchor, until: end)
        return Season.moments.contains(season.until) ? season : nil
    }

    /// Nil: the window never ends, the moment is none of ``Season/moments``, or none of the only season. Of ``Reset/manual`` the first
    /// season, as it is where nobody knows of another: it begins then.
    /// - Parameter moment: microseconds since 1970.
    package func season(at moment: Int) -> Season? {
        guard Season.moments.contains(moment) else { return nil }
        let second = moment / 1_000_000
        switch reset {
        case .none: return nil
        case .manual: return Season(id: "1", from: moment, until: Season.open)
        case .once: return only.flatMap { $0.from <= moment && moment < $0.until ? $0 : nil }
        case .hourly: return season(of: 1, from: 0, at: second)
        case .every(let hours): return season(of: hours, from: anchor, at: second)
        case .daily, .weekly, .monthly: return seasonOfDays(at: second)
        case .cron(let schedule): return season(of: schedule, at: second)
        }
    }

    private func season(of hours: Int, from anchor: Int, at second: Int) -> Season {
        let length = hours * 3600
        let from = anchor + (second - anchor).dividedDown(by: length) * length
        return Season(name(of: from), from: from, until: from + length)
    }

    private func seasonOfDays(at second: Int) -> Season {
        let today = clock.minute(at: second).dividedDown(by: Self.minutes)
        let (first, next, id): (Int, Int, String)
        switch reset {
        case .weekly:
            first = civil.firstOfWeek(today)
            (next, id) = (first + 7, civil.nameOfWeek(first))
        case .monthly:
            first = civil.firstOfMonth(today)
            (next, id) = (civil.firstOfNextMonth(today), civil.day(first).monthName)
        default: (first, next, id) = (today, today + 1, civil.day(today).name)
        }
        return Season(id, from: clock.moment(of: first * Self.minutes), until: clock.moment(of: next * Self.minutes))
    }

    private func season(of schedule: CronSchedule, at second: Int) -> Season? {
        let minute = clock.minute(at: second)
        guard let last = schedule.last(notAfter: minute, civil), let next = schedule.first(after: minute, civil) else {
            return nil
        }
        let from = clock.moment(of: last)
        return Season(name(of: from), from: from, until: clock.moment(of: next))
    }

    /// `2026-11-28T10Z`, `2026-11-28T1030Z`: in UTC, so that an hour that the clocks show twice has two names.
    private func name(of second: Int) -> String {
        let day = second.dividedDown(by: 86_400)
        let (hour, minute) = ((second - day * 86_400) / 3600, (second - day * 86_400) % 3600 / 60)
        return "\(civil.day(day).name)T\(hour.digits(2))\(minute == 0 ? "" : minute.digits(2))Z"
    }

    /// Of a day.
    static let minutes = 1440
}

extension Season {
    /// In seconds since 1970.
    fileprivate init(_ id: String, from: Int, until: Int) {
        self.init(id: id, from: from * 1_000_000, until: until * 1_000_000)
    }
}

extension CronSchedule {
    /// So many days without one are more than any schedule has: 40 years, for a day of the week that is a leap day.
    private static let longestDays = 41 * 366

    /// The latest minute of it, as the clocks show it. Nil: there was none in 40 years.
    func last(notAfter minute: Int, _ civil: CivilCalendar) -> Int? {
        let today = minute.dividedDown(by: SeasonCalendar.minutes)
        var latest = minute - today * SeasonCalendar.minutes
        for day in stride(from: today, through: today - Self.longestDays, by: -1) {
            if matches(day, civil), let found = last(notAfter: latest) { return day * SeasonCalendar.minutes + found }
            latest = SeasonCalendar.minutes - 1
        }
        return nil
    }

    func first(after minute: Int, _ civil: CivilCalendar) -> Int? {
        let today = minute.dividedDown(by: SeasonCalendar.minutes)
        var earliest = minute - today * SeasonCalendar.minutes + 1
        for day in today...(today + Self.longestDays) {
            if matches(day, civil), let found = first(notBefore: earliest) {
                return day * SeasonCalendar.minutes + found
            }
            earliest = 0
        }
        return nil
    }

    private func matches(_ number: Int, _ civil: CivilCalendar) -> Bool {
        let day = civil.day(number)
        return matches(month: day.month, day: day.day, weekday: civil.weekday(number))
    }

    /// Of a day, whose minutes these are.
    private func last(notAfter minute: Int) -> Int? {
        let hour = minute / 60
        if hours.contains(hour), let found = minutes.last(notAbove: minute % 60) { return hour * 60 + found }
        guard let before = hours.last(notAbove: hour - 1), let found = minutes.last(notAbove: 59) else { return nil }
        return before * 60 + found
    }

    private func first(notBefore minute: Int) -> Int? {
        let hour = minute / 60
        if hours.contains(hour), let found = minutes.first(notBelow: minute % 60) { return hour * 60 + found }
        guard let after = hours.first(notBelow: hour + 1), let found = minutes.first(notBelow: 0) else { return nil }
        return after * 60 + found
    }
}
