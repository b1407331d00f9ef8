/// Which tokens are accepted.
package struct TokenConfiguration: Sendable {
    package var secret: String?
    package var keySet: KeySetOptions?
    var rules: ClaimRules
    /// How many verified tokens are remembered; each takes about 200 bytes.
    package var maximumRemembered = 50_000

    init(_ settings: Settings) throws(InvalidSetting) {
        secret = try settings.secret("JWT_SECRET")
        keySet = try KeySetOptions(settings, setting: "JWT_JWKS")
        rules = ClaimRules(
            issuer: settings.text("JWT_ISSUER"),
            audience: settings.text("JWT_AUDIENCE"),
            leeway: Double(try settings.integer("JWT_LEEWAY_SECONDS", default: 30, in: 0...600))
        )
        maximumRemembered = try settings.integer("JWT_CACHE_SIZE", default: 50_000, in: 0...10_000_000)
        guard secret != nil || keySet != nil else {
            throw InvalidSetting(
                name: "JWT_SECRET",
                reason: "set it, or JWT_JWKS: without either no token can be checked"
            )
        }
    }
}

extension Settings {
    /// A secret for HS256: not shorter than the hash (RFC 7518, section 3.2).
    func secret(_ name: String) throws(InvalidSetting) -> String? {
        guard let secret = text(name) else { return nil }
        guard secret.utf8.count >= 32 else { throw InvalidSetting(name: name, reason: "must be at least 32 bytes") }
        return secret
    }
}
