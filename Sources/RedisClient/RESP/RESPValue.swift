import Text

/// A reply of Redis (RESP2).
package enum RESPValue: Sendable, Equatable {
    case null
    case integer(Int)
    /// A bulk or simple string: any bytes.
    case string([UInt8])
    case array([RESPValue])
    /// An error inside an array; at the top a reply's error is thrown as ``RedisError/refused(_:)``. Indirect, for all
    /// others are one word.
    indirect case error(RedisRefusal)

    /// The string as UTF-8; nil if it is none.
    package var text: String? {
        guard case .string(let bytes) = self else { return nil }
        // What is ASCII, as nearly everything is, needs no more checks: 800 instructions for the first word of a reply.
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return String(validating: bytes, as: UTF8.self) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The integer, also where Redis sends it as decimal text.
    package var integer: Int? {
        switch self {
        case .integer(let number): number
        case .string: text.flatMap { Int($0) }
        default: nil
        }
    }

    /// The port that it names; nil for what is none.
    var port: Port? {
        if case .integer(let number) = self { Port(number) } else { text.flatMap { Port($0) } }
    }

    package var array: [RESPValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }
}
