import Text

/// Where a user's picture is, or a board's logo: an absolute https URL (RFC 3986, section 4.3) of up to 256 bytes, without user information. Nobody of ours
/// fetches it: who shows the board does.
package struct PictureURL: Hashable, Sendable {
    package static let maximumBytes = 256
    package static let rule = "must be an https URL of up to \(maximumBytes) bytes, without a user"

    package let text: String

    /// Nil: it is none.
    package init?(_ text: String) {
        let scheme = "https://"
        guard text.utf8.count <= Self.maximumBytes, text.utf8.starts(with: scheme.utf8),
            text.utf8.allSatisfy(Self.allows), Self.isPercentCoded(text)
        else { return nil }
        let rest = text.dropFirst(scheme.utf8.count)
        let end = rest.utf8.firstIndex { [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains($0) }
        let behind = rest[(end ?? rest.endIndex)...].utf8
        // Brackets are for an address alone, and there is one fragment.
        guard (try? Authority(rest[..<(end ?? rest.endIndex)], defaultPort: .https)) != nil,
            !behind.contains(UInt8(ascii: "[")), !behind.contains(UInt8(ascii: "]")),
            behind.count(where: { $0 == UInt8(ascii: "#") }) <= 1
        else { return nil }
        self.text = text
    }

    /// Those of which a URL is made.
    private static func allows(_ byte: UInt8) -> Bool {
        byte.isLetterOrDigit || "-._~:/?#[]@!$&'()*+,;=%".utf8.contains(byte)
    }

    /// Behind each `%` stand two hexadecimal digits.
    private static func isPercentCoded(_ text: String) -> Bool {
        text.parts(at: "%").dropFirst().allSatisfy { part in
            let digits = part.utf8.prefix(2)
            return digits.count == 2 && digits.allSatisfy { $0.hexadecimalValue != nil }
        }
    }
}
