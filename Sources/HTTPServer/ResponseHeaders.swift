import Text

/// The headers of an answer, kept as the lines that go out, so that those of an answer given often are made once.
///
/// Names and values are ours, or were checked: nothing here looks for line breaks.
package struct ResponseHeaders: Sendable, ExpressibleByDictionaryLiteral {
    /// Each as `name: value`, CR, LF.
    private(set) var lines: String

    /// - Parameter capacity: in bytes; a hint that saves copies.
    package init(reserving capacity: Int = 0) {
        lines = ""
        if capacity > 0 { lines.reserveCapacity(capacity) }
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(reserving: elements.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 4 })
        for (name, value) in elements { add(name: name, value: value) }
    }

    package mutating func add(name: String, value: String) {
        lines += name
        lines += ": "
        lines += value
        lines += "\r\n"
    }

    /// The first line has another value, if it is of this name.
    mutating func replaceFirst(_ name: String, with value: String) {
        let (first, rest) = lines.cut(at: "\n")
        guard first.hasPrefix("\(name): ") else { return }
        lines = "\(name): \(value)\r\n\(rest ?? "")"
    }

    package mutating func add(contentsOf other: ResponseHeaders) {
        lines += other.lines
    }

    /// For lines that are put together of few pieces, as each piece costs 25 ns.
    /// - Parameter piece: what follows directly behind the piece before; the last one ends its line.
    package mutating func add(piece: String) {
        lines += piece
    }
}
