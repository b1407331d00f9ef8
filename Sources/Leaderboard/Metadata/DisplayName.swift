import Text

/// What viewers are shown instead of the user id: 1 to 64 characters as people count them (Unicode's grapheme clusters), with something
/// to see. It stands in rows beside others, so what would reach over its own place is refused: control characters, line ends, what turns
/// the direction of text (overrides, embeddings, isolates, marks; Unicode Standard Annex 9), and heaps of accents.
package struct DisplayName: Hashable, Sendable {
    package static let member = "name"
    package static let maximumCharacters = 64
    /// Of one character: no language has so many, and a heap of them covers the rows above.
    static let maximumMarks = 8
    static let rule = """
        must be a string of 1 to \(maximumCharacters) characters, without control characters and marks of direction, \
        and not blank
        """

    package let text: String

    package struct Invalid: Error {}

    /// White space at its ends is cut off.
    package init(_ text: String) throws(Invalid) {
        let name = Self.trimmed(text)
        // No more than metadata have: a character has any number of scalars.
        guard name.utf8.count <= UserMetadata.maximumBytes, (1...Self.maximumCharacters).contains(name.count),
            name.unicodeScalars.contains(where: { $0.isSeen && $0.isWithinName }), name.allSatisfy(Self.allows)
        else { throw Invalid() }
        self.text = name
    }

    static func trimmed(_ text: String) -> String {
        let isSpace: (Unicode.Scalar) -> Bool = { $0.properties.isWhitespace }
        let scalars = text.unicodeScalars.drop(while: isSpace).reversed().drop(while: isSpace)
        return scalars.reversed().reduce(into: "") { $0.unicodeScalars.append($1) }
    }

    private static func allows(_ character: Character) -> Bool {
        let scalars = character.unicodeScalars
        // The flags of England, Scotland and Wales are a black flag with letters that are not seen.
        let isFlag = scalars.first == "\u{1F3F4}"
        let marks = scalars.count { [.nonspacingMark, .enclosingMark].contains($0.properties.generalCategory) }
        return marks <= maximumMarks
            && scalars.allSatisfy { $0.isWithinName || isFlag && ("\u{E0020}"..."\u{E007F}").contains($0) }
    }
}

extension Unicode.Scalar {
    /// Joiners, without which Persian, Hindi and the emoji of families are not written right, and what chooses how an emoji looks.
    private var isJoiner: Bool {
        self == "\u{200C}" || self == "\u{200D}" || ("\u{FE00}"..."\u{FE0F}").contains(self)
    }

    fileprivate var isWithinName: Bool {
        if isJoiner { return true }
        if properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint { return false }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate: false
        // An emoji may be younger than our tables.
        default: true
        }
    }
}
