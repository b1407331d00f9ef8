import Seasons

/// The calendars of a board's windows.
struct WindowCalendar: Sendable {
    /// Which season of a window it is at a moment.
    typealias SeasonAt = @Sendable (_ moment: Int) -> Season?

    private let windows: [(name: WindowName, seasonAt: SeasonAt)]
    private let version: String
    private let graceSeconds: Int
    /// Outside of it the board takes no update; nil: it always does.
    let tournament: WindowSeason?
    /// Windows of which Redis alone knows which season runs, for an operator ends it.
    let manual: Set<WindowName>

    /// Nil: no window of the board ends.
    init?(_ definition: BoardDefinition) {
        let rules = definition.windows
        guard !rules.seasonal.isEmpty else { return nil }
        var tournament: WindowSeason?
        let windows = rules.seasonal.map { rule in
            let calendar = SeasonCalendar(
                rule.reset,
                zone: rules.zone,
                weekStart: rules.weekStart,
                anchor: rules.anchor,
                end: rules.end
            )
            if let only = calendar.only { tournament = WindowSeason(window: rule.name, season: only) }
            let seasonAt: SeasonAt = { calendar.season(at: $0) }
            return (name: rule.name, seasonAt: seasonAt)
        }
        self.init(
            windows,
            version: definition.version,
            graceSeconds: rules.graceSeconds,
            tournament: tournament,
            manual: Set(rules.seasonal.filter { $0.reset == .manual }.map(\.name))
        )
    }

    init(
        _ windows: [(name: WindowName, seasonAt: SeasonAt)],
        version: String,
        graceSeconds: Int,
        tournament: WindowSeason? = nil,
        manual: Set<WindowName> = []
    ) {
        self.windows = windows
        self.version = version
        self.graceSeconds = graceSeconds
        self.tournament = tournament
        self.manual = manual
    }

    /// Those that run; they may be none where the board takes updates at other times only. Nil: the moment is none of a calendar.
    /// - Parameter held: what Redis holds: of each window that is in it, and has not ended, it is right, whatever the calendar says,
    ///   and although its clock may have been set back to before the beginning.
    func seasons(at moment: Int, holding held: [WindowSeason]) -> RunningSeasons? {
        guard let seasons = each(at: moment, holding: held) else { return nil }
        guard let tournament, !seasons.contains(where: { $0.window == tournament.window }) else {
            return RunningSeasons(seasons, version: version)
        }
        // Until it begins, or since it has ended.
        let (from, until) =
            moment < tournament.season.from ? (0, tournament.season.from) : (tournament.season.until, Season.open)
        return RunningSeasons(seasons, within: (from, until), version: version)
    }

    /// The same for who writes: where the board takes no updates now, Redis says so by its clock.
    func seasonsToWrite(at moment: Int, holding held: [WindowSeason]) -> RunningSeasons? {
        each(at: moment, holding: held, withTournament: true).flatMap { RunningSeasons($0, version: version) }
    }

    private func each(
        at moment: Int,
        holding held: [WindowSeason],
        withTournament: Bool = false
    ) -> [WindowSeason]? {
        var seasons: [WindowSeason] = []
        for (window, seasonAt) in windows {
            if let season = held.first(where: { $0.window == window && moment < $0.season.until }) {
                seasons.append(season)
            } else if let season = seasonAt(moment) {
                seasons.append(WindowSeason(window: window, season: season))
            } else if let tournament, tournament.window == window {
                if withTournament { seasons.append(tournament) }
            } else {
                return nil
            }
        }
        return seasons
    }

    /// It has ended, and takes late updates.
    func isInGrace(_ season: WindowSeason, at moment: Int) -> Bool {
        season.season.until <= moment && moment - graceSeconds * 1_000_000 < season.season.until
    }

    /// So many seasons of a window are looked at, from the running one on.
    private static let maximumLate = 64

    /// Those for an update that names a season that has ended not long ago. Nil: there is none of this name, or its grace is over.
    func late(_ named: NamedSeason, after running: RunningSeasons, at now: Int) -> RunningSeasons? {
        guard graceSeconds > 0 else { return nil }
        if let tournament, named.names(tournament) {
            let end = tournament.season.until
            guard end <= now, now < end + graceSeconds * 1_000_000 else { return nil }
            return late(tournament.season, after: running, forSeconds: graceSeconds)
        }
        for (window, seasonAt) in windows where !manual.contains(window) && window != tournament?.window {
            guard var season = running.season(of: window) else { continue }
            for _ in 0..<Self.maximumLate {
                guard let before = seasonAt(season.from - 1),
                    before.until + graceSeconds * 1_000_000 > now
                else { break }
                season = before
                guard named.names(WindowSeason(window: window, season: season)) else { continue }
                return late(season, after: running, forSeconds: graceSeconds)
            }
        }
        return nil
    }

    /// By which an update that was made before the end of the tournament is found again.
    func pastTournament(_ running: RunningSeasons) -> RunningSeasons? {
        tournament.flatMap { late($0.season, after: running, forSeconds: Self.everSeconds) }
    }

    /// Longer than any outcome is kept, and no sum with it that Lua does not have exactly.
    private static let everSeconds = 100_000_000

    private func late(_ season: Season, after running: RunningSeasons, forSeconds seconds: Int) -> RunningSeasons? {
        let end = season.until - 1
        guard let seasons = each(at: end, holding: running.seasons.filter { $0.runs(at: end) }), !seasons.isEmpty else {
            return nil
        }
        return RunningSeasons(late: seasons, of: season, graceSeconds: seconds, version: version)
    }
}
