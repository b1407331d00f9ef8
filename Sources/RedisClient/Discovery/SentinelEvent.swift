import Text

/// What a sentinel announces ("Pub/Sub messages", Redis Sentinel's documentation), as far as it matters: about whom.
struct SentinelEvent: Equatable {
    /// The name of the primary that is watched.
    let primary: String
    /// The replica that it is about; nil where it is about the primary.
    var replica: RedisEndpoint.Address?

    /// - Parameter payload: `main 10.0.0.1 6379 10.0.0.2 6379` of `+switch-master`; `master main 10.0.0.1 6379` or
    ///   `slave 10.0.0.2:6379 10.0.0.2 6379 @ main 10.0.0.1 6379` of all others.
    init?(_ payload: [UInt8]) {
        let words = String(decoding: payload, as: UTF8.self).words.map(String.init)
        switch (words.first, words.count) {
        case ("slave", 8):
            guard words[4] == "@", let port = Int(words[3]), (1...65535).contains(port) else { return nil }
            primary = words[5]
            replica = .tcp(host: words[2], port: port)
        case ("master", 4...): primary = words[1]
        case (let name?, 5): primary = name
        default: return nil
        }
    }
}
