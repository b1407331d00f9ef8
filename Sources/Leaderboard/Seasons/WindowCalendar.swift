import Seasons

/// The calendars of a board's windows.
struct WindowCalendar: Sendable {
    /// Which season of a window it is at a moment.
    typealias SeasonAt = @Sendable (_ moment: Int) -> Season?

    private let windows: [(name: WindowName, seasonAt: SeasonAt)]
    private let version: String
    private let graceSeconds: Int

    /// Nil: no window of the board ends.
    init?(_ definition: BoardDefinition) {
        let rules = definition.windows
        guard !rules.seasonal.isEmpty else { return nil }
        let windows = rules.seasonal.map { rule in
            let calendar = SeasonCalendar(
                rule.reset,
                zone: rules.zone,
                weekStart: rules.weekStart,
                anchor: rules.anchor
            )
            let seasonAt: SeasonAt = { calendar.season(at: $0) }
            return (name: rule.name, seasonAt: seasonAt)
        }
        self.init(windows, version: definition.version, graceSeconds: rules.graceSeconds)
    }

    init(_ windows: [(name: WindowName, seasonAt: SeasonAt)], version: String, graceSeconds: Int) {
        self.windows = windows
        self.version = version
        self.graceSeconds = graceSeconds
    }

    /// - Parameter held: what Redis holds: of each window that is in it, and has not ended, it is right, whatever the calendar says,
    ///   and although its clock may have been set back to before the beginning.
    func seasons(at moment: Int, holding held: [WindowSeason]) -> RunningSeasons? {
        RunningSeasons(each(at: moment, holding: held.filter { moment < $0.season.until }), version: version)
    }

    private func each(at moment: Int, holding held: [WindowSeason]) -> [WindowSeason] {
        let seasons = windows.compactMap { window, seasonAt in
            held.first { $0.window == window }
                ?? seasonAt(moment).map { WindowSeason(window: window, season: $0) }
        }
        return seasons.count == windows.count ? seasons : []
    }

    /// So many seasons of a window are looked at, from the running one on.
    private static let maximumLate = 64

    /// Those for an update that names a season that has ended not long ago. Nil: there is none of this name, or its grace is over.
    func late(_ id: String, after running: RunningSeasons, at now: Int) -> RunningSeasons? {
        guard graceSeconds > 0 else { return nil }
        for (window, seasonAt) in windows {
            guard var season = running.season(of: window) else { continue }
            for _ in 0..<Self.maximumLate {
                guard let before = seasonAt(season.from - 1),
                    before.until + graceSeconds * 1_000_000 > now
                else { break }
                season = before
                guard season.id == id else { continue }
                let end = season.until - 1
                let seasons = each(at: end, holding: running.seasons.filter { $0.runs(at: end) })
                guard !seasons.isEmpty else { return nil }
                return RunningSeasons(late: seasons, of: season, graceSeconds: graceSeconds, version: version)
            }
        }
        return nil
    }
}
