/// Whether, and by whose keys, an update needs a signed grant (`GRANTS`).
package struct GrantConfiguration: Sendable {
    private enum Policy: String, CaseIterable {
        case off, required
    }

    let secret: String?
    let keySet: KeySetOptions?

    /// Nil: no grant is needed, and none is looked at.
    init?(_ settings: Settings) throws(InvalidSetting) {
        let policy: Policy = try settings.choice("GRANTS", default: .off)
        secret = try settings.secret("GRANT_SECRET")
        keySet = try KeySetOptions(settings, setting: "GRANT_JWKS")
        guard policy == .required else { return nil }
        guard secret != nil || keySet != nil else {
            throw InvalidSetting(name: "GRANT_SECRET", reason: "set it, or GRANT_JWKS: GRANTS=required needs a key")
        }
        guard secret == nil || secret != settings.text("JWT_SECRET") else {
            throw InvalidSetting(name: "GRANT_SECRET", reason: "must be another secret than JWT_SECRET")
        }
    }
}
