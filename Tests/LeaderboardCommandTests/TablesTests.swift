import Board
import NIOCore
import Testing

@testable import LeaderboardCommand

@Suite("Rows of tables")
struct TablesTests {
    @Test(
        "are written so that no spreadsheet takes text for a formula, and are read again as they were",
        arguments: [
            ("plain", "plain"), ("=1+1", "\"'=1+1\""), ("+a", "\"'+a\""), ("-a", "\"'-a\""), ("@a", "\"'@a\""),
            ("\ta", "\"'\ta\""), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=\"\u{301}x\",=1", "\"'=\"\"\u{301}x\"\",=1\""), ("'a", "'a"), ("", ""),
        ]
    )
    func cells(text: String, written: String) {
        let line = CSV.line([.text(text), .number(-5)])
        #expect(line == written + ",-5\n")
        #expect(CSV.cells(of: String(line.dropLast())) == [text, "-5"])
    }

    @Test("are one line each, whatever is in them")
    func lines() {
        #expect(CSV.line([.text("a\r\nb"), .number(nil), .text(nil)]) == "\"a\\r\\nb\",,\n")
        #expect(CSV.cells(of: "\"a") == nil)
        #expect(CSV.cells(of: "\"a\"b,1") == nil)
        #expect(CSV.cells(of: "a\"b,") == ["a\"b", ""])
    }

    @Test("of a file are users and scores, with or without a line that names the columns, and blank lines are none")
    func rows() throws {
        let cases: [(TableFormat, [String])] = [
            (.csv, ["\u{FEFF}rank,user_id,score,name\r", "1,ada,5,\"A, B\"\r", "", "2,\"'-bob\",-3,"]),
            (.csv, ["ada,5", " ", "-bob, -3".replacing(" ", with: "")]),
            (.ndjson, [#"{"rank":1,"user_id":"ada","score":5.0,"metadata":null}"#, #"{"score":-3,"user_id":"-bob"}"#]),
        ]
        for (format, lines) in cases {
            var reader = ImportedRows(format)
            let rows = try lines.compactMap { try reader.row(of: ByteBuffer(string: $0)) }
            #expect(rows.map { "\($0.user) \($0.score)" } == ["ada 5", "-bob -3"], "\(format)")
        }
    }

    @Test(
        "that are none are told by line",
        arguments: [
            (TableFormat.csv, "ada"), (.csv, "ada,"), (.csv, "ada,1.5"), (.csv, ",5"), (.csv, "a b,5"),
            (.csv, "\"ada,5"),
            (.csv, "ada,9007199254740992"), (.csv, "ada,99999999999999999999"), (.csv, "é,5"), (.ndjson, "[1]"),
            (.ndjson, "{}"), (.ndjson, #"{"user_id":"ada","score":"5"}"#),
            (.ndjson, #"{"user_id":"ada","score":1e400}"#),
            (.ndjson, #"{"user_id":7,"score":5}"#), (.ndjson, "nonsense"),
        ]
    )
    func faults(format: TableFormat, line: String) throws {
        var reader = ImportedRows(format)
        let first = format == .csv ? "user_id,score" : #"{"user_id":"a","score":1}"#
        _ = try reader.row(of: ByteBuffer(string: first))
        let fault = #expect(throws: ImportedRows.Fault.self) { try reader.row(of: ByteBuffer(string: line)) }
        #expect(fault?.line == 2)
    }

    @Test("are told not to be text")
    func bytes() {
        var reader = ImportedRows(.csv)
        #expect(throws: ImportedRows.Fault.self) { try reader.row(of: ByteBuffer(bytes: [0xFF, 0x2C, 0x35])) }
    }
}
