/// Why bytes are not a JSON text that we take, and where.
package struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: String, Sendable {
        case tooLarge = "the text is too large"
        case tooDeep = "nested too deeply"
        case byteOrderMark = "a byte order mark is not allowed"
        case unexpectedEnd = "the text ends too early"
        case unexpectedByte = "unexpected character"
        case trailingBytes = "nothing may follow the value"
        case duplicateName = "a name is there twice"
        case malformedNumber = "malformed number"
        case malformedEscape = "malformed escape"
        case loneSurrogate = "half of a surrogate pair"
        case controlCharacter = "control characters must be escaped"
        case invalidUTF8 = "invalid UTF-8"
    }

    package let reason: Reason
    /// Where, counted in bytes from 0.
    package let offset: Int

    /// For a person: `malformed number at byte 12`. Holds nothing of the text itself.
    package var description: String { "\(reason.rawValue) at byte \(offset)" }
}
