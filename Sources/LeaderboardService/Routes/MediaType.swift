import Text
import HTTPServer
import NIOCore

enum MediaType {
    /// Whether the body is declared as `application/json`, once, and comes as it is: in UTF-8, the one encoding of JSON (RFC 8259,
    /// section 8.1), and with no content coding. Another parameter than `charset` does not matter, but must be one.
    static func isJSON(_ headers: RequestHeaders) -> Bool { isDeclared("application/json", headers) }

    /// The same of lines of JSON.
    static func isLines(_ headers: RequestHeaders) -> Bool { isDeclared("application/x-ndjson", headers) }

    private static func isDeclared(_ name: StaticString, _ headers: RequestHeaders) -> Bool {
        guard case .once(let value) = headers.occurrence(of: "Content-Type"), isUncoded(headers) else { return false }
        if value.readableBytesUInt8Span.equals(0..<value.readableBytes, name) { return true }
        let (type, parameters) = String(buffer: value).cut(at: ";")
        return type.trimmed.lowercased() == "\(name)" && parameters.map(saysUTF8) != false
    }

    private static func isUncoded(_ headers: RequestHeaders) -> Bool {
        guard case .none = headers.occurrence(of: "Content-Encoding") else {
            return headers.list("Content-Encoding").allSatisfy { $0.isEmpty || $0.lowercased() == "identity" }
        }
        return true
    }

    /// `[ parameter ] *( ";" [ parameter ] )` with blanks around the semicolons (RFC 9110, section 5.6.6). ASCII is UTF-8.
    private static func saysUTF8(_ text: Substring) -> Bool {
        var rest = text.trimmed
        while true {
            if let parameter = takeParameter(&rest) {
                guard parameter.name != "charset" || ["utf-8", "utf8", "us-ascii"].contains(parameter.value) else {
                    return false
                }
            }
            rest = rest.trimmed
            guard let mark = rest.utf8.first else { return true }
            guard mark == UInt8(ascii: ";") else { return false }
            rest = Substring(rest.utf8.dropFirst()).trimmed
        }
    }

    /// `token "=" ( token / quoted-string )`, in lower case, taken off the front. Nil where there is none.
    private static func takeParameter(_ text: inout Substring) -> (name: String, value: String)? {
        let name = text.utf8.prefix(while: isToken)
        let behind = text.utf8.dropFirst(name.count)
        guard !name.isEmpty, behind.first == UInt8(ascii: "=") else { return nil }
        let rest = behind.dropFirst()
        let isQuoted = rest.first == UInt8(ascii: "\"")
        guard let length = isQuoted ? quotedLength(rest) : rest.prefix(while: isToken).count, length > 0 else {
            return nil
        }
        let value = isQuoted ? rest.prefix(length).dropFirst().dropLast() : rest.prefix(length)
        defer { text = Substring(rest.dropFirst(length)) }
        return (String(Substring(name)).lowercased(), String(Substring(value)).lowercased())
    }

    /// With its quotes; nil where the second one is missing. A backslash takes the byte behind it for itself.
    private static func quotedLength(_ text: Substring.UTF8View) -> Int? {
        var isEscaped = false
        for (index, byte) in text.enumerated().dropFirst() {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                return index + 1
            } else {
                isEscaped = byte == UInt8(ascii: "\\")
            }
        }
        return nil
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        byte.isLetterOrDigit || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
