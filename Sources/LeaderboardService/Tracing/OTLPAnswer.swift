import Text
import Leaderboard
import NIOCore

/// A collector's answer, as far as it says that it left spans out (`partialSuccess`).
enum OTLPAnswer {
    /// 0 for anything else.
    static func rejectedSpans(_ body: ByteBuffer?) -> Int {
        guard let body, let value = try? JSONValue(json: body, maximumBytes: 65_536),
            let rejected = value.object?["partialSuccess"]?.object?["rejectedSpans"]
        else { return 0 }
        // An integer of 64 bits is a string in OTLP's JSON; a number is taken as well.
        let number = rejected.string.flatMap { Int($0) } ?? rejected.integer ?? 0
        return max(0, number)
    }
}
