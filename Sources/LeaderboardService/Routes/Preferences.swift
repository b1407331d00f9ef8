import HTTPServer

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
