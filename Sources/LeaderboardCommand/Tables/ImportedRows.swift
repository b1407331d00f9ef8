import Board
import Leaderboard
import NIOCore
import Text

/// One user's score, as a file has it.
struct ImportedRow: Sendable, Equatable {
    /// From 1.
    let line: Int
    let user: UserID
    let score: Int
    /// What is said of the user where nothing is said yet.
    var metadata: UserMetadata?
}

/// Reads the rows of a file, line by line. Without I/O.
struct ImportedRows {
    /// What is wrong with one line.
    struct Fault: Error, Equatable, CustomStringConvertible {
        let line: Int
        let reason: String
        var description: String { "line \(line): \(reason)" }
    }

    private let format: TableFormat
    private var line = 0
    /// Where a CSV has what. Nil: its first line has not been read.
    private var columns: (user: Int, score: Int)?

    init(_ format: TableFormat) { self.format = format }

    /// - Returns: nil for the first line of a CSV that names its columns, and for a blank one.
    mutating func row(of bytes: ByteBuffer) throws(Fault) -> ImportedRow? {
        line += 1
        guard var text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
            throw fault("it is not UTF-8")
        }
        if line == 1, text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) { text = String(text.utf8.dropFirst(3)) ?? "" }
        while let last = text.utf8.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: " ") {
            text = String(text.utf8.dropLast()) ?? ""
        }
        guard !text.isEmpty else { return nil }
        return format == .csv ? try row(ofCSV: text) : try row(ofJSON: text)
    }

    private mutating func row(ofCSV text: String) throws(Fault) -> ImportedRow? {
        guard let cells = CSV.cells(of: text) else { throw fault("a quote is not closed, or text stands behind one") }
        guard let columns else {
            func place(of name: String) -> Int? { cells.firstIndex { $0.lowercased() == name } }
            if let user = place(of: "user_id"), let score = place(of: "score") {
                columns = (user, score)
                return nil
            }
            columns = (0, 1)
            return try row(of: cells, (0, 1))
        }
        return try row(of: cells, columns)
    }

    private func row(of cells: [String], _ columns: (user: Int, score: Int)) throws(Fault) -> ImportedRow {
        guard cells.indices.contains(columns.user), cells.indices.contains(columns.score) else {
            throw fault("it has \(cells.count.counted("column")); user_id and score are needed")
        }
        return try row(cells[columns.user], Int(cells[columns.score]))
    }

    private func row(ofJSON text: String) throws(Fault) -> ImportedRow {
        guard let value = try? JSONValue(json: Array(text.utf8), maximumBytes: 65_536), let object = value.object else {
            throw fault("it is no JSON object")
        }
        return try row(object["user_id"]?.string ?? "", object["score"]?.integer)
    }

    private func row(_ name: String, _ number: Int?) throws(Fault) -> ImportedRow {
        let user: UserID
        do { user = try UserID(name) } catch { throw fault("\(error)") }
        guard let score = number.flatMap(ScoreRange.checked) else {
            throw fault("score must be a whole number from \(-ScoreRange.limit) to \(ScoreRange.limit)")
        }
        return ImportedRow(line: line, user: user, score: score)
    }

    private func fault(_ reason: String) -> Fault { Fault(line: line, reason: reason) }
}
