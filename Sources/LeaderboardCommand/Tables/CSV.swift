import Text

/// Rows of comma-separated values (RFC 4180), each of one line.
///
/// A cell of text that a spreadsheet would take for a formula, as it begins with `=`, `+`, `-`, `@`, a tab or a carriage return, is written
/// with an apostrophe before it and in quotes, as OWASP advises ("CSV Injection"). It is taken away where the row is read again.
enum CSV {
    enum Cell {
        case number(Int?)
        case text(String?)
    }

    static func line(_ cells: [Cell]) -> String {
        cells.map { cell in
            switch cell {
            case .number(let number): number.map(String.init) ?? ""
            case .text(let text): text.map(written) ?? ""
            }
        }.joined(separator: ",") + "\n"
    }

    private static func written(_ text: String) -> String {
        let isFormula = text.utf8.first.map(begins) ?? false
        let mustBeQuoted = text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 < 0x20 }
        guard isFormula || mustBeQuoted else { return text }
        // By bytes: what is one character for Unicode may hold a quote. A line is a row: what would break it is told as what it is.
        var cell = Array(isFormula ? "\"'".utf8 : "\"".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): cell += "\"\"".utf8
            case UInt8(ascii: "\r"): cell += "\\r".utf8
            case UInt8(ascii: "\n"): cell += "\\n".utf8
            default: cell.append(byte)
            }
        }
        return String(decoding: cell + "\"".utf8, as: UTF8.self)
    }

    /// What a formula begins with.
    private static func begins(_ byte: UInt8) -> Bool { "=+-@\t\r".utf8.contains(byte) }

    /// - Parameter isOurs: an apostrophe before what begins as a formula is taken away; of a table that others wrote it belongs to the text.
    /// - Returns: nil where a quote is open at the end, or something stands behind one.
    static func cells(of line: String, isOurs: Bool = true) -> [String]? {
        var (cells, cell): ([String], [UInt8]) = ([], [])
        var (isQuoted, wasQuoted) = (false, false)
        var rest = Array(line.utf8)[...]
        func end() {
            let text = String(decoding: cell, as: UTF8.self)
            cells.append(isOurs ? plain(text) : text)
        }
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\"") where isQuoted:
                if rest.first == byte {
                    rest = rest.dropFirst()
                    cell.append(byte)
                } else {
                    (isQuoted, wasQuoted) = (false, true)
                }
            case UInt8(ascii: "\"") where cell.isEmpty && !wasQuoted: isQuoted = true
            case UInt8(ascii: ",") where !isQuoted:
                end()
                (cell, wasQuoted) = ([], false)
            default:
                guard !wasQuoted else { return nil }
                cell.append(byte)
            }
        }
        guard !isQuoted else { return nil }
        end()
        return cells
    }

    private static func plain(_ text: String) -> String {
        let rest = text.utf8.dropFirst()
        guard text.utf8.first == UInt8(ascii: "'"), let next = rest.first, begins(next) else { return text }
        return String(rest) ?? text
    }
}
