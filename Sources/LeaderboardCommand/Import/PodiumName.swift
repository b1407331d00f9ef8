import Seasons
import Text

/// What a leaderboard of Podium says by its name: the end of it may name a season, which Podium takes for when to forget it
/// (its `docs/leaderboard-names.md`).
struct PodiumName: Sendable, Equatable {
    /// A season that comes again and again, of which each has a leaderboard of its own.
    struct Series: Sendable, Equatable {
        /// Without the season.
        let base: String
        let window: String
        let reset: String
        /// As the names of seasons here begin.
        let season: String
    }

    let text: String
    /// Nil: it names none, or one that does not come again (`from…to…`).
    let series: Series?
    /// It names a season of either kind.
    let isSeasonal: Bool

    init(_ text: String) {
        self.text = text
        guard let (base, year, kind, number) = Self.parts(text) else {
            series = nil
            isSeasonal = Self.isSpan(text)
            return
        }
        isSeasonal = true
        let window: (name: String, reset: String, season: String)? =
            switch (kind, number) {
            case ("", 0): ("yearly", "cron 0 0 1 1 *", "\(year)-01-01T")
            case ("quarter", 1...4): ("quarterly", "cron 0 0 1 1,4,7,10 *", "\(year)-\(Self.two(number * 3 - 2))-01T")
            case ("month", 1...12): ("monthly", "monthly", "\(year)-\(Self.two(number))")
            case ("week", 1...53): ("weekly", "weekly", "\(year)-W\(Self.two(number))")
            default: nil
            }
        series = window.map { Series(base: base, window: $0.name, reset: $0.reset, season: $0.season) }
    }

    /// Whether the season that it names runs.
    /// - Parameter moment: microseconds since 1970.
    func runs(at moment: Int) -> Bool {
        guard let series, let reset = try? Reset(series.reset) else { return false }
        let calendar = SeasonCalendar(reset, zone: .utc, weekStart: .monday, anchor: nil)
        return calendar.season(at: moment)?.id.hasPrefix(series.season) ?? false
    }

    /// `cario-year2016week01` → `cario`, 2016, week, 1
    private static func parts(_ text: String) -> (base: String, year: Int, kind: String, number: Int)? {
        var rest = Array(text.utf8)[...]
        var (number, digits, kind) = (0, takeDigits(from: &rest), "")
        for word in ["week", "quarter", "month"] where rest.reversed().starts(with: word.utf8.reversed()) {
            kind = word
            rest = rest.dropLast(word.utf8.count)
            guard (1...2).contains(digits.utf8.count), let read = Int(digits) else { return nil }
            (number, digits) = (read, takeDigits(from: &rest))
        }
        guard digits.utf8.count == 4, let year = Int(digits), rest.reversed().starts(with: "year".utf8.reversed())
        else {
            return nil
        }
        rest = rest.dropLast(4)
        if let last = rest.last, "-_.:".utf8.contains(last) { rest = rest.dropLast() }
        guard !rest.isEmpty else { return nil }
        return (String(decoding: rest, as: UTF8.self), year, kind, number)
    }

    private static func takeDigits(from rest: inout ArraySlice<UInt8>) -> String {
        let digits = rest.reversed().prefix { $0.isDigit }.reversed()
        rest = rest.dropLast(digits.count)
        return String(decoding: Array(digits), as: UTF8.self)
    }

    /// `…from1469487752to1469487753`, `…from20201010to20201011`
    private static func isSpan(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        let until = takeDigits(from: &rest).utf8.count
        guard until == 8 || until == 10, rest.reversed().starts(with: "to".utf8.reversed()) else { return false }
        rest = rest.dropLast(2)
        return takeDigits(from: &rest).utf8.count == until && rest.reversed().starts(with: "from".utf8.reversed())
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
