import Board
import Leaderboard
import NIOCore
import Seasons
import Testing

@testable import LeaderboardCommand

@Suite("What other services' leaderboards become")
struct ForeignTests {
    @Test(
        "Podium's names tell a season that comes again, and when it runs",
        arguments: [
            ("cario-year2026week49", "cario", "weekly", "2026-W49"),
            ("cario_year2026month12", "cario", "monthly", "2026-12"),
            ("caryear2026quarter04", "car", "quarterly", "2026-10-01T"), ("c-year2026", "c", "yearly", "2026-01-01T"),
            ("c-year2026week7", "c", "weekly", "2026-W07"),
        ]
    )
    func podiumSeries(text: String, base: String, window: String, season: String) {
        let name = PodiumName(text)
        #expect(name.isSeasonal && name.series?.base == base && name.series?.window == window)
        #expect(name.series?.season == season)
        // 2026-12-02T00:00:00Z, and the same day in 2027.
        #expect(name.runs(at: 1_796_169_600_000_000) == !text.hasSuffix("week7"))
        #expect(!name.runs(at: 1_827_705_600_000_000))
    }

    @Test(
        "other names of Podium's tell none",
        arguments: [
            "cario", "", "year2026", "-year2026week", "c-year2026week100", "c-year2026week00", "c-year2026quarter5",
            "c-year2026month13",
            "c-year99999", "week49", "2026", "c-yearweek1", "é-year2026week54",
        ]
    )
    func noPodiumSeries(text: String) { #expect(PodiumName(text).series == nil) }

    @Test("a span is a season that does not come again")
    func podiumSpans() {
        for text in ["c-from1469487752to1469487753", "from20201010to20201011"] {
            #expect(PodiumName(text).isSeasonal && PodiumName(text).series == nil, "\(text)")
        }
        for text in ["c-from1to2", "c-from20201010to1469487753", "to20201011"] {
            #expect(!PodiumName(text).isSeasonal, "\(text)")
        }
    }

    @Test(
        "Nakama's schedules become windows",
        arguments: [
            ("0 0 * * *", "daily=daily monday"), ("@daily", "daily=daily monday"),
            ("0 0 0 * * * *", "daily=daily monday"),
            ("0 0 * * 1", "weekly=weekly monday"), ("@weekly", "weekly=weekly sunday"),
            ("0 0 * * 7", "weekly=weekly sunday"),
            ("0 0 1 * *", "monthly=monthly monday"), ("0  *\t* * *", "hourly=hourly monday"),
            ("0 12 * * 1 *", "season=cron 0 12 * * 1 monday"),
            ("*/15 8-18 * * 1-5", "season=cron */15 8-18 * * 1-5 monday"),
            ("0 0 1,15 * 5", "season=cron 0 0 1,15 * 5 monday"), ("@yearly", "season=cron 0 0 1 1 * monday"),
        ]
    )
    func schedules(text: String, words: String) {
        let schedule = NakamaSchedule(text)
        #expect(schedule.map { "\($0.rule.name)=\($0.rule.reset) \($0.weekStart)" } == words)
    }

    @Test(
        "or none, where they do not come at the same moments",
        arguments: [
            "", " ", "0 0 * *", "30 0 0 * * * *", "0 0 * * * 2027", "0 0 * * MON", "0 0 L * *", "0 0 */2 * *",
            "0 0 1 * */2", "0 0 * * 5#3",
            "5/15 * * * *", "0 0 31 2 *", "@never", "0 0 * * 8",
        ]
    )
    func noSchedules(text: String) { #expect(NakamaSchedule(text) == nil) }

    @Test("a table is read by the names of its columns, over the ends of lines in quotes, and apostrophes stay")
    func table() throws {
        var table = ForeignTable(columns: ["a", "b"])
        let lines = ["\u{FEFF}c,b,a\r", "1,\"x \"\"y\"\"\r", "z\",'=2\r", "", "3,,", "1,2", "\"1\"x,2,3", "1,\"2"]
        var (rows, faults): ([String], [String]) = ([], [])
        for line in lines {
            do throws(ForeignFault) {
                if let row = try table.row(of: ByteBuffer(string: line)) {
                    rows.append("\(row.line) \(row["a"]) \(row["b"]) \(row["c"]) \(row["d"])")
                }
            } catch { faults.append("\(error)") }
        }
        #expect(rows == ["2 '=2 x \"y\"\r\nz 1 ", "5   3 "])
        #expect(
            faults.count == 2 && faults[0].hasPrefix("line 6: 2 columns") && faults[1].hasPrefix("line 7: "),
            "\(faults)"
        )
        #expect(throws: ForeignFault.self) { try table.end() }
    }

    @Test("a table without its columns is none", arguments: [["a"], [], ["a,a,b"], ["a;b", "1;2"], ["\"a"]])
    func noTable(lines: [String]) {
        #expect(throws: ForeignFault.self) {
            var table = ForeignTable(columns: ["a", "b"])
            for line in lines { _ = try table.row(of: ByteBuffer(string: line)) }
            try table.end()
        }
        #expect(throws: ForeignFault.self) {
            var table = ForeignTable(columns: ["a", "b"])
            _ = try table.row(of: ByteBuffer(string: "a,b"))
            _ = try table.row(of: ByteBuffer(repeating: UInt8(ascii: "\""), count: 70_000))
        }
    }

    @Test("boards are compared by number, sum and first places, whatever the order in which rows come")
    func totals() {
        let rows = (0..<30).map { Standing(user: "u\($0)", score: ScoreRange.limit - $0 / 2) }
        for ascends in [false, true] {
            let order = BoardOrder(ascends: ascends)
            var (one, other, less) = (BoardTotals(), BoardTotals(), BoardTotals())
            for row in rows { one.add(row, by: order) }
            for row in rows.reversed() { other.add(row, by: order) }
            #expect(one == other && one.difference(from: other) == nil)
            #expect(one.top.count == 10 && one.top.first?.user == (ascends ? "u28" : "u1"))
            #expect(one.sum == Int128(ScoreRange.limit) * 30 - 210)
            for row in rows.dropLast() { less.add(row, by: order) }
            #expect(one.difference(from: less)?.hasPrefix("there 30 users, sum") == true)
        }
        var (one, other) = (BoardTotals(), BoardTotals())
        one.add(Standing(user: "a", score: 5), by: BoardOrder())
        other.add(Standing(user: "b", score: 5), by: BoardOrder())
        #expect(one.difference(from: other)?.hasSuffix("place 1 is a with 5 there, b with 5 here") == true)
        #expect(BoardTotals().difference(from: one)?.hasSuffix("place 1 is nobody there, a with 5 here") == true)
    }
}
