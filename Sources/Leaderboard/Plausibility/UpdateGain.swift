import Board

/// What an update gained, as the rules of plausibility count it (`Functions/rules.lua`).
struct UpdateGain: Sendable {
    /// Milliseconds since 1970.
    let time: Int
    /// A service reports it, not the user.
    let isReported: Bool
    /// It met a largest jump of the user's own: the next ones are not measured by it.
    let isBeyondMeasure: Bool
    private let increase: Int
    /// The user may not have been on the board before it.
    private let mayBeFirst: Bool

    /// Nil: they do not count it.
    init?(_ entry: AuditEntry) {
        guard entry.action == .update, !entry.isAdjustment, !entry.isRelease,
            let time = ScoreRange.checked(Int(clamping: entry.time))
        else { return nil }
        self.time = time
        isReported = entry["actor"] != nil
        isBeyondMeasure = entry.flags.contains(PlausibilityRule.Name.largestJump.rawValue)
        increase = entry.increase
        mayBeFirst = entry.score == entry.increase
    }

    /// To gain is to come closer to what is best; who was not on the board had 0, and on an ascending one gains nothing by coming.
    func points(by rules: BoardDefinition) -> Int {
        switch rules.order {
        case .asc: mayBeFirst ? 0 : max(0, -increase)
        case .desc: max(0, increase)
        }
    }
}
