/// The modulus of an RSA key that is strong enough to trust: 2048 to 8192 bits (RFC 7518, section 3.3), and not made by the
/// generator whose primes can be found (ROCA, CVE-2017-15361).
struct RSAModulus {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) throws(JWKError) {
        guard let first = bytes.first, first != 0 else { throw JWKError(reason: "the RSA modulus begins with a zero") }
        let bits = bytes.count * 8 - first.leadingZeroBitCount
        guard (2048...8192).contains(bits) else { throw JWKError(reason: "the RSA modulus has not 2048 to 8192 bits") }
        guard !Self.isPredictable(bytes) else {
            throw JWKError(reason: "the RSA modulus is of a broken generator (CVE-2017-15361)")
        }
        self.bytes = bytes
    }

    /// Moduli of that generator are powers of 65537 modulo each of many small primes (Nemec et al., "The Return of
    /// Coppersmith's Attack", section 2.2). Of other moduli one in 10^8 is so modulo all of these.
    private static func isPredictable(_ modulus: [UInt8]) -> Bool {
        [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157].allSatisfy { prime in
            let remainder = modulus.reduce(0) { ($0 << 8 | Int($1)) % prime }
            var power = 1
            repeat {
                if power == remainder { return true }
                power = power * 65_537 % prime
            } while power != 1
            return false
        }
    }
}
