import Text
import HTTPServer

enum ContentCoding {
    /// Whether `Accept-Encoding` (RFC 9110, section 12.5.3) takes gzip: it is named, or `*` is, with a weight above 0.
    static func allowsGzip(_ headers: RequestHeaders) -> Bool {
        var others: Bool?
        for preference in headers.list("Accept-Encoding") {
            let (name, parameters) = preference.cut(at: ";")
            let coding = name.trimmed.lowercased()
            let isRefused = (parameters ?? "").parts(at: ";").contains { part in
                let lower = part.trimmed.lowercased()
                return lower.hasPrefix("q=") && Double(lower.dropFirst(2)) == 0
            }
            if coding == "gzip" || coding == "x-gzip" { return !isRefused }
            if coding == "*" { others = !isRefused }
        }
        return others ?? false
    }
}
