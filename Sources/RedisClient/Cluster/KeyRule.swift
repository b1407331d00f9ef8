/// Which of a command's words are keys (`COMMAND INFO`: first key, last key, step). Those that are not listed name none.
enum KeyRule: Sendable, CaseIterable {
    /// The first after the name.
    case first
    case firstTwo
    /// The one after a subcommand.
    case second
    /// All after the name.
    case all
    /// Every other: keys and values in turn.
    case alternate
    /// So many as the second word after the name says, which they follow.
    case counted

    /// - Parameter name: the command's first word, in capitals.
    static func of(_ name: ArraySlice<UInt8>) -> KeyRule? {
        rules[String(decoding: name, as: UTF8.self)]
    }

    /// - Parameter words: those after the name.
    func keys(of words: inout Words) -> [ArraySlice<UInt8>] {
        switch self {
        case .first: return Array(words.prefix(1))
        case .firstTwo: return Array(words.prefix(2))
        case .second: return Array(words.dropFirst().prefix(1))
        case .all: return Array(words)
        case .alternate: return Array(words).enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        case .counted:
            _ = words.next()
            let count = words.next().flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
            return Array(words.prefix(max(0, count)))
        }
    }

    private static let rules = Dictionary(
        KeyRule.allCases.flatMap { rule in rule.names.map { ($0, rule) } },
        uniquingKeysWith: { first, _ in first }
    )

    var names: [String] {
        switch self {
        case .first:
            [
                "APPEND", "BITCOUNT", "DECR", "DECRBY", "DUMP", "EXPIRE", "EXPIREAT", "GET", "GETDEL", "GETEX",
                "GETRANGE",
                "GETSET", "HDEL", "HEXISTS", "HGET", "HGETALL", "HINCRBY", "HKEYS", "HLEN", "HMGET", "HSCAN", "HSET",
                "HSETNX",
                "HVALS", "INCR", "INCRBY", "INCRBYFLOAT", "LINDEX", "LLEN", "LPOP", "LPUSH", "LRANGE", "LREM", "LTRIM",
                "PERSIST", "PEXPIRE", "PEXPIREAT", "PEXPIRETIME", "PSETEX", "PTTL", "RESTORE", "RPOP", "RPUSH", "SADD",
                "SCARD", "SET", "SETEX", "SETNX", "SETRANGE", "SISMEMBER", "SMEMBERS", "SMISMEMBER", "SPOP", "SPUBLISH",
                "SRANDMEMBER", "SREM", "SSCAN", "STRLEN", "TTL", "TYPE", "XACK", "XADD", "XDEL", "XLEN", "XRANGE",
                "XREVRANGE", "XTRIM", "ZADD", "ZCARD", "ZCOUNT", "ZINCRBY", "ZLEXCOUNT", "ZMSCORE", "ZPOPMAX",
                "ZPOPMIN",
                "ZRANGE", "ZRANGEBYLEX", "ZRANGEBYSCORE", "ZRANK", "ZREM", "ZREMRANGEBYRANK", "ZREMRANGEBYSCORE",
                "ZREVRANGE",
                "ZREVRANGEBYSCORE", "ZREVRANK", "ZSCAN", "ZSCORE",
            ]
        case .firstTwo: ["COPY", "RENAME", "RENAMENX", "SMOVE"]
        case .second: ["MEMORY", "OBJECT", "XGROUP", "XINFO"]
        case .all:
            [
                "DEL", "EXISTS", "MGET", "SINTER", "SDIFF", "SSUBSCRIBE", "SUNION", "SUNSUBSCRIBE", "TOUCH", "UNLINK",
                "WATCH",
            ]
        case .alternate: ["MSET", "MSETNX"]
        case .counted: ["EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO"]
        }
    }
}
