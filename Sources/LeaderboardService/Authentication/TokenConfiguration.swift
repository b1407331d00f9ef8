/// Which tokens are accepted.
package struct TokenConfiguration: Sendable {
    package var secret: String?
    package var issuer: String?
    package var audience: String?
    /// Seconds.
    package var leeway: Double = 30

    init(_ settings: Settings) throws(InvalidSetting) {
        secret = settings.text("JWT_SECRET")
        issuer = settings.text("JWT_ISSUER")
        audience = settings.text("JWT_AUDIENCE")
        leeway = Double(try settings.integer("JWT_LEEWAY_SECONDS", default: 30, in: 0...600))
        if let secret, secret.utf8.count < 32 {
            throw InvalidSetting(name: "JWT_SECRET", reason: "must be at least 32 bytes")
        }
        let keySet = settings.text("JWT_JWKS")
        guard secret != nil || keySet != nil else {
            throw InvalidSetting(
                name: "JWT_SECRET",
                reason: "set it, or JWT_JWKS: without either no token can be checked"
            )
        }
    }
}
