/// How a JWK set is kept up to date.
package struct KeySetOptions: Sendable {
    package var location: KeySetLocation
    /// The variable that names it, for the log.
    package var setting: String
    /// PEM file of the authorities that the certificate of an https URL may come from; nil: those of the system.
    package var authorityFile: String?
    /// After it, a set from a URL is fetched again.
    package var age: Duration = .seconds(300)
    /// A URL that has never answered is asked again after it, and then after twice as long each time, up to `retryInterval`.
    package var firstRetryInterval: Duration = .milliseconds(500)
    /// A failed fetch of a URL is repeated after it.
    package var retryInterval: Duration = .seconds(10)
    /// Unknown `kid`s cause at most one load in it.
    package var demandInterval: Duration = .seconds(10)
    /// A load takes at most so long.
    package var timeout: Duration = .seconds(5)

    /// Nil if the variable is not set.
    init?(_ settings: SettingsReader, setting: String) {
        age = .seconds(settings.integer("JWT_JWKS_AGE_SECONDS", default: 300, in: 1...86_400))
        authorityFile = settings.certificates("JWT_JWKS_CA_FILE")
        guard let text = settings.text(setting) else { return nil }
        self.setting = setting
        do {
            location = try KeySetLocation(text)
        } catch {
            settings.refuse(setting, error.reason)
            return nil
        }
    }
}
