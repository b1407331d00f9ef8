package import NIOCore

/// The one way in which we write JSON: straight into a buffer.
extension ByteBuffer {
    /// Writes `text` as a JSON string, quotes included: `"`, `\` and control characters are escaped, all else is UTF-8
    /// as it is. The two line separators that old JavaScript takes for line ends are escaped too, so that the result
    /// may stand in a script or an event stream.
    package mutating func writeJSON(_ text: String) {
        writeInteger(UInt8(ascii: "\""))
        if text.isPlainInJSON {
            writeString(text)
        } else {
            for scalar in text.unicodeScalars { writeEscapedForJSON(scalar) }
        }
        writeInteger(UInt8(ascii: "\""))
    }

    package mutating func writeJSON(_ number: Int) { writeString(String(number)) }

    /// `null` for nil.
    package mutating func writeJSON(_ number: Int?) {
        if let number { writeJSON(number) } else { writeStaticString("null") }
    }

    private mutating func writeEscapedForJSON(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": writeStaticString("\\\"")
        case "\\": writeStaticString("\\\\")
        case "\n": writeStaticString("\\n")
        case "\r": writeStaticString("\\r")
        case "\t": writeStaticString("\\t")
        case "\0"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}": writeString(scalar.escapedForJSON)
        default: writeBytes(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }
}

extension String {
    /// Whether it is printable ASCII that needs no escape: nearly every string that we write is. What is not takes at most six
    /// times its bytes.
    package var isPlainInJSON: Bool {
        // As a span: to iterate over the view takes 40 instructions a byte.
        let bytes = utf8.span
        return bytes.indices.allSatisfy { index in
            let byte = bytes[index]
            return byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        }
    }
}
