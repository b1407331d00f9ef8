import Logging
import NIOCore
import Seasons

/// How a window goes into its next season, and how its viewers are told.
extension Home {
    func found(_ season: StandingsSource.SeasonLook) {
        feed.clock = season.clock
        end.found(
            season.clock.time(of: season.place.season.until),
            wait: .nanoseconds(.random(in: 0...SeasonEnd.longestWait.nanoseconds)),
            now: eventLoop.now
        )
        setAlarm()
    }

    /// By what is known of Redis' clock, the season is over. If nobody has played since, nobody has begun the next one.
    func endSeasonIfDue(now: NIODeadline) {
        guard end.takeDue(now: now) else { return }
        source.turn(eventLoop).assumeIsolated().whenComplete { [self] result in
            guard isRunning else { return }
            switch result {
            case .success:
                end.succeeded()
                showNextSeason()
            case .failure(let error):
                log("a season's end could not be told", .warning, ["error": "\(error)"])
                end.failed(now: eventLoop.now)
                setAlarm()
            }
        }
    }

    /// Unless it has been shown meanwhile.
    private func showNextSeason() {
        let now = eventLoop.now
        guard let place = feed.place, let clock = feed.clock, clock.microseconds(at: now) >= place.season.until else {
            return
        }
        perform(feed.seasonIsOver(now: now))
    }

    /// To all who follow, before they see the new season.
    func tell(_ turn: SeasonTurn) {
        let now = eventLoop.now
        let frames = MessageForm.all.map { form -> ByteBuffer? in
            guard let subject = followed.subject(form, season: turn.season.id),
                audiences.contains(where: { $0.has(form) })
            else { return nil }
            let known = form.includesMetadata ? said.known : nil
            return framings[form.transport].frame(
                Message.season(turn, of: subject, said: known, now: now),
                turn.cursor
            )
        }
        for audience in audiences where audience.counts.contains(where: { $0 > 0 }) {
            audience.reference.run { $0.tell(frames) }
        }
    }
}
