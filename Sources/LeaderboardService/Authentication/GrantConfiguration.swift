/// Whether, and by whose keys, an update needs a signed grant (`GRANTS`).
package struct GrantConfiguration: Sendable {
    private enum Policy: String, CaseIterable {
        case off, required
    }

    let secret: String?
    let keySet: KeySetOptions?

    /// Nil: no grant is needed, and none is looked at.
    init?(_ settings: SettingsReader) {
        let policy: Policy = settings.choice("GRANTS", default: .off)
        secret = settings.signingSecret("GRANT_SECRET")
        keySet = KeySetOptions(settings, setting: "GRANT_JWKS")
        guard policy == .required else { return nil }
        if secret == nil, keySet == nil, !settings.isRefused("GRANT_SECRET", "GRANT_SECRET_FILE", "GRANT_JWKS") {
            settings.refuse("GRANT_SECRET", "set it, or GRANT_JWKS: GRANTS=required needs a key")
        }
        if let secret, secret == settings.secret("JWT_SECRET") {
            settings.refuse("GRANT_SECRET", "must be another secret than JWT_SECRET")
        }
    }
}
