import HTTPServer
import NIOCore

/// `Prefer` (RFC 7240): only `return=representation` means something here; others are ignored, as it demands.
enum Preferences {
    static func wantsRepresentation(_ headers: RequestHeaders) -> Bool {
        headers.list("Prefer").contains { preference in
            let parts = preference.split(separator: ";", maxSplits: 1)[0].split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].trimmed.lowercased() == "return" else { return false }
            return parts[1].trimmed == "representation" || parts[1].trimmed == "\"representation\""
        }
    }
}

enum MediaType {
    private static let json = Array("application/json".utf8)

    /// Whether the body is declared as `application/json`, once; parameters such as `charset` do not matter.
    static func isJSON(_ headers: RequestHeaders) -> Bool {
        guard case .once(let value) = headers.occurrence(of: "Content-Type") else { return false }
        if value.readableBytesView.elementsEqual(json) { return true }
        guard let type = String(buffer: value).split(separator: ";", maxSplits: 1).first else { return false }
        return type.trimmed.lowercased() == "application/json"
    }
}

extension Substring {
    /// Without the optional white space around it (RFC 9110, section 5.6.3).
    var trimmed: Substring {
        var rest = self
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}
