import Board
package import NIOCore
import RedisClient

// Of a board whose equals share a rank without a gap: the scores that somebody has (`Functions/distinct.lua`).
extension ScoreStore {
    private static let distinctBatch = 500

    /// Those that are not where they are counted, or are and should not be; in their order.
    func wrongScores(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [String] {
        var texts: Set<String> = []
        try await forEachScore(of: keys.scores, on: eventLoop) { _, score in texts.insert(String(score)) }
        try await forEachScore(of: keys.at, on: eventLoop) { member, _ in texts.insert(member.text) }
        var wrong: [String] = []
        for batch in Self.batches(texts.sorted()) {
            guard
                let found = try await read(distinct("FCALL_RO", "leaderboard_wrong_scores", batch), on: eventLoop).array
            else { throw .unavailable("unexpected reply") }
            wrong += found.compactMap(\.text)
        }
        return wrong
    }

    /// Puts them right, whatever they are by now.
    package func rightScores(_ texts: [String], on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        for batch in Self.batches(texts) {
            _ = try await writeRepeatably(distinct("FCALL", "leaderboard_right_scores", batch), on: eventLoop)
        }
    }

    private func distinct(_ command: String, _ function: String, _ texts: ArraySlice<String>) -> RedisCommand {
        var call = RedisCommand(command, function, "2", keys.scores, keys.at)
        for text in texts { call.append(text) }
        return call
    }

    private static func batches(_ texts: [String]) -> [ArraySlice<String>] {
        stride(from: 0, to: texts.count, by: distinctBatch).map { start in
            texts[start..<min(start + distinctBatch, texts.count)]
        }
    }
}
