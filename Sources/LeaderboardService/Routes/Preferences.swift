import Text
import HTTPServer

/// `Prefer` (RFC 7240): only `return=representation` means something here; others are ignored, as it demands.
enum Preferences {
    static func wantsRepresentation(_ headers: RequestHeaders) -> Bool {
        for preference in headers.list("Prefer") {
            let (name, value) = preference.cut(at: ";").before.cut(at: "=")
            guard name.trimmed.lowercased() == "return" else { continue }
            // Of a preference that is given twice, the first counts (section 2).
            return ["representation", "\"representation\""].contains(value?.trimmed)
        }
        return false
    }
}
