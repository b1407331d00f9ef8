package import Seasons
import FoundationEssentials
import Synchronization
import Text

/// In which seasons the windows of one board are, as this process knows it: at first by its own clock, and then by what Redis said
/// last, whose clock judges. So an update computes nothing, and who goes by a wrong clock is told so once. Any loop.
package final class BoardSeasons: Sendable {
    private struct State {
        /// Microseconds since 1970.
        let now: Int
        let running: RunningSeasons?
        let head: WriteHead?
    }

    private let calendar: WindowCalendar
    private let makeHead: @Sendable (RunningSeasons) -> WriteHead
    private let state: Mutex<State>
    private let isEndTold = Atomic(false)

    /// - Parameter clock: microseconds since 1970.
    init(
        _ calendar: WindowCalendar,
        clock: () -> Int = systemClock,
        _ makeHead: @escaping @Sendable (RunningSeasons) -> WriteHead
    ) {
        self.calendar = calendar
        self.makeHead = makeHead
        let now = clock()
        state = Mutex(
            State(
                now: now,
                running: calendar.seasons(at: now, holding: []),
                head: calendar.seasonsToWrite(at: now, holding: []).map(makeHead)
            )
        )
    }

    static func systemClock() -> Int { Int(clamping: Date.now.timeIntervalSince1970 * 1_000_000) }

    /// Nil: the clock shows what no calendar has.
    package var running: RunningSeasons? { state.withLock { $0.running } }

    /// That of updates: by it Redis says, too, that the board takes none now.
    var head: WriteHead? { state.withLock { $0.head } }

    /// What is read of a window where no season is named: the one that runs; of one that has but one, that, before its time and after it.
    package func shown(_ window: WindowName) -> Season? {
        if let tournament, tournament.window == window { return tournament.season }
        return running?.season(of: window)
    }

    /// The only time in which the board takes updates; nil: there is no end of it.
    package var tournament: WindowSeason? { calendar.tournament }

    /// Whether Redis alone knows which season of the window runs.
    package func isManual(_ window: WindowName) -> Bool { calendar.manual.contains(window) }

    /// What Redis said: the seasons by which it was called do not run, or others were begun.
    func learn(_ answer: SeasonsAnswer) {
        state.withLock { state in
            // What an operator ends is known from Redis alone, which does not tell it with each answer.
            let known = (state.running?.seasons ?? []).filter { calendar.manual.contains($0.window) }
                .map { $0.begun(by: answer.now) }
            let held = RunningSeasons.stored(answer.stored) + known
            let toWrite = calendar.seasonsToWrite(at: answer.now, holding: held)
            state = State(
                now: answer.now,
                running: calendar.seasons(at: answer.now, holding: held),
                // Groups are made by the head itself.
                head: toWrite == state.head?.seasons ? state.head : toWrite.map(makeHead)
            )
        }
    }

    /// For an update that names a season which does not run. Nil: it has ended for good.
    func lateHead(_ named: NamedSeason) -> WriteHead? {
        let (now, running) = state.withLock { ($0.now, $0.running) }
        guard let running else { return nil }
        return calendar.late(named, after: running, at: now).map(makeHead)
    }

    /// Whether the board takes updates at a time of Redis; nil: it does.
    func closed(at now: Int) -> ClosedBoard? {
        guard let season = calendar.tournament?.season else { return nil }
        if now < season.from { return .notBegun(from: season.from) }
        return now < season.until ? nil : .ended
    }

    /// Whether the caller is to tell that the tournament has ended: one is, until that fails.
    func takesEnd() -> Bool { !isEndTold.exchange(true, ordering: .relaxed) }

    func giveEndBack() { isEndTold.store(false, ordering: .relaxed) }

    /// For an update that may have been made while the board took them: what it did then is told, and nothing else.
    func pastHead() -> WriteHead? {
        running.flatMap { calendar.pastTournament($0) }.map(makeHead)
    }
}
