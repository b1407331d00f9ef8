import HTTPServer
import Leaderboard
import Text

/// The pages' origins that may do something here: open a WebSocket (RFC 6455, section 10.2), or send updates. A client that
/// is no browser sends no `Origin` and is not concerned.
package struct AllowedOrigins: Sendable {
    /// Nil: all.
    private let origins: Set<Origin>?

    /// The value of a variable: `*`, or origins such as `https://play.example.com` and `https://*.example.com`, where the star
    /// is one label.
    /// - Parameter asInPolicies: whether blanks part them as commas do, as in a security policy.
    init(_ settings: SettingsReader, _ name: String, default fallback: [String], asInPolicies: Bool = false) {
        let listed = settings.list(name).flatMap { asInPolicies ? $0.words.map(String.init) : [$0] }
        let entries = settings.text(name) == nil ? fallback : listed
        var origins: Set<Origin> = []
        for entry in entries where entry != "*" {
            do {
                origins.insert(try Origin(entry))
            } catch {
                settings.refuse(name, "\(entry.prefix(100)) \(error): no page's origin is like that")
            }
        }
        self.origins = entries.contains("*") ? nil : origins
    }

    /// No page may.
    static let none = AllowedOrigins(origins: [])

    private init(origins: Set<Origin>) {
        self.origins = origins
    }

    /// No page may.
    var isEmpty: Bool { origins?.isEmpty == true }

    /// As the sources of a directive in a security policy (CSP 3, section 2.3.1). A star there is one label or several.
    var policySources: String {
        guard let origins else { return "*" }
        return origins.isEmpty ? "'none'" : origins.map(\.text).sorted().joined(separator: " ")
    }

    func contains(_ text: String) -> Bool {
        guard let origins else { return true }
        guard !text.contains("*"), let origin = try? Origin(text) else { return false }
        return origins.contains(origin) || origin.withStar.map(origins.contains) ?? false
    }

    func allow(_ headers: RequestHeaders) -> Bool {
        origins == nil || headers["Origin"].allSatisfy(contains)
    }
}
