import NIOCore

/// The few shapes of JSON that the live messages are made of, written straight into a buffer.
enum JSON {
    /// The most bytes that a change of this user takes in a message, the comma and a rank included.
    static func bound(ofChangeOf user: String) -> Int { 140 + (isPlain(user) ? user.utf8.count : 6 * user.utf8.count) }

    /// Whether the text needs no escapes. Names that the service itself lets in never do.
    fileprivate static func isPlain(_ text: String) -> Bool {
        // As a span: to iterate over the view takes 40 instructions a byte.
        let bytes = text.utf8.span
        return bytes.indices.allSatisfy { index in
            bytes[index] >= 0x20 && bytes[index] != UInt8(ascii: "\"") && bytes[index] != UInt8(ascii: "\\")
        }
    }
}

extension ByteBuffer {
    mutating func writeJSON(_ text: String) {
        writeInteger(UInt8(ascii: "\""))
        if JSON.isPlain(text) { writeString(text) } else { writeEscaped(text) }
        writeInteger(UInt8(ascii: "\""))
    }

    mutating func writeJSON(_ number: Int) { writeString(String(number)) }

    mutating func writeJSON(_ number: Int?) {
        if let number { writeJSON(number) } else { writeStaticString("null") }
    }

    private mutating func writeEscaped(_ text: String) {
        let hex = Array("0123456789abcdef".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                writeBytes([UInt8(ascii: "\\"), byte])
            case ..<0x20:
                writeStaticString("\\u00")
                writeBytes([hex[Int(byte >> 4)], hex[Int(byte & 15)]])
            default:
                writeInteger(byte)
            }
        }
    }
}
