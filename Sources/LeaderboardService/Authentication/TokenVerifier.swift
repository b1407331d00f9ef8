import Crypto
import FoundationEssentials
import Leaderboard
import NIOCore
import Synchronization

/// What a verified access token says.
package struct VerifiedToken: Sendable {
    /// The user whose score it may change.
    package let subject: String
    /// The claim `active` is not false.
    package let isActive: Bool
    /// The words of the claim `scope` (RFC 8693, section 4.2).
    package let scopes: Set<String>
    /// Seconds since 1970.
    package let expiresAt: Double
}

/// A token that is not accepted. The reason is for the debug log, and never holds a part of the token.
package struct TokenError: Error, Equatable {
    package let reason: String
}

/// Verifies compact JWS access tokens (RFC 7515, RFC 7519, with the advice of RFC 8725), and remembers the verified ones.
package final class TokenVerifier: Sendable {
    static let maximumBytes = 8192
    private static let maximumRemembered = 10_000

    private let configuration: TokenConfiguration
    private let key: SymmetricKey
    private let now: @Sendable () -> Double
    private let cache = Mutex<[String: VerifiedToken]>([:])

    package init(
        _ configuration: TokenConfiguration,
        now: @escaping @Sendable () -> Double = { Date.now.timeIntervalSince1970 }
    ) {
        self.configuration = configuration
        self.now = now
        key = SymmetricKey(data: Data((configuration.secret ?? "").utf8))
    }

    /// A token that was verified before and has not expired since.
    func remembered(_ token: String) -> VerifiedToken? {
        guard let known = cache.withLock({ $0[token] }) else { return nil }
        return known.expiresAt + configuration.leeway > now() ? known : nil
    }

    func verify(_ token: String) async throws(TokenError) -> VerifiedToken {
        let verified = try check(token)
        cache.withLock { cache in
            // Simple and bounded: a full cache starts over.
            if cache.count >= Self.maximumRemembered { cache.removeAll(keepingCapacity: true) }
            cache[token] = verified
        }
        return verified
    }

    private func check(_ token: String) throws(TokenError) -> VerifiedToken {
        guard token.utf8.count <= Self.maximumBytes else { throw TokenError(reason: "too long") }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw TokenError(reason: "not three parts") }
        let header = try Self.object(parts[0])
        guard header["alg"]?.string == "HS256", configuration.secret != nil else {
            throw TokenError(reason: "algorithm not accepted")
        }
        guard header["crit"] == nil else { throw TokenError(reason: "critical extensions") }
        let signature = try Self.bytes(parts[2])
        let signed = Data(token.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        guard HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: signed, using: key) else {
            throw TokenError(reason: "signature")
        }
        return try claims(Self.object(parts[1]))
    }

    private func claims(_ claims: JSONObject) throws(TokenError) -> VerifiedToken {
        let now = now()
        guard let expiry = claims["exp"]?.number?.double else { throw TokenError(reason: "no exp") }
        guard expiry + configuration.leeway > now else { throw TokenError(reason: "expired") }
        for (name, label) in [("nbf", "not yet valid"), ("iat", "issued in the future")] {
            guard let value = claims[name] else { continue }
            guard let time = value.number?.double, time - configuration.leeway <= now else {
                throw TokenError(reason: label)
            }
        }
        if let issuer = configuration.issuer, claims["iss"]?.string != issuer { throw TokenError(reason: "iss") }
        if let audience = configuration.audience {
            let named = claims["aud"]?.array?.compactMap(\.string) ?? [claims["aud"]?.string].compactMap { $0 }
            guard named.contains(audience) else { throw TokenError(reason: "aud") }
        }
        guard let subject = claims["sub"]?.string, (try? UserID(subject)) != nil else {
            throw TokenError(reason: "sub")
        }
        return VerifiedToken(
            subject: subject,
            isActive: claims["active"]?.bool != false,
            scopes: Set((claims["scope"]?.string ?? "").split(separator: " ").map(String.init)),
            expiresAt: expiry
        )
    }

    private static func object(_ part: Substring) throws(TokenError) -> JSONObject {
        guard let value = try? JSONValue(json: ByteBuffer(bytes: bytes(part)), maximumBytes: maximumBytes),
            let object = value.object
        else { throw TokenError(reason: "not a JSON object") }
        return object
    }

    /// Base64url without padding (RFC 7515, section 2), canonical: encoding it again must give the same text.
    private static func bytes(_ part: Substring) throws(TokenError) -> [UInt8] {
        var text = part.replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: String(text)), data.base64URL == part else {
            throw TokenError(reason: "not canonical base64url")
        }
        return Array(data)
    }
}

extension Data {
    /// Base64url without padding.
    var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
