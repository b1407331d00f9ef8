/// The token that an operator's commands show the service: `LEADERBOARD_ADMIN_TOKEN`, or the text of the file that
/// `LEADERBOARD_ADMIN_TOKEN_FILE` names.
package struct OperatorToken: Sendable {
    static let variable = "LEADERBOARD_ADMIN_TOKEN"

    package let text: String

    /// A token stands in a header: visible ASCII (RFC 6750, section 2.1).
    init?(_ settings: SettingsReader) {
        guard let text = settings.secret(Self.variable) else { return nil }
        if !text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            settings.refuse(Self.variable, "holds a character that no token has, such as a blank or a line end")
        }
        self.text = text
    }

    /// It must be set.
    package static func read(_ settings: Settings) throws(InvalidSettings) -> OperatorToken {
        let token = try settings.read { settings in
            let token = OperatorToken(settings)
            if token == nil, !settings.isRefused(variable, variable + "_FILE") {
                settings.refuse(variable, "put an operator's token into it: see leaderboard admin --help")
            }
            return token
        }
        guard let token else { throw InvalidSettings(all: [], unknownNames: []) }
        return token
    }
}
