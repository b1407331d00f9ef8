package import Board
package import Seasons

/// Which season of a window is shown, and where changes tell of it.
package struct SeasonPlace: Sendable, Equatable {
    package let season: Season
    package let window: String
    /// The board's epoch. That of the window's cursors names the season as well: a place in one is none in another.
    let epoch: String
    /// In the list of scores that changes have; nil: changes do not count in it.
    private let index: Int?
    private let listed: Int

    /// - Parameter epoch: the board's.
    package init(_ season: Season, of window: String, epoch: String, index: Int?, listed: Int) {
        self.season = season
        self.window = window
        self.epoch = epoch
        self.index = index
        self.listed = listed
    }

    /// Of the window's cursors.
    package var shownEpoch: String { Self.shownEpoch(epoch, window, season) }

    private static func shownEpoch(_ epoch: String, _ window: String, _ season: Season) -> String {
        "\(epoch).\(window).\(season.id)"
    }

    /// The same season, after others of the board's windows began. Nil: it is another season, or there is none.
    func after(_ begun: BegunWindows) -> SeasonPlace? {
        guard let index = begun.windows.firstIndex(where: { $0.name == window }) else { return nil }
        let season = begun.windows[index].season
        guard season.id == self.season.id else { return nil }
        return SeasonPlace(season, of: window, epoch: epoch, index: index, listed: begun.windows.count)
    }

    /// What a change means to who sees this season.
    enum Meaning: Equatable {
        /// The user's score in it, and what was added there.
        case score(Int, increase: Int?)
        /// It happened elsewhere.
        case nothing
        /// It does not tell: only a look can.
        case unknown
    }

    func meaning(of change: Change) -> Meaning {
        guard let windows = change.windows else {
            // What another service wrote by itself is in no window.
            return change.seq == nil ? .nothing : .unknown
        }
        let place: Int
        if let seasons = windows.seasons {
            let words = "\(window) \(season.id)"
            guard let late = seasons.firstIndex(where: { $0 == words }) else { return .nothing }
            place = late
        } else {
            guard let index else { return .nothing }
            guard windows.scores.count == listed else { return .unknown }
            place = index
        }
        guard windows.scores.indices.contains(place) else { return .unknown }
        let increase = windows.increases.flatMap { $0.indices.contains(place) ? $0[place] : nil } ?? change.increase
        return .score(windows.scores[place], increase: increase)
    }
}

/// Which seasons of a board's windows run from a place in its stream on.
package struct BegunWindows: Sendable, Equatable {
    package let cursor: Cursor
    /// In the order in which changes tell of the scores in them.
    package let windows: [(name: String, season: Season)]

    /// - Parameter cursor: the board's.
    package init(_ windows: [(name: String, season: Season)], at cursor: Cursor) {
        self.windows = windows
        self.cursor = cursor
    }

    package static func == (a: BegunWindows, b: BegunWindows) -> Bool {
        a.cursor == b.cursor && a.windows.elementsEqual(b.windows) { $0.name == $1.name && $0.season == $1.season }
    }
}
