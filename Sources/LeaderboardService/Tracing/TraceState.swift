/// `tracestate`: what tracing systems on the way have noted (W3C Trace Context, section 3.3). It is handed on as it came, never read.
enum TraceState {
    /// The lines of the header as one; nil where there is nothing, or anything that the standard does not have, or more than
    /// 32 members or 512 bytes.
    static func checked(_ lines: [String]) -> String? {
        let text = lines.joined(separator: ",")
        guard !text.isEmpty, text.utf8.count <= 512 else { return nil }
        let members = text.split(separator: ",").map { $0.trimmingTabsAndBlanks }.filter { !$0.isEmpty }
        guard (1...32).contains(members.count), members.allSatisfy(isMember) else { return nil }
        return members.joined(separator: ",")
    }

    private static func isMember(_ member: Substring) -> Bool {
        guard let equals = member.utf8.firstIndex(of: UInt8(ascii: "=")) else { return false }
        return isKey(member[..<equals]) && isValue(member[member.index(after: equals)...])
    }

    private static func isKey(_ key: Substring) -> Bool {
        let parts = key.split(separator: "@", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...256).contains(key.utf8.count) else { return false }
        return parts.allSatisfy { part in
            guard let first = part.utf8.first, isSmallLetter(first) || isDigit(first) else { return false }
            return part.utf8.allSatisfy { isSmallLetter($0) || isDigit($0) || "_-*/".utf8.contains($0) }
        }
    }

    /// Printable ASCII without `,` and `=`.
    private static func isValue(_ value: Substring) -> Bool {
        (1...256).contains(value.utf8.count)
            && value.utf8.allSatisfy {
                (0x20...0x7e).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=")
            }
    }

    private static func isSmallLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension Substring {
    fileprivate var trimmingTabsAndBlanks: Substring {
        var text = self
        while let first = text.unicodeScalars.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.unicodeScalars.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }
}
