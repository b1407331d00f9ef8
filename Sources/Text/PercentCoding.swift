/// Percent-encoding (RFC 3986, section 2.1).
extension StringProtocol {
    /// As one segment of a path, or a value of a query: every byte that is not unreserved is encoded, but for those of `allowed`.
    package func percentEncoded(besides allowed: String = "") -> String {
        var text = ""
        for byte in utf8 {
            if byte.isLetterOrDigit || "-._~".utf8.contains(byte) || byte < 0x80 && allowed.utf8.contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + byte.hexadecimal(digits: 2).uppercased()
            }
        }
        return text
    }

    /// The bytes that the text stands for; nil where a `%` is not followed by two hexadecimal digits.
    package var percentDecoded: [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Substring(self).utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst(), let low = rest.popFirst(), let decoded = UInt8(hexadecimal: high, low)
            else {
                return nil
            }
            bytes.append(decoded)
        }
        return bytes
    }
}
