/// A count that nobody can guess: a block cipher on 64 bits (Speck64/128 of Beaulieu and others, "The SIMON and SPECK families of
/// lightweight block ciphers", 2013). Each number becomes another one, so what is counted stays unique; and who has seen
/// some of them knows none of the others without the key. Costs 55 ns. Random numbers would do as well: but of the system's generator
/// each is a call to the kernel, and another generator would have to be one that nobody can guess from what it made before.
struct CountCipher: Sendable {
    private static let rounds = 27

    private let roundKeys: [UInt32]

    /// A key of its own.
    init() {
        self.init(key: UInt128.random(in: .min ... .max))
    }

    init(key: UInt128) {
        var words = (0..<4).map { UInt32(truncatingIfNeeded: key >> (32 * UInt128($0))) }
        var roundKeys = [words[0]]
        for round in 0..<Self.rounds - 1 {
            let (left, right) = Self.round(words[round + 1], roundKeys[round], key: UInt32(round))
            words.append(left)
            roundKeys.append(right)
        }
        self.roundKeys = roundKeys
    }

    func encrypt(_ number: UInt64) -> UInt64 {
        var (left, right) = (UInt32(truncatingIfNeeded: number >> 32), UInt32(truncatingIfNeeded: number))
        for key in roundKeys { (left, right) = Self.round(left, right, key: key) }
        return UInt64(left) << 32 | UInt64(right)
    }

    private static func round(_ left: UInt32, _ right: UInt32, key: UInt32) -> (UInt32, UInt32) {
        let left = ((left >> 8 | left << 24) &+ right) ^ key
        return (left, (right << 3 | right >> 29) ^ left)
    }
}
