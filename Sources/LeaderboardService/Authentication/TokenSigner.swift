import Board
import Text
import Crypto
import FoundationEssentials
import Leaderboard
import NIOCore

/// Signs development tokens with `JWT_SECRET`, the way an identity service would.
package struct TokenSigner: Sendable {
    private let configuration: TokenConfiguration
    private let key: SymmetricKey

    package init(_ settings: Settings) throws(InvalidSettings) {
        configuration = try settings.read { settings in
            let configuration = TokenConfiguration(settings)
            if configuration.secret == nil, !settings.isRefused("JWT_SECRET_FILE") {
                settings.refuse("JWT_SECRET", "is not set: tokens are signed with it")
            }
            return configuration
        }
        key = SymmetricKey(data: Data((configuration.secret ?? "").utf8))
    }

    /// Nil without a `JWT_SECRET`.
    init?(_ configuration: TokenConfiguration) {
        guard let secret = configuration.secret else { return nil }
        self.configuration = configuration
        key = SymmetricKey(data: Data(secret.utf8))
    }

    /// - Parameter scope: of the claim `scope`, its words separated by spaces.
    package func token(user: String, lifetime: Duration, scope: String? = nil) throws -> String {
        let user = try UserID(user)
        let now = Int(clamping: Date.now.timeIntervalSince1970)
        let rules = configuration.rules
        var claims = #"{"sub":"\#(user.rawValue)","iat":\#(now),"exp":\#(now + Int(lifetime.components.seconds))"#
        if rules.userClaim != .subject { claims += "," + rules.userClaim.member(user.rawValue.asJSON) }
        if let issuer = rules.issuer { claims += #","iss":\#(issuer.asJSON)"# }
        if let audience = rules.audience { claims += #","aud":\#(audience.asJSON)"# }
        if let scope { claims += #","scope":\#(scope.asJSON)"# }
        claims += "}"
        let signed = Data(#"{"alg":"HS256","typ":"JWT"}"#.utf8).base64URL + "." + Data(claims.utf8).base64URL
        let signature = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: key)
        return signed + "." + Data(signature).base64URL
    }
}

extension String {
    /// As a JSON string.
    var asJSON: String {
        var buffer = ByteBuffer()
        buffer.writeJSON(self)
        return String(buffer: buffer)
    }
}
