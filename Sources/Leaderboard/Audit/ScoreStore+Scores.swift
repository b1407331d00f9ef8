import NIOCore
import RedisClient

extension ScoreStore {
    /// Each user of a sorted set of scores, 1,000 at a time; one may come twice.
    func forEachScore(
        of key: String,
        on eventLoop: any EventLoop,
        _ body: (String, Int) -> Void
    ) async throws(ScoreStoreError) {
        var cursor = "0"
        repeat {
            let reply = try await read(RedisCommand("ZSCAN", key, cursor, "COUNT", "1000"), on: eventLoop)
            guard let parts = reply.array, parts.count == 2, let next = parts[0].text, let words = parts[1].array else {
                throw .unavailable("unexpected reply")
            }
            for index in stride(from: 0, to: words.count - 1, by: 2) {
                guard case .string(let user) = words[index], let score = words[index + 1].text.flatMap(Double.init)
                else {
                    throw .unavailable("unexpected reply")
                }
                body(String(decoding: user, as: UTF8.self), ScoreRange.shown(score))
            }
            cursor = next
        } while cursor != "0"
    }
}

extension ScoreRange {
    /// As the board shows a score of Redis: whole, and within the range (`shown_score` of `Functions/numbers.lua`).
    static func shown(_ score: Double) -> Int {
        guard !score.isNaN else { return 0 }
        return Int(max(-Double(limit), min(Double(limit), score.rounded(.down))))
    }
}
