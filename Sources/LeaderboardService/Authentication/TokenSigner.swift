import Bounds
import Crypto
import FoundationEssentials
import Leaderboard
import NIOCore

/// Signs development tokens with `JWT_SECRET`, the way an identity service would.
package struct TokenSigner: Sendable {
    private let configuration: TokenConfiguration
    private let key: SymmetricKey

    package init(_ settings: Settings) throws(InvalidSetting) {
        configuration = try TokenConfiguration(settings)
        guard let secret = configuration.secret else {
            throw InvalidSetting(name: "JWT_SECRET", reason: "is not set: tokens are signed with it")
        }
        key = SymmetricKey(data: Data(secret.utf8))
    }

    /// - Parameter scope: of the claim `scope`, its words separated by spaces.
    package func token(user: String, lifetime: Duration, scope: String? = nil) throws -> String {
        let user = try UserID(user)
        let now = Int(clamping: Date.now.timeIntervalSince1970)
        var claims = #"{"sub":"\#(user.rawValue)","iat":\#(now),"exp":\#(now + Int(lifetime.components.seconds))"#
        if let issuer = configuration.rules.issuer { claims += #","iss":\#(Self.json(issuer))"# }
        if let audience = configuration.rules.audience { claims += #","aud":\#(Self.json(audience))"# }
        if let scope { claims += #","scope":\#(Self.json(scope))"# }
        claims += "}"
        let signed = Data(#"{"alg":"HS256","typ":"JWT"}"#.utf8).base64URL + "." + Data(claims.utf8).base64URL
        let signature = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: key)
        return signed + "." + Data(signature).base64URL
    }

    private static func json(_ text: String) -> String {
        var buffer = ByteBuffer()
        buffer.writeJSONString(text)
        return String(buffer: buffer)
    }
}
