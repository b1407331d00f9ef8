import Text
import NIOCore
import Synchronization

/// `X-Request-Id`: the client's own where it is sane, so that an update can be followed through several services.
enum RequestID {
    private static let prefix = Array((String(UInt64.random(in: .min ... .max), radix: 36) + "-").utf8)
    private static let counter = Atomic<UInt64>(0)
    private static let cipher = CountCipher()
    /// Of the largest number of 64 bits, to the base of 36.
    private static let digitCount = 13
    private static let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)

    /// 1 to 64 of `A-Z a-z 0-9 . _ -`, given once; otherwise one of ours.
    static func of(_ headers: RequestHeaders) -> String {
        guard case .once(let given) = headers.occurrence(of: "X-Request-Id"), isSane(given) else { return next() }
        return String(buffer: given)
    }

    /// Unique: a random number of this process, and a count. Nobody can guess the one from another, for the count is
    /// encrypted: it keeps what is hashed together with it from being guessed (an erased entry of an audit, say).
    static func next() -> String {
        var number = cipher.encrypt(counter.wrappingAdd(1, ordering: .relaxed).newValue)
        let count = prefix.count + digitCount
        // SAFETY: all of the capacity is written, and nothing beyond it. Appending parts costs 1,500 instructions more.
        return unsafe String(unsafeUninitializedCapacity: count) { id in
            for (index, byte) in prefix.enumerated() { unsafe id[index] = byte }
            for index in stride(from: count - 1, through: prefix.count, by: -1) {
                unsafe id[index] = digits[Int(truncatingIfNeeded: number % 36)]
                number /= 36
            }
            return count
        }
    }

    private static func isSane(_ text: ByteBuffer) -> Bool {
        (1...64).contains(text.readableBytes)
            && text.readableBytesView.allSatisfy { $0.isLetterOrDigit || "._-".utf8.contains($0) }
    }
}
