package import Seasons
import Text

/// A season, and the window of which it is one.
package struct WindowSeason: Sendable, Hashable {
    package let window: WindowName
    package let season: Season

    package init(window: WindowName, season: Season) {
        self.window = window
        self.season = season
    }

    /// The same; where it was thought to begin later, by a clock that was ahead, it begins at this moment.
    func begun(by moment: Int) -> WindowSeason {
        guard season.from > moment else { return self }
        return WindowSeason(window: window, season: Season(id: season.id, from: moment, until: season.until))
    }

    package func runs(at moment: Int) -> Bool {
        season.from <= moment && moment < season.until
    }

    /// As the texts of `Functions/write.lua` have it.
    var text: String { "\(window) \(season.id) \(season.from) \(season.until)" }

    init?(text: Substring) {
        let words = text.parts(at: " ")
        guard words.count == 4, let window = WindowName(words[0]), Season.isID(words[1]),
            let from = Int(words[2]), let until = Int(words[3]), Season.exact.contains(from),
            Season.exact.contains(until), from < until
        else { return nil }
        self.init(window: window, season: Season(id: String(words[1]), from: from, until: until))
    }
}

extension Season {
    /// Microseconds that Lua has exactly.
    fileprivate static let exact = -9_007_199_254_740_991...9_007_199_254_740_991
}
