import FoundationEssentials
import FoundationInternationalization

/// What the clocks of a time zone show, in minutes since they showed 1970-01-01 00:00, and when they do.
///
/// Twice a year, in most zones, that is no one-to-one matter. A time that the clocks jump over is when they jump; a time that they
/// show twice is the first of the two. So a later time on the clock is never an earlier moment.
struct LocalClock: Sendable {
    private let zone: TimeZone

    init(_ name: ZoneName) {
        zone = name.zone
    }

    /// Seconds since 1970.
    func moment(of minute: Int) -> Int {
        let wall = minute * 60
        // No zone is a day ahead of another, or was moved by more than a day.
        let (before, after) = (offset(at: wall - 86_400), offset(at: wall + 86_400))
        if offset(at: wall - before) == before { return wall - before }
        if offset(at: wall - after) == after { return wall - after }
        return jump(to: after, between: wall - after, and: wall - before)
    }

    /// The latest minute on the clock whose moment is not after this second.
    func minute(at second: Int) -> Int {
        let shown = (second + offset(at: second)).dividedDown(by: 60)
        // While the clocks show an hour again, the minutes up to its end have been before.
        var (known, beyond) = (shown, shown + 2 * 1440)
        while beyond - known > 1 {
            let middle = known + (beyond - known) / 2
            if moment(of: middle) <= second { known = middle } else { beyond = middle }
        }
        return known
    }

    /// When the clocks begin to be so far ahead, which is after `early` and not after `late`.
    private func jump(to ahead: Int, between early: Int, and late: Int) -> Int {
        var (before, after) = (early, late)
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if offset(at: middle) == ahead { after = middle } else { before = middle }
        }
        return after
    }

    private func offset(at second: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
    }
}

extension Int {
    /// Rounded to the smaller, below 0 as well.
    func dividedDown(by divisor: Int) -> Int {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }
}
