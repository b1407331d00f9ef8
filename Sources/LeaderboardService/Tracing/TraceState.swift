import Text
import HTTPServer

/// `tracestate`: what tracing systems on the way have noted (W3C Trace Context, section 3.3). It is handed on as it came, never read.
enum TraceState {
    /// The lines of the header as one; nil where there is nothing, or anything that the standard does not have, or more than
    /// 32 members or 512 bytes.
    static func checked(_ lines: [String]) -> String? {
        let text = lines.joined(separator: ",")
        guard !text.isEmpty, text.utf8.count <= 512 else { return nil }
        let members = text.parts(at: ",").map { $0.trimmed }.filter { !$0.isEmpty }
        guard (1...32).contains(members.count), members.allSatisfy(isMember),
            Set(members.map { $0.cut(at: "=").before }).count == members.count
        else { return nil }
        return members.joined(separator: ",")
    }

    private static func isMember(_ member: Substring) -> Bool {
        guard case (let key, let value?) = member.cut(at: "=") else { return false }
        return isKey(key) && isValue(value)
    }

    private static func isKey(_ key: Substring) -> Bool {
        let parts = key.parts(at: "@")
        guard (1...2).contains(parts.count), (1...256).contains(key.utf8.count) else { return false }
        return parts.allSatisfy { part in
            guard let first = part.utf8.first, first.isSmallLetter || first.isDigit else { return false }
            return part.utf8.allSatisfy { $0.isSmallLetter || $0.isDigit || "_-*/".utf8.contains($0) }
        }
    }

    /// Printable ASCII without `,` and `=`.
    private static func isValue(_ value: Substring) -> Bool {
        (1...256).contains(value.utf8.count)
            && value.utf8.allSatisfy {
                (0x20...0x7e).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=")
            }
    }
}
