import FoundationEssentials
import Testing

@testable import Seasons

/// `Zones/table.txt` is what Python's zoneinfo makes of ten zones and five years (`Zones/write`): of each zone and reset, how many
/// seasons there are and a fingerprint of all their names and bounds, and in full those in which the clocks change.
@Suite("Seasons by the calendar of a zone")
struct ZoneTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let zone: String
        let reset: String
        let weekStart: String
        let count: Int
        let fingerprint: String
        var changes: [Season] = []

        var testDescription: String { "\(zone), \(reset), weeks from \(weekStart)" }
    }

    @Test("are those of Python's zoneinfo, one after the other, to the second", arguments: rows)
    func seasons(row: Row) throws {
        let calendar = SeasonCalendar(
            try Reset(row.reset),
            zone: try #require(ZoneName(row.zone)),
            weekStart: try #require(WeekStart(rawValue: row.weekStart)),
            anchor: nil
        )
        var (fingerprint, count): (UInt64, Int) = (0xcbf2_9ce4_8422_2325, 0)
        var seen: Set<Season> = []
        var moment = Self.begin
        while moment < Self.end {
            let season = try #require(calendar.season(at: moment))
            #expect(season.from <= moment && moment < season.until)
            if count > 0 { #expect(season.from == moment, "no hole before \(season.id)") }
            for byte in "\(season.id) \(season.from / 1_000_000) \(season.until / 1_000_000)\n".utf8 {
                fingerprint = (fingerprint ^ UInt64(byte)) &* 0x100_0000_01b3
            }
            seen.insert(season)
            count += 1
            moment = season.until
        }
        let missing = row.changes.filter { !seen.contains($0) }
        #expect(missing == [])
        #expect(count == row.count)
        #expect(String(fingerprint, radix: 16) == row.fingerprint)
        #expect(Set(seen.map(\.id)).count == count, "each has a name of its own")
    }

    @Test("hold from their first microsecond to their last", arguments: rows)
    func edges(row: Row) throws {
        let calendar = SeasonCalendar(
            try Reset(row.reset),
            zone: try #require(ZoneName(row.zone)),
            weekStart: try #require(WeekStart(rawValue: row.weekStart)),
            anchor: nil
        )
        for season in row.changes {
            for moment in [season.from, season.from + 1, (season.from + season.until) / 2, season.until - 1] {
                #expect(calendar.season(at: moment) == season)
            }
            #expect(calendar.season(at: season.from - 1)?.until == season.from)
            #expect(calendar.season(at: season.until)?.from == season.until)
        }
    }

    /// 2024-01-01 and 2029-01-01, in microseconds.
    private static let (begin, end) = (1_704_067_200_000_000, 1_861_920_000_000_000)

    static let rows: [Row] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Zones/table.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        var rows: [Row] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: "\t").map(String.init)
            if words.count == 5, let count = Int(words[3]) {
                rows.append(
                    Row(zone: words[0], reset: words[1], weekStart: words[2], count: count, fingerprint: words[4])
                )
            } else if words.count == 3, let from = Int(words[1]), let until = Int(words[2]), !rows.isEmpty {
                let season = Season(id: words[0], from: from * 1_000_000, until: until * 1_000_000)
                rows[rows.count - 1].changes.append(season)
            }
        }
        return rows
    }()

    @Test("were read from the table")
    func table() {
        #expect(Self.rows.count > 100 && Set(Self.rows.map(\.zone)).count == 10)
        #expect(Self.rows.contains { !$0.changes.isEmpty })
    }
}
