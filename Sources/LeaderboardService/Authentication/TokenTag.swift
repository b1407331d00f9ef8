/// What a token is remembered by: a keyed hash of 128 bits (SipHash-2-4; Aumasson and Bernstein, 2012). Without the key,
/// which this process draws, nobody can aim at another's entry; and as only such hashes are compared, the time that it
/// takes tells nothing of a token. The tokens themselves are not kept.
///
/// Written here, for Swift's own `Hasher` makes 64 bits, of which two tokens may have the same: whole tokens would have to be kept
/// and compared.
struct TokenTag: Hashable, Sendable {
    /// 128 random bits.
    struct Key: Sendable {
        let first, second: UInt64

        static func random() -> Key {
            var generator = SystemRandomNumberGenerator()
            return Key(first: generator.next(), second: generator.next())
        }
    }

    let first, second: UInt64

    init(_ bytes: Span<UInt8>, key: Key) {
        var state = SipState(key)
        var index = 0
        while index + 8 <= bytes.count {
            state.absorb(Self.word(bytes, index..<(index + 8)))
            index += 8
        }
        state.absorb(UInt64(truncatingIfNeeded: bytes.count) << 56 | Self.word(bytes, index..<bytes.count))
        (first, second) = state.finish()
    }

    /// Up to eight bytes, the first the least significant.
    @inline(__always)
    private static func word(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var word: UInt64 = 0
        var shift: UInt64 = 0
        for index in range {
            word |= UInt64(bytes[index]) &<< shift
            shift &+= 8
        }
        return word
    }
}

private struct SipState {
    private var v0, v1, v2, v3: UInt64

    init(_ key: TokenTag.Key) {
        v0 = key.first ^ 0x736F_6D65_7073_6575
        v1 = key.second ^ 0x646F_7261_6E64_6F6D ^ 0xEE
        v2 = key.first ^ 0x6C79_6765_6E65_7261
        v3 = key.second ^ 0x7465_6462_7974_6573
    }

    mutating func absorb(_ word: UInt64) {
        v3 ^= word
        rounds(2)
        v0 ^= word
    }

    mutating func finish() -> (UInt64, UInt64) {
        v2 ^= 0xEE
        rounds(4)
        let first = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xDD
        rounds(4)
        return (first, v0 ^ v1 ^ v2 ^ v3)
    }

    private mutating func rounds(_ count: Int) {
        for _ in 0..<count {
            v0 &+= v1
            v1 = v1 &<< 13 | v1 &>> 51
            v1 ^= v0
            v0 = v0 &<< 32 | v0 &>> 32
            v2 &+= v3
            v3 = v3 &<< 16 | v3 &>> 48
            v3 ^= v2
            v0 &+= v3
            v3 = v3 &<< 21 | v3 &>> 43
            v3 ^= v0
            v2 &+= v1
            v1 = v1 &<< 17 | v1 &>> 47
            v1 ^= v2
            v2 = v2 &<< 32 | v2 &>> 32
        }
    }
}
