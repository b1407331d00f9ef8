import Board
import Logging
import Metrics
import NIOCore

/// The reads of the source that keep the copy right, and the reads of the copy.
extension Home {
    /// One at a time; the feed numbers them and takes the latest only.
    func fetch(_ number: Int) {
        source.look(options.copiedUsers, feed.place?.season, eventLoop).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let look): fetched(look, number)
            case .failure(let error): fetchFailed(error, number)
            }
        }
    }

    private func fetched(_ look: StandingsSource.Look, _ number: Int) {
        if feed.isAwaited(number) { show(to: look.shownTo, doubtedSince: doubtOfRead) }
        let now = eventLoop.now
        if let frozen = look.frozen {
            // Of a season that is not shown as it is, no end is told.
            feed.clock = look.season?.clock
            perform(feed.frozen(frozen, at: look.snapshot, in: look.season?.place, number: number, now: now))
            return answerReaders()
        }
        if let season = look.season { found(season) }
        perform(
            feed.arrived(
                look.snapshot,
                of: look.season?.place,
                after: look.season?.ended,
                number: number,
                now: now
            )
        )
        answerReaders()
    }

    private func fetchFailed(_ error: any Error, _ number: Int) {
        isWindowGone = error is WindowGone
        if error is BoardGone || isWindowGone { return perform(feed.gone(number, now: eventLoop.now)) }
        metrics.sourceFailures.increment()
        if feed.failures == 0 { log("standings cannot be read", .warning, ["error": "\(error)"]) }
        perform(feed.failed(number, now: eventLoop.now))
    }

    /// Succeeds with the first `limit` rows as soon as they contain `seq`; with nil when they cannot be vouched for.
    func read(limit: Int?, atLeast seq: Int, within patience: TimeAmount, _ promise: EventLoopPromise<CopiedStandings?>)
    {
        guard isRunning, !readers.isFull, feed.isLive else { return promise.succeed(nil) }
        readers.add(Readers.Reader(limit: limit, seq: seq, deadline: eventLoop.now + patience, promise: promise))
        answerReaders()
        setAlarm()
    }

    func answerReaders() {
        // Asked here, for the call copies the feed: 700 instructions of an event.
        guard !readers.isEmpty else { return }
        readers.answer(from: feed, now: eventLoop.now)
    }
}
