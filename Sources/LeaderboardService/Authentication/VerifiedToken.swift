package import Board
import Text

/// What a verified access token says.
package struct VerifiedToken: Sendable, Equatable {
    /// The user whose score it may change.
    package let subject: UserID
    /// There is no claim `active`, or it is true.
    package let isActive: Bool
    /// The words of the claim `scope` (RFC 8693, section 4.2).
    package let scopes: Set<String>
    /// Nil: there is no claim `boards`.
    let boards: BoardsClaim?
    /// Seconds since 1970.
    package let expiresAt: Double
    /// The same with what clocks may differ by: until then it is taken.
    package let isTakenUntil: Double

    init(_ claims: JSONObject, rules: ClaimRules, now: Double) throws(TokenError) {
        expiresAt = try rules.expiry(of: claims, now: now)
        isTakenUntil = expiresAt + rules.leeway
        guard let subject = rules.userClaim.value(in: claims) else { throw .missingUser }
        guard let text = subject.string, let user = try? UserID(text) else { throw .unusableUser }
        self.subject = user
        boards = claims["boards"].map(BoardsClaim.init)
        isActive = claims["active"].map { $0 == .bool(true) } ?? true
        if let scope = claims["scope"] {
            guard let text = scope.string else { throw .badClaims }
            scopes = Set(text.words.map(String.init))
        } else {
            scopes = []
        }
    }
}
