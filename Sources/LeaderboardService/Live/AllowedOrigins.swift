import HTTPServer

/// The pages' origins that may do something here: open a WebSocket (RFC 6455, section 10.2), or send updates. A client that
/// is no browser sends no `Origin` and is not concerned.
package struct AllowedOrigins: Sendable {
    /// Nil: all.
    private let origins: Set<String>?

    /// The value of a variable: `*`, or origins such as `https://play.example.com` (RFC 6454, section 6.1). They are compared
    /// without regard to case.
    init(_ settings: Settings, _ name: String, default fallback: [String]) throws(InvalidSetting) {
        let entries = settings.text(name) == nil ? fallback : settings.list(name)
        for entry in entries where entry != "*" && !Self.isOrigin(entry) {
            throw InvalidSetting(name: name, reason: "must be * or origins such as https://play.example.com")
        }
        origins = entries.contains("*") ? nil : Set(entries.map { $0.lowercased() })
    }

    /// No page may.
    var isEmpty: Bool { origins?.isEmpty == true }

    func contains(_ origin: String) -> Bool {
        origins?.contains(origin.lowercased()) ?? true
    }

    func allow(_ headers: RequestHeaders) -> Bool {
        origins == nil || headers["Origin"].allSatisfy(contains)
    }

    /// Scheme, host and maybe a port; no path, not even a slash.
    private static func isOrigin(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Za-z][A-Za-z0-9+.\-]*:\/\/[^\/?#\s]+/) != nil
    }
}
