// What the guide `tokens` shows for Swift, as it stands there: `GuidesTests` compares them.
import Crypto
import Foundation

struct Claims: Encodable {
    let sub: String
    let iat, exp: Int
}

func signedToken(user: String, secret: String, seconds: Int = 900) throws -> String {
    func part(_ data: some DataProtocol) -> String {
        Data(data).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
    let now = Int(Date.now.timeIntervalSince1970)
    let claims = try JSONEncoder().encode(Claims(sub: user, iat: now, exp: now + seconds))
    let signed = part(Data(#"{"alg":"HS256","typ":"JWT"}"#.utf8)) + "." + part(claims)
    let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: SymmetricKey(data: Data(secret.utf8)))
    return signed + "." + part(Data(code))
}
