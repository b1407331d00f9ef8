import Board
import Text
import FoundationEssentials
import Leaderboard

/// Checks the grants of game servers: JWTs of the type `score-grant+jwt` that say `sub` may have `points`, once (`jti`),
/// before `exp`. For games whose clients are not to be trusted with their own score.
///
/// The type keeps the two kinds of token apart (RFC 8725, section 3.11): no access token is a grant, no grant gives access.
struct Grants: Sendable {
    private static let type = "score-grant+jwt"
    /// A used grant is remembered until it has expired, so that must be foreseeable.
    private static let longestLifetime: Double = 7 * 86_400

    let keys: SigningKeys
    let rules: ClaimRules
    /// Seconds since 1970.
    var now: @Sendable () -> Double = { Date.now.timeIntervalSince1970 }

    /// - Parameter leeway: seconds by which clocks may differ.
    init(keys: SigningKeys, leeway: Double) {
        self.keys = keys
        rules = ClaimRules(issuer: nil, audience: nil, leeway: leeway)
    }

    /// The update's grant, which vouches for exactly this update. Whether it was used before, only Redis knows.
    ///
    /// One that names no `board` is for `main`: it is used up on the board that it counts for, and would count on each.
    func verify(for update: BoardUpdate, on board: BoardID = .main) async throws(Refusal) -> ScoreGrant {
        guard let text = update.grant else { throw .missingGrant }
        let claims: JSONObject
        let expiry: Double
        let now = now()
        do throws(TokenError) {
            let token = try CompactJWS(text)
            try await keys.verify(token)
            claims = try token.claims(of: [Self.type])
            expiry = try rules.expiry(of: claims, now: now)
        } catch {
            throw .invalidGrant
        }
        guard expiry - now <= Self.longestLifetime, let user = claims["sub"]?.string,
            let points = claims["points"]?.integer, let id = claims["jti"]?.string,
            let grant = ScoreGrant(id: id, lifetime: lifetime(until: expiry, now: now))
        else { throw .invalidGrant }
        guard user == update.user.rawValue, points == update.value else { throw .grantMismatch }
        guard let named = claims["board"] else {
            guard board == .main else { throw .grantOfMain(not: board) }
            return grant
        }
        guard named.string == board.rawValue else { throw .grantOfOtherBoard(than: board) }
        return grant
    }

    /// For how long any instance may still take it: their clocks may differ from ours by the leeway, either way.
    private func lifetime(until expiry: Double, now: Double) -> Duration {
        .seconds(expiry - now + 2 * rules.leeway + 1)
    }
}
