import Text

/// Which board: 1 to 64 of `a-z 0-9 _ - .`, beginning with a letter or a digit. It becomes the hash tag of the board's keys, and
/// needs no escaping in JSON, URLs, glob patterns or logs.
package struct BoardID: Hashable, Sendable, CustomStringConvertible {
    package static let maximumLength = 64

    /// The one of the paths without a board. It is there without anybody defining it.
    package static let main = BoardID(known: "main")

    package let rawValue: String

    package init(_ text: some StringProtocol) throws(InvalidBoardID) {
        guard (1...Self.maximumLength).contains(text.utf8.count), Self.begins(text.utf8),
            text.utf8.allSatisfy(Self.allows)
        else { throw InvalidBoardID() }
        rawValue = String(text)
    }

    private init(known: String) {
        rawValue = known
    }

    package var description: String { rawValue }

    static func begins(_ text: some Collection<UInt8>) -> Bool {
        text.first.map { isWord($0) } ?? false
    }

    static func allows(_ byte: UInt8) -> Bool {
        isWord(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte.isSmallLetter || byte.isDigit
    }
}

package struct InvalidBoardID: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String {
        "A board's name must be 1 to \(BoardID.maximumLength) characters of a-z 0-9 _ - . and begin with a letter or a digit."
    }
}
