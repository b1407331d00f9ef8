import NIOCore
import Text

/// A CSV as another program writes it (RFC 4180), row by row and by the names of its columns. A cell in quotes may hold the ends of lines.
/// Without I/O.
struct ForeignTable {
    struct Row {
        /// Where it begins, from 1.
        let line: Int
        fileprivate let places: [String: Int]
        fileprivate let cells: [String]

        /// Empty: there is nothing.
        subscript(_ column: String) -> String {
            places[column].flatMap { cells.indices.contains($0) ? cells[$0] : nil } ?? ""
        }
    }

    private static let maximumRowBytes = 1 << 16

    private let columns: [String]
    private var line = 0
    private var places: [String: Int]?
    /// What has been read of a row whose quote is open.
    private var (begun, first): (String?, Int) = (nil, 0)

    /// Its columns are known.
    var isBegun: Bool { places != nil }

    /// - Parameter columns: those that must be there.
    init(columns: [String]) {
        self.columns = columns
    }

    /// - Returns: nil where the row goes on, and for the first, which names the columns.
    mutating func row(of bytes: ByteBuffer) throws(ForeignFault) -> Row? {
        line += 1
        guard var text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
            throw ForeignFault("line \(line): it is not UTF-8")
        }
        if line == 1, text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) { text = String(text.utf8.dropFirst(3)) ?? "" }
        if let begun { text = begun + "\n" + text } else { first = line }
        guard text.utf8.count <= Self.maximumRowBytes else {
            begun = nil
            throw ForeignFault("line \(first): a row of more than \(Self.maximumRowBytes) bytes")
        }
        guard text.utf8.count(where: { $0 == UInt8(ascii: "\"") }).isMultiple(of: 2) else {
            begun = text
            return nil
        }
        begun = nil
        if text.utf8.last == UInt8(ascii: "\r") { text = String(text.utf8.dropLast()) ?? "" }
        guard !text.isEmpty else { return nil }
        guard let cells = CSV.cells(of: text, isOurs: false) else {
            throw ForeignFault("line \(first): text stands behind a quote")
        }
        guard let places else {
            try begin(cells)
            return nil
        }
        guard cells.count == places.count else {
            throw ForeignFault(
                "line \(first): \(cells.count.counted("column")), and the first line names \(places.count)"
            )
        }
        return Row(line: first, places: places, cells: cells)
    }

    /// - Throws: where the file ends within a row, or has none that names the columns.
    func end() throws(ForeignFault) {
        guard begun == nil else { throw ForeignFault("line \(first): a quote is not closed") }
        guard places != nil else { throw ForeignFault("it is empty: the first line must name the columns") }
    }

    private mutating func begin(_ names: [String]) throws(ForeignFault) {
        let places = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let missing = columns.filter { places[$0] == nil }
        guard missing.isEmpty, places.count == names.count else {
            throw ForeignFault("line \(first): it must name the columns \(columns.joined(separator: ", "))")
        }
        self.places = places
    }
}
