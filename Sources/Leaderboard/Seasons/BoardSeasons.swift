import FoundationEssentials
import Synchronization
import Text

/// In which seasons the windows of one board are, as this process knows it: at first by its own clock, and then by what Redis said
/// last, whose clock judges. So an update computes nothing, and who goes by a wrong clock is told so once. Any loop.
package final class BoardSeasons: Sendable {
    private struct State {
        /// Microseconds since 1970.
        var now: Int
        var head: WriteHead?
    }

    private let calendar: WindowCalendar
    private let makeHead: @Sendable (RunningSeasons) -> WriteHead
    private let state: Mutex<State>

    /// - Parameter clock: microseconds since 1970.
    init(
        _ calendar: WindowCalendar,
        clock: () -> Int = systemClock,
        _ makeHead: @escaping @Sendable (RunningSeasons) -> WriteHead
    ) {
        let now = clock()
        self.calendar = calendar
        self.makeHead = makeHead
        state = Mutex(State(now: now, head: calendar.seasons(at: now, holding: []).map(makeHead)))
    }

    static func systemClock() -> Int { Int(clamping: Date.now.timeIntervalSince1970 * 1_000_000) }

    /// Nil: the clock shows what no calendar has.
    package var running: RunningSeasons? { head?.seasons }

    var head: WriteHead? { state.withLock { $0.head } }

    /// What Redis said: the seasons by which it was called do not run, or others were begun.
    func learn(_ answer: SeasonsAnswer) {
        let seasons = calendar.seasons(at: answer.now, holding: RunningSeasons.stored(answer.stored))
        let head = seasons.map(makeHead)
        state.withLock { $0 = State(now: answer.now, head: head) }
    }

    /// For an update that names a season which does not run. Nil: it has ended for good.
    func lateHead(_ id: String) -> WriteHead? {
        let (now, running) = state.withLock { ($0.now, $0.head?.seasons) }
        guard let running else { return nil }
        return calendar.late(id, after: running, at: now).map(makeHead)
    }
}
