/// Which tokens are accepted.
package struct TokenConfiguration: Sendable {
    package var secret: String?
    package var keySet: KeySetOptions?
    var rules: ClaimRules
    /// How many verified tokens are remembered; each takes about 200 bytes.
    package var maximumRemembered = 50_000

    init(_ settings: SettingsReader) {
        secret = settings.signingSecret("JWT_SECRET")
        keySet = KeySetOptions(settings, setting: "JWT_JWKS")
        rules = ClaimRules(
            issuer: settings.text("JWT_ISSUER"),
            audience: settings.text("JWT_AUDIENCE"),
            userClaim: ClaimName(settings, "JWT_USER_CLAIM"),
            leeway: Double(settings.integer("JWT_LEEWAY_SECONDS", default: 30, in: 0...600))
        )
        maximumRemembered = settings.integer("JWT_CACHE_SIZE", default: 50_000, in: 0...10_000_000)
        if secret == nil, keySet == nil, !settings.isRefused("JWT_SECRET", "JWT_SECRET_FILE", "JWT_JWKS") {
            settings.refuse("JWT_SECRET", "set it, or JWT_JWKS: without either no token can be checked")
        }
    }
}

extension SettingsReader {
    /// A secret for HS256: not shorter than the hash (RFC 7518, section 3.2).
    func signingSecret(_ name: String) -> String? {
        guard let secret = secret(name) else { return nil }
        if secret.utf8.count < 32 { refuse(name, "must be at least 32 bytes") }
        return secret
    }
}
