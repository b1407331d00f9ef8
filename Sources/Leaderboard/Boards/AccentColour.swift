import Text

/// The colour of a board where it is shown: `#` and six hexadecimal digits. Pages darken or lighten it until it can be read.
package struct AccentColour: Hashable, Sendable {
    package static let rule = "must be a colour as #b23a12"

    /// In small letters.
    package let text: String

    /// Nil: it is none.
    package init?(_ text: String) {
        let bytes = text.utf8
        guard bytes.count == 7, bytes.first == UInt8(ascii: "#"),
            bytes.dropFirst().allSatisfy({ $0.hexadecimalValue != nil })
        else { return nil }
        self.text = text.lowercased()
    }
}
