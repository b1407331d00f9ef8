extension JSONReader {
    /// `-? (0 | 1-9 digits) (. digits)? ((e|E) (+|-)? digits)?`, kept as text.
    mutating func number() throws(JSONSyntaxError) -> JSONNumber {
        let start = index
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        if try peek() == UInt8(ascii: "0") {
            index += 1
            if index < bytes.count, bytes[index].isDigit { throw error(.malformedNumber) }
        } else {
            try digits()
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            try digits()
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            let sign = try peek()
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { index += 1 }
            try digits()
        }
        return JSONNumber(text: String(decoding: bytes[start..<index], as: UTF8.self))
    }

    /// One digit or more.
    private mutating func digits() throws(JSONSyntaxError) {
        guard try peek().isDigit else { throw error(.malformedNumber) }
        while index < bytes.count, bytes[index].isDigit { index += 1 }
    }

    /// From the opening quote to behind the closing one.
    mutating func string() throws(JSONSyntaxError) -> String {
        index += 1
        let start = index
        while true {
            let byte = try peek()
            if byte == UInt8(ascii: "\"") {
                let text = String(validating: bytes[start..<index], as: UTF8.self)
                index += 1
                guard let text else { throw JSONSyntaxError(reason: .invalidUTF8, offset: start) }
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw error(.controlCharacter) }
            index += 1
        }
    }

    /// The rare one: a string whose first backslash is at `index`.
    private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var unescaped = Array(bytes[start..<index])
        while true {
            let byte = try peek()
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: unescaped, as: UTF8.self) else {
                    throw JSONSyntaxError(reason: .invalidUTF8, offset: start)
                }
                return text
            case UInt8(ascii: "\\"):
                unescaped.append(contentsOf: String(try escape()).utf8)
            case ..<0x20:
                index -= 1
                throw error(.controlCharacter)
            default:
                unescaped.append(byte)
            }
        }
    }

    /// What stands behind a backslash.
    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let byte = try peek()
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default:
            index -= 1
            throw error(.malformedEscape)
        }
    }

    /// What stands behind `\u`: four hex digits, or a surrogate pair of two such escapes.
    private mutating func unicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let start = index
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        if UTF16.isLeadSurrogate(first), bytes[index...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
            index += 2
            let second = try hexadecimal()
            if UTF16.isTrailSurrogate(second) {
                return UTF16.decode(UTF16.EncodedScalar([first, second]))
            }
        }
        throw JSONSyntaxError(reason: .loneSurrogate, offset: start)
    }

    private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = try peek().hexadecimalValue else { throw error(.malformedEscape) }
            value = value << 4 | UInt16(digit)
            index += 1
        }
        return value
    }
}
