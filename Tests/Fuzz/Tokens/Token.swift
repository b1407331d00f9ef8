import Board
import Crypto
import FoundationEssentials
import Leaderboard

@testable import LeaderboardService

extension FuzzTarget {
    static let token = FuzzTarget(
        "token",
        "the texts of tokens",
        dictionary: "tokens"
    ) { input in
        if let bytes = Base64URL.decode(input.bytes) {
            promise(Array(Data(bytes).base64URL.utf8) == input.bytes, "bytes have one text")
        }
        guard let token = try? CompactJWS(input.text) else { return }
        promise(token.signed.count < input.bytes.count, "what is signed is a part of the token")
        promise(!VerificationKey.hs256(SymmetricKey(size: .bits256)).verifies(token), "nobody has signed it")
        _ = try? token.claims(of: [token.type])
    }

    static let claims = FuzzTarget(
        "claims",
        "header and claims of a token, a line each, before they become its text",
        dictionary: "tokens"
    ) { input in
        let parts = input.lines.prefix(2).map { Data($0).base64URL }
        guard let token = try? CompactJWS((parts + ["AAAA"]).joined(separator: ".")) else { return }
        guard let claims = try? token.claims(of: [token.type]) else { return }
        for rules in [
            ClaimRules(issuer: nil, audience: nil, leeway: 30), ClaimRules(issuer: "i", audience: "a", leeway: 0),
        ] {
            guard let verified = try? VerifiedToken(claims, rules: rules, now: 1_800_000_000) else { continue }
            promise(verified.expiresAt + rules.leeway > 1_800_000_000, "a token that is over is refused")
            promise((try? UserID(verified.subject.rawValue)) != nil, "a token's user is valid")
        }
    }
}
