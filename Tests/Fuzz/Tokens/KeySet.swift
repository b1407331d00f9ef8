@testable import LeaderboardService

extension FuzzTarget {
    static let keySet = FuzzTarget(
        "keyset",
        "JWK sets, and the bytes of an RSA modulus",
        dictionary: "keys",
        maximumBytes: 2048
    ) { input in
        for takesSecrets in [true, false] {
            guard let set = try? KeySet(json: input.bytes, takesSecrets: takesSecrets) else { continue }
            promise((1...KeySet.maximumKeys).contains(set.count), "a set has keys, and not too many")
        }
        if let modulus = try? RSAModulus(input.bytes) {
            promise((256...1024).contains(modulus.bytes.count), "a modulus has 2048 to 8192 bits")
        }
    }
}
