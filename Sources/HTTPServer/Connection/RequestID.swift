import NIOHTTP1
import Synchronization

/// `X-Request-Id`: the client's own where it is sane, so that an update can be followed through several services.
enum RequestID {
    private static let prefix = String(UInt64.random(in: .min ... .max), radix: 36) + "-"
    private static let counter = Atomic<UInt64>(0)
    private static let cipher = CountCipher()

    /// 1 to 64 of `A-Z a-z 0-9 . _ -`, given once; otherwise one of ours.
    static func of(_ headers: HTTPHeaders) -> String {
        guard case .once(let given) = headers.occurrence(of: "X-Request-Id"), isSane(given) else { return next() }
        return given
    }

    /// Unique: a random number of this process, and a count. Nobody can guess the one from another, for the count is
    /// encrypted: it keeps what is hashed together with it from being guessed (an erased entry of an audit, say).
    static func next() -> String {
        var id = ""
        id.reserveCapacity(28)
        id += prefix
        id += String(cipher.encrypt(counter.wrappingAdd(1, ordering: .relaxed).newValue), radix: 36)
        return id
    }

    private static func isSane(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
