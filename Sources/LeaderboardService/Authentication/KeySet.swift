import Text
import Leaderboard

/// Bytes that are no set of keys, with the reason for a person. It quotes nothing of a key.
struct KeySetError: Error, Equatable, CustomStringConvertible {
    let description: String
}

/// The keys of a JWK set (RFC 7517, section 5) that are of use here.
struct KeySet: Sendable {
    static let maximumBytes = 262_144
    static let maximumKeys = 100
    /// How many keys are tried for a token without a `kid`.
    static let maximumTried = 4

    private var byID: [String: VerificationKey] = [:]
    /// Of usable keys and of the others.
    private let ids: Set<String>
    private var all: [VerificationKey] = []
    /// Keys that are of no use here, and why: `key 2: use is not sig`. A set may hold keys for others.
    private(set) var ignored: [String] = []

    var count: Int { all.count }

    /// Without any key: before the first load.
    init() {
        ids = []
    }

    /// - Parameter takesSecrets: whether the set may be one of HS256 secrets. One that anybody can fetch may not; and none
    ///   may mix secrets with public keys, for then a public key is one slip away from being taken for a secret.
    init(json: [UInt8], takesSecrets: Bool) throws(KeySetError) {
        let members = try Self.members(of: json)
        // Of any two keys, usable or not: which of them a token means would be anybody's guess.
        let ids = members.compactMap { $0.object?["kid"]?.string }
        self.ids = Set(ids)
        guard self.ids.count == ids.count else { throw KeySetError(description: "two of its keys have the same kid") }
        for (index, jwk) in members.enumerated() {
            do {
                let (id, key) = try Self.key(jwk, takesSecrets: takesSecrets)
                if let id { byID[id] = key }
                all.append(key)
            } catch {
                ignored.append("key \(index + 1): \(error.reason)")
            }
        }
        let secrets = all.count { $0.algorithm == .hs256 }
        guard secrets == 0 || secrets == all.count else {
            throw KeySetError(description: "it mixes secrets with public keys")
        }
        guard !all.isEmpty else {
            throw KeySetError(description: (["it has no usable key"] + ignored).joined(separator: "; "))
        }
    }

    /// Whether a key of the set has this `kid`, be it of use here or not.
    func holds(_ keyID: String) -> Bool {
        ids.contains(keyID)
    }

    /// The key that the token names; or, where it names none, the first ones of its algorithm.
    func candidates(for token: CompactJWS) -> [VerificationKey] {
        if let id = token.keyID { return byID[id].map { [$0] } ?? [] }
        return Array(all.lazy.filter { $0.algorithm == token.algorithm }.prefix(Self.maximumTried))
    }

    private static func members(of json: [UInt8]) throws(KeySetError) -> [JSONValue] {
        let set: JSONValue
        do {
            set = try JSONValue(json: json, maximumBytes: maximumBytes)
        } catch {
            throw KeySetError(description: "it is not JSON: \(error)")
        }
        guard let keys = set.object?["keys"]?.array else { throw KeySetError(description: "it has no array of keys") }
        guard keys.count <= maximumKeys else {
            throw KeySetError(description: "it has more than \(maximumKeys) keys")
        }
        return keys
    }

    private static func key(
        _ jwk: JSONValue,
        takesSecrets: Bool
    ) throws(JWKError) -> (id: String?, key: VerificationKey) {
        guard let members = jwk.object else { throw JWKError(reason: "it is no object") }
        let key = try VerificationKey(jwk: members)
        guard key.algorithm != .hs256 || takesSecrets else { throw JWKError(reason: "a secret in a public set") }
        guard let id = members["kid"] else { return (nil, key) }
        guard let id = id.string else { throw JWKError(reason: "kid is no string") }
        return (id, key)
    }
}
