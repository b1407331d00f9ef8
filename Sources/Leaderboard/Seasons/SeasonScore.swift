package import Seasons
import RedisClient
import Text

/// What a user has in the season of one window.
package struct SeasonScore: Sendable, Equatable {
    package let window: WindowName
    package let season: String
    package let score: Int

    /// `daily 2026-11-28 120;weekly 2026-W48 300`. Nil: it is another text.
    static func list(_ reply: RESPValue) -> [SeasonScore]? {
        guard let text = reply.text else { return nil }
        if text.isEmpty { return [] }
        let parts = text.parts(at: ";")
        let scores = parts.compactMap { SeasonScore($0) }
        return scores.count == parts.count ? scores : nil
    }

    private init?(_ text: Substring) {
        let words = text.parts(at: " ")
        guard words.count == 3, let window = WindowName(words[0]), Season.isID(words[1]),
            let score = RESPValue.string(Array(words[2].utf8)).score
        else { return nil }
        (self.window, season, self.score) = (window, String(words[1]), score)
    }
}
