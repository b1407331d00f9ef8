package import NIOCore

extension ByteBuffer {
    /// Writes `text` as a JSON string, quotes included: `"`, `\` and control characters are escaped, all else is UTF-8
    /// as it is. The two line separators that old JavaScript takes for line ends are escaped too, so that the result
    /// may stand in a script or an event stream.
    package mutating func writeJSONString(_ text: some StringProtocol) {
        writeInteger(UInt8(ascii: "\""))
        if text.utf8.allSatisfy(isPlainInJSON) {
            writeString(String(text))
        } else {
            for scalar in text.unicodeScalars { writeEscapedForJSON(scalar) }
        }
        writeInteger(UInt8(ascii: "\""))
    }

    private mutating func writeEscapedForJSON(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": writeStaticString("\\\"")
        case "\\": writeStaticString("\\\\")
        case "\n": writeStaticString("\\n")
        case "\r": writeStaticString("\\r")
        case "\t": writeStaticString("\\t")
        case "\0"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
            let hexadecimal = String(scalar.value, radix: 16)
            writeString("\\u" + String(repeating: "0", count: 4 - hexadecimal.utf8.count) + hexadecimal)
        default: writeBytes(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }
}

/// Printable ASCII that needs no escape: nearly every string that we write is made of it.
private func isPlainInJSON(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}
