import Testing

@testable import Leaderboard
@testable import LeaderboardService

@Suite("How far reviews are")
struct ReviewProgressTests {
    private static let pace = HeldReviews.Pace(beat: .seconds(10), rest: .seconds(3600))
    private let start = ContinuousClock.now
    private let one = AuditID(milliseconds: 1, number: 0)
    private let other = AuditID(milliseconds: 2, number: 0)

    /// Seconds after which one that is kept for it each time is asked for, for two hours.
    private func times(_ why: Reviewed) throws -> [Int] {
        var progress = try ReviewProgress(
            BoardDefinition(stored: Array(#"{"version":"1"}"#.utf8)),
            Self.pace,
            at: start
        )
        progress.keep(one, why, at: start)
        return stride(from: 1, through: 7200, by: 1).filter { second in
            let now = start + .seconds(second)
            guard progress.next(at: now) == one else { return false }
            progress.keep(one, why, at: now)
            return true
        }
    }

    @Test("of what a suspension keeps at each beat, of what a bound keeps ever less often, and once an hour at least")
    func pauses() throws {
        #expect(try times(.suspended) == Array(stride(from: 10, through: 7200, by: 10)))
        #expect(
            try times(.scoreLimit(window: nil)) == [10, 30, 70, 150, 310, 630, 1270, 2550, 5110]
        )
    }

    @Test("goes around all that is kept, forgets what does not wait any more, and begins anew with another definition")
    func rounds() throws {
        let definition = try BoardDefinition(stored: Array(#"{"version":"1"}"#.utf8))
        var progress = ReviewProgress(definition, Self.pace, at: start)
        for id in [one, other] { progress.keep(id, .suspended, at: start) }
        #expect(progress.next(at: start) == nil)
        let later = start + .seconds(10)
        // Asked for in vain, it is due again one pause later.
        #expect([progress.next(at: later), progress.next(at: later), progress.next(at: later)] == [one, other, nil])
        progress.forget(one)
        #expect([progress.next(at: later + .seconds(10)), progress.next(at: later + .seconds(10))] == [other, nil])
        #expect(progress.goesOn(definition, at: start + .seconds(3600)))
        #expect(!progress.goesOn(definition, at: start + .seconds(3601)))
        #expect(!progress.goesOn(try BoardDefinition(stored: Array(#"{"max":9,"version":"1"}"#.utf8)), at: start))
    }
}
