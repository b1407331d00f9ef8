import Board
import NIOCore
import Seasons
import Testing
import Text

@testable import Leaderboard

@Suite("The windows of a definition")
struct BoardWindowsTests {
    private static func read(_ json: String) throws -> BoardDefinition {
        let value = try JSONValue(json: Array(json.utf8), maximumBytes: 65_536)
        return try BoardDefinition(json: try #require(value.object), named: DefinitionName("b"))
    }

    private static let full =
        #"{"windows":[{"name":"all"},{"name":"daily","reset":"daily"},{"name":"cup","reset":"every 72h"},"#
        + #"{"name":"w","reset":"weekly"},{"name":"night","reset":"cron 0 4 * * 1-5"}],"time_zone":"Europe/Berlin","#
        + #""week_starts":"sunday","from":"2026-12-04T18:00:00Z","keep_days":30,"grace_seconds":60}"#

    @Test("are read, stored, read again and shown as they were written")
    func whole() throws {
        let definition = try Self.read(Self.full)
        let windows = definition.windows
        #expect(
            windows.seasonal.map { "\($0.name)=\($0.reset)" } == [
                "daily=daily", "cup=every 72h", "w=weekly", "night=cron 0 4 * * 1-5",
            ]
        )
        #expect(
            (windows.zone.text, windows.weekStart, windows.keepDays, windows.graceSeconds) == (
                "Europe/Berlin", .sunday, 30, 60
            )
        )
        #expect(try BoardDefinition(stored: Array(definition.stored.readableBytesView)) == definition)
        let shown = String(buffer: definition.shown(as: .board(try BoardID("b"))))
        #expect(shown.contains(Self.full.dropFirst().dropLast()))
        #expect(try Self.read(shown) == definition)
    }

    @Test(
        "that an operator ends, and that end once, come back as they were written",
        arguments: [
            #"{"windows":[{"name":"all"},{"name":"m","reset":"manual"}],"time_zone":"UTC","week_starts":"monday","keep_days":400,"grace_seconds":0}"#,
            #"{"windows":[{"name":"all"},{"name":"c","reset":"once"},{"name":"round","reset":"every 24h"}],"time_zone":"UTC","#
                + #""week_starts":"monday","from":"2026-12-04T18:00:00Z","until":"2026-12-06T18:00:00Z","keep_days":400,"grace_seconds":5}"#,
        ]
    )
    func others(json: String) throws {
        let definition = try Self.read(json)
        #expect(try BoardDefinition(stored: Array(definition.stored.readableBytesView)) == definition)
        let shown = String(buffer: definition.shown(as: .board(try BoardID("b"))))
        #expect(shown.contains(json.dropFirst().dropLast()))
        #expect(try Self.read(shown) == definition)
    }

    @Test("that stay hold only what their seasons go by")
    func goesBy() throws {
        let old = try Self.read(
            #"{"windows":[{"name":"all"},{"name":"h","reset":"hourly"},{"name":"m","reset":"manual"}]}"#
        )
        let new = try Self.read(
            #"{"windows":[{"name":"all"},{"name":"h","reset":"hourly"},{"name":"c","reset":"once"}],"#
                + #""from":"2026-12-04T18:00:00Z","until":"2026-12-05T18:00:00Z","time_zone":"Europe/Berlin","week_starts":"sunday"}"#
        )
        #expect(new.windows.fixedMember(from: old.windows) == nil)
        var longer = new
        longer.windows.end = Anchor("2026-12-06T18:00:00Z")
        #expect(longer.windows.fixedMember(from: new.windows) == "until")
    }

    @Test("that never end are stored and shown as they were before there were others")
    func endless() throws {
        for json in ["{}", #"{"windows":[]}"#, #"{"windows":[{"name":"all","reset":"none"}],"time_zone":"UTC"}"#] {
            let definition = try Self.read(json)
            #expect(definition == BoardDefinition())
            #expect(!String(buffer: definition.stored).contains("windows"))
            let end =
                #""windows":[{"name":"all"}],"time_zone":"UTC","keep_days":400,"grace_seconds":0,"parts":1,"#
                + #""visibility":"public","version":"0"}"#
            #expect(String(buffer: definition.shown(as: .board(.main))).hasSuffix(end))
        }
    }

    @Test("are never longer than a definition may be")
    func longest() throws {
        var definition = try Self.read(Self.full)
        definition.title = String(repeating: "\"", count: 128)
        definition.operators = Set(BoardDefinition.Operator.allCases)
        let minutes = (0...30).map(String.init).joined(separator: ",")
        definition.windows.seasonal = try (0..<4).map { number in
            WindowRule(
                name: try #require(WindowName("\(number)" + String(repeating: "x", count: 31))),
                reset: try Reset(number == 0 ? "every 8784h" : "cron \(minutes) * * * *")
            )
        }
        #expect(definition.stored.readableBytes < BoardDefinition.maximumBytes)
        #expect(try BoardDefinition(stored: Array(definition.stored.readableBytesView)) == definition)
    }

    @Test("are refused with what is wrong, of each", arguments: bad)
    func refused(json: String, faults: [String]) throws {
        do {
            _ = try Self.read(json)
            Issue.record("\(json) is taken")
        } catch let error as InvalidDefinition {
            #expect(error.faults.count == faults.count, "\(error)")
            for (fault, begin) in zip(error.faults, faults) { #expect(fault.hasPrefix(begin), "\(fault)") }
            // It stands in a JSON string as it is.
            #expect(!error.description.contains("\"") && !error.description.contains("\\"), "\(error)")
        }
    }

    private static let daily = #""windows":[{"name":"all"},{"name":"d","reset":"daily"}]"#

    private static let once =
        #""windows":[{"name":"all"},{"name":"c","reset":"once"}],"from":"2026-12-04T18:00:00Z""#

    private static let bad: [(String, [String])] = [
        (#"{"windows":{}}"#, ["windows must be a list of at most 5"]),
        (#"{"windows":[{"name":"d","reset":"daily"}]}"#, ["windows must begin with the one that never ends"]),
        (#"{"windows":[{"name":"all","reset":"daily"}]}"#, ["windows must begin with the one that never ends"]),
        (#"{"windows":[{"name":"all"},{"name":"all","reset":"daily"}]}"#, ["windows[1]: all is named twice"]),
        (#"{"windows":[{"name":"all"},{"name":"b"}]}"#, ["windows[1].reset must be other than none"]),
        (#"{"windows":[{"name":"all"},7]}"#, ["windows[1] must be an object"]),
        (
            #"{"windows":[{"name":"all"},{"name":"D:","reset":"dayly"},{"nane":"d","reset":5}]}"#,
            [
                "windows[1].name must be 1 to 32", "windows[1].reset: none of",
                "in windows[2], nane is no member here: is name meant?", "windows[2].name must be",
                "windows[2].reset: not a string",
            ]
        ),
        (
            #"{"windows":[{"name":"all"},{"name":"a","reset":"daily"},{"name":"b","reset":"daily"},{"name":"c","reset":"daily"},"#
                + #"{"name":"d","reset":"daily"},{"name":"e","reset":"daily"}]}"#,
            ["windows must be a list of at most 5"]
        ),
        ("{\(daily),\"time_zone\":\"Berlin\"}", ["time_zone must be UTC, or a name"]),
        ("{\(daily),\"week_starts\":\"Monday\"}", ["week_starts must be monday, "]),
        ("{\(daily),\"keep_days\":0}", ["keep_days must be a whole number from 1 to 3650"]),
        ("{\(daily),\"grace_seconds\":86401}", ["grace_seconds must be a whole number from 0 to 86400"]),
        ("{\(daily),\"from\":\"2026-12-04T18:00:00Z\"}", ["from belongs to a window every <n>h"]),
        (#"{"windows":[{"name":"all"},{"name":"c","reset":"every 5h"}],"from":5}"#, ["from must be a whole minute"]),
        (
            #"{"windows":[{"name":"all"},{"name":"c","reset":"evry 5h"}],"from":"2026-12-04T18:00:00Z"}"#,
            ["windows[1].reset"]
        ),
        (
            #"{"windows":[{"name":"all"},{"name":"c","reset":"once"}]}"#,
            ["a window once needs from", "a window once needs until"]
        ),
        (
            #"{"windows":[{"name":"all"},{"name":"c","reset":"once"}],"from":"2026-12-04","until":"2026-12-04T18:00:00Z"}"#,
            ["from must be a whole minute"]
        ),
        ("{\(once),\"until\":\"2026-12-04T18:00:00Z\"}", ["until must be later than from"]),
        ("{\(once),\"until\":\"2252-12-04T18:00:00Z\"}", ["until must be before 2252"]),
        ("{\(daily),\"until\":\"2026-12-04T18:00:00Z\"}", ["until belongs to a window once"]),
        (
            #"{"windows":[{"name":"all"},{"name":"a","reset":"once"},{"name":"b","reset":"once"}],"#
                + #""from":"2026-12-04T18:00:00Z","until":"2026-12-05T18:00:00Z"}"#,
            ["windows must have one once at most"]
        ),
        (
            #"{"windows":[{"name":"all"},{"name":"m","reset":"manual"}],"grace_seconds":1}"#,
            ["grace_seconds must be 0 with a window manual"]
        ),
        (#"{"time_zone":"Europe/Berlin"}"#, ["time_zone, week_starts, keep_days and grace_seconds belong to"]),
        (#"{"keep_days":30}"#, ["time_zone, week_starts, keep_days and grace_seconds belong to"]),
    ]

    @Test(
        "that stay cannot change so that a season would be torn",
        arguments: [
            (full, nil), (full.replacing("every 72h", with: "every 71h"), "windows"),
            (full.replacing("Europe/Berlin", with: "UTC"), "time_zone"),
            (full.replacing("sunday", with: "monday"), "week_starts"),
            (full.replacing("18:00:00Z", with: "19:00:00Z"), "from"), (full.replacing(":30,", with: ":31,"), nil),
            ("{}", nil), (#"{"windows":[{"name":"all"},{"name":"new","reset":"weekly"}],"time_zone":"UTC"}"#, nil),
        ]
    )
    func fixed(json: String, member: String?) throws {
        #expect(try Self.read(json).windows.fixedMember(from: try Self.read(Self.full).windows) == member)
    }
}
