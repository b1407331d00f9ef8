import Testing

@testable import Seasons

@Suite("When a window begins anew")
struct ResetTests {
    @Test(
        "is said by one of a few forms, and comes back as it was written",
        arguments: [
            "none", "hourly", "daily", "weekly", "monthly", "manual", "once", "every 1h", "every 72h", "every 8784h",
            "cron * * * * *",
            "cron 0 4 * * *", "cron 0,30 8-18/2 1,15 1-12 0-7", "cron */15 0 * 2,11 7", "cron 59 23 31 12 *",
            "cron 0 0 29 2 *", "cron 0 0 31 2 1", "cron 00 04 * * *",
        ]
    )
    func forms(text: String) throws {
        #expect("\(try Reset(text))" == text)
    }

    @Test("is refused where it is none of them, with what is wrong", arguments: bad)
    func refused(text: String, reason: String) {
        do {
            Issue.record("taken: \(try Reset(text))")
        } catch {
            #expect("\(error)".hasPrefix(reason), "\(error)")
        }
    }

    private static let bad = [
        ("", "none of"), ("Daily", "none of"), ("daily ", "none of"), ("yearly", "none of"), ("every", "none of"),
        ("manual 1", "none of"), ("once ", "none of"), ("every 0h", "every <n>h takes"),
        ("every 8785h", "every <n>h takes"),
        ("every 01h", "every <n>h takes"), ("every +1h", "every <n>h takes"),
        ("every 1.5h", "every <n>h takes"), ("every -1h", "every <n>h takes"),
        ("every 9223372036854775808h", "every <n>h takes"), ("every h", "every <n>h takes"),
        ("every 1d", "every <n>h takes"), ("cron ", "cron takes five fields"), ("cron", "none of"),
        ("cron * * * *", "cron takes five fields"), ("cron * * * * * *", "cron takes five fields"),
        ("cron *  * * * *", "cron takes five fields"),
        ("cron 60 * * * *", "the minute of cron takes 0 to 59"), ("cron -1 * * * *", "the minute of cron"),
        ("cron a * * * *", "the minute of cron"), ("cron 5-1 * * * *", "the minute of cron"),
        ("cron 1, * * * *", "the minute of cron"), ("cron 5/2 * * * *", "the minute of cron"),
        ("cron */0 * * * *", "the minute of cron"), ("cron */60 * * * *", "the minute of cron"),
        ("cron 1-5/2/2 * * * *", "the minute of cron"), ("cron ** * * * *", "the minute of cron"),
        ("cron 0 24 * * *", "the hour of cron takes 0 to 23"), ("cron 0 0 0 * *", "the day of the month of cron"),
        ("cron 0 0 32 * *", "the day of the month of cron"), ("cron 0 0 * 13 *", "the month of cron"),
        ("cron 0 0 * 0 *", "the month of cron"), ("cron 0 0 * JAN *", "the month of cron"),
        ("cron 0 0 * * 8", "the day of the week of cron takes 0 to 7"),
        ("cron 0 0 31 2 *", "cron 0 0 31 2 * never comes"), ("cron 0 0 30,31 2 *", "cron 0 0 30,31 2 * never comes"),
        ("cron 0 0 31 4,6,9,11 */2", "cron 0 0 31 4,6,9,11 */2 never comes"),
        ("cron \(String(repeating: "1,", count: 60))1 * * * *", "longer than 100 bytes"),
    ]

    @Test(
        "names its seasons as no other kind of reset does, but for those of hours",
        arguments: [
            ("daily", "2026-11-28"), ("weekly", "2026-W48"), ("monthly", "2026-11"), ("manual", "3"),
            ("manual", "1234"),
            ("hourly", "2026-11-28T10Z"), ("every 5h", "2026-11-28T10Z"), ("cron 0 4 * * *", "2026-11-28T1030Z"),
            ("once", "2026-11-28T10Z"),
        ]
    )
    func names(text: String, id: String) throws {
        let hours: Set = ["hourly", "every 5h", "cron 0 4 * * *", "once"]
        for other in ["none", "daily", "weekly", "monthly", "manual"] + hours {
            let isNamed = other == text || hours.contains(other) && hours.contains(text)
            #expect(try Reset(other).names(id) == isNamed, "\(other)")
        }
        for none in ["", "x", "2026-W4", "2026-11-28T10", "2026-11-28T10Z ", "\u{661}"] {
            #expect(try !Reset(text).names(none), "\(none)")
        }
    }

    @Test("comes though it is rare: a leap day that is a Sunday")
    func rare() throws {
        // Every day of the week whose number can be divided by 7, and the day of the month: both, for one begins with a star.
        let reset = try Reset("cron 0 0 29 2 */7")
        let calendar = SeasonCalendar(reset, zone: .utc, weekStart: .monday, anchor: nil)
        // 2026-11-29. Leap days that are Sundays: 2004, 2032, 2060, 2088, and, as 2100 has none, 2128.
        let season = try #require(calendar.season(at: 1_795_910_400_000_000))
        #expect(season.id == "2004-02-29T00Z")
        var (found, next) = ([season.id], season)
        for _ in 0..<4 {
            next = try #require(calendar.season(at: next.until))
            found.append(next.id)
        }
        #expect(found.map { String($0.prefix(4)) } == ["2004", "2032", "2060", "2088", "2128"])
    }
}

@Suite("A season")
struct SeasonCalendarTests {
    @Test(
        "of a week has the name that ISO 8601 gives it, at the ends of years too",
        arguments: [
            ("2020-12-31T12:00:00Z", "2020-W53"), ("2021-01-03T23:59:00Z", "2020-W53"),
            ("2021-01-04T00:00:00Z", "2021-W01"),
            ("2024-12-30T00:00:00Z", "2025-W01"), ("2026-11-29T12:00:00Z", "2026-W48"),
            ("2027-01-01T00:00:00Z", "2026-W53"),
        ]
    )
    func weeks(time: String, name: String) throws {
        let moment = try #require(Anchor(time)).seconds * 1_000_000
        let calendar = SeasonCalendar(.weekly, zone: .utc, weekStart: .monday, anchor: nil)
        #expect(calendar.season(at: moment)?.id == name)
    }

    @Test("of so many hours is counted from the anchor, before it too")
    func anchored() throws {
        let anchor = try #require(Anchor("2026-12-04T18:30:00Z"))
        let calendar = SeasonCalendar(.every(hours: 72), zone: .utc, weekStart: .monday, anchor: anchor)
        let begin = anchor.seconds * 1_000_000
        let length = 72 * 3_600_000_000
        let first = Season(id: "2026-12-04T1830Z", from: begin, until: begin + length)
        #expect(calendar.season(at: begin) == first && calendar.season(at: first.until - 1) == first)
        #expect(calendar.season(at: begin - 1) == Season(id: "2026-12-01T1830Z", from: begin - length, until: begin))
    }

    @Test(
        "is there for every moment that Lua has exactly, and for no other",
        arguments: [
            Int.min, -1, 0, 1, 1 << 31, 1 << 32, Season.moments.upperBound, Season.moments.upperBound + 1, 1 << 53,
            Int.max,
        ]
    )
    func extremes(moment: Int) throws {
        for text in ["hourly", "every 8784h", "daily", "weekly", "monthly", "cron 0 0 29 2 *", "cron * * * * *"] {
            for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"].compactMap({ ZoneName($0) }) {
                let calendar = SeasonCalendar(try Reset(text), zone: zone, weekStart: .sunday, anchor: nil)
                let season = calendar.season(at: moment)
                #expect((season != nil) == Season.moments.contains(moment), "\(text)")
                guard let season else { continue }
                #expect(season.from <= moment && moment < season.until && season.until < 1 << 53, "\(text)")
                #expect(Season.isID(season.id))
            }
        }
    }

    @Test("is the only one of a tournament, from its begin to its end, and of a window that an operator ends the first")
    func others() throws {
        let (begin, end) = (try #require(Anchor("2026-12-04T18:00:00Z")), try #require(Anchor("2026-12-06T18:30:00Z")))
        let calendar = SeasonCalendar(.once, zone: .utc, weekStart: .monday, anchor: begin, end: end)
        let only = Season(id: "2026-12-04T18Z", from: begin.microseconds, until: end.microseconds)
        #expect(calendar.only == only)
        for (moment, season) in [(only.from - 1, nil), (only.from, only), (only.until - 1, only), (only.until, nil)] {
            #expect(calendar.season(at: moment) == season)
        }
        #expect(SeasonCalendar(.once, zone: .utc, weekStart: .monday, anchor: end, end: begin).only == nil)
        let manual = SeasonCalendar(.manual, zone: .utc, weekStart: .monday, anchor: nil)
        #expect(manual.only == nil && manual.season(at: 5) == Season(id: "1", from: 5, until: Season.open))
        #expect(Season.open > Season.moments.upperBound && Season.open < 1 << 53)
    }

    @Test("is none of a day that the clocks passed over")
    func skippedDay() throws {
        // Samoa went from 2011-12-29 to 2011-12-31.
        let calendar = SeasonCalendar(
            .daily,
            zone: try #require(ZoneName("Pacific/Apia")),
            weekStart: .monday,
            anchor: nil
        )
        let before = try #require(calendar.season(at: 1_325_200_000_000_000))
        let after = try #require(calendar.season(at: before.until))
        #expect((before.id, after.id) == ("2011-12-29", "2011-12-31"))
        #expect(before.until - before.from == 86_400_000_000 && after.until - after.from == 86_400_000_000)
    }
}

@Suite("A time zone")
struct ZoneNameTests {
    @Test(
        "is one of the IANA database, by its name",
        arguments: ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata", "Pacific/Chatham"]
    )
    func known(name: String) {
        #expect(ZoneName(name)?.text == name)
    }

    @Test(
        "is refused where that has no rules, or is none",
        arguments: [
            "", "utc", "GMT+1", "EST", "CET", "Europe/Berlinn", "europe/berlin", "Europe/", "/", "../etc/passwd",
            "Europe/\u{212A}iev", "Europe/Berlin ", String(repeating: "a/", count: 40),
        ]
    )
    func unknown(name: String) {
        #expect(ZoneName(name) == nil)
    }
}

@Suite("An anchor")
struct AnchorTests {
    @Test(
        "is a whole minute in UTC",
        arguments: ["1970-01-01T00:00:00Z", "2026-12-04T18:30:00Z", "9999-12-31T23:59:00Z"]
    )
    func good(text: String) {
        #expect(Anchor(text)?.description == text)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "2026-12-04", "2026-12-04T18:30:01Z", "2026-12-04T18:30:00+01:00", "2026-13-04T18:30:00Z",
            "2026-02-30T18:30:00Z", "1969-12-31T23:59:00Z", "2026-12-04t18:30:00z", "2026-12-04 18:30:00Z",
            "99999-12-04T18:00Z",
        ]
    )
    func bad(text: String) {
        #expect(Anchor(text) == nil)
    }
}
