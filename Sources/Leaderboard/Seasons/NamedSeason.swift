package import Seasons
import Text

/// The season for which an update is meant: `weekly/2026-W48`, or `2026-W48` where that can be of one window alone.
package struct NamedSeason: Hashable, Sendable {
    /// Nil: no window of the board has seasons of such names.
    package let window: WindowName?
    package let id: String

    package init(window: WindowName? = nil, id: String) {
        self.window = window
        self.id = id
    }

    func names(_ season: WindowSeason) -> Bool {
        season.season.id == id && (window == nil || season.window == window)
    }

    /// As it is kept with the outcome of an update (`Functions/write.lua`).
    var text: String { window.map { "\($0)/\(id)" } ?? id }
}

extension NamedSeason {
    /// - Throws: what is wrong with the text, in words.
    init(_ text: String, of windows: BoardWindows) throws(ScoreUpdateError) {
        let parts = text.parts(at: "/")
        guard let id = parts.last, parts.count <= 2, Season.isID(id) else { throw Self.malformed }
        if parts.count == 2 {
            guard let window = WindowName(parts[0]) else { throw Self.malformed }
            guard windows.seasonal.contains(where: { $0.name == window }) else {
                throw ScoreUpdateError(.unknownSeason, "This board has no window \(window) that has seasons.")
            }
            self.init(window: window, id: String(id))
            return
        }
        let named = windows.seasonal.filter { $0.reset.names(id) }
        guard named.count <= 1 else {
            let choices = named.map { "\($0.name)/\(id)" }.joined(separator: " or ")
            throw ScoreUpdateError(
                .season,
                "More than one window of this board has seasons of such names: say which is meant, as \(choices)."
            )
        }
        self.init(window: named.first?.name, id: String(id))
    }

    static let malformed = ScoreUpdateError(
        .season,
        "season must be the name of a season, as GET …/seasons has it, or window/season, such as weekly/2026-W48."
    )
}
