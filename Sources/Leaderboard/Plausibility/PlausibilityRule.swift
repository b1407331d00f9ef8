import Board

/// What of a user's updates is not to be believed, and what becomes of it. `Functions/rules.lua` says what each means, and judges.
package struct PlausibilityRule: Hashable, Sendable {
    package enum Name: String, Sendable, CaseIterable {
        case pointsLimit = "points_limit"
        case leastTime = "least_time"
        case largestJump = "largest_jump"
        case firstDayCap = "first_day_cap"
        case usersPerAddress = "users_per_address"
        case byHand = "by_hand"
    }

    package enum Bound: Hashable, Sendable {
        /// So many points at most in any interval.
        case pointsLimit(points: Int, interval: RuleInterval)
        /// Between two updates.
        case leastTime(RuleInterval)
        /// So many points at most with one update, or so many times the most of one before.
        case largestOwnJump(points: Int, times: Int)
        /// So far ahead of the board's best score at most.
        case largestJumpAhead(points: Int)
        /// In the 24 hours from the update that puts the user on the board.
        case firstDayCap(points: Int)
        case usersPerAddress(users: Int, interval: RuleInterval)
        /// None of users whom an operator has put on hold.
        case byHand
    }

    /// What becomes of an update that meets the rule.
    package enum Action: String, Sendable, CaseIterable { case refuse, hold, flag }

    /// Whose updates are judged, and counted: those that users report of themselves, or what services report as well.
    package enum Reporters: String, Sendable, CaseIterable { case users, all }

    package let bound: Bound
    package let action: Action
    package let reporters: Reporters
    /// It is only counted how often it would have acted.
    package let isDryRun: Bool

    /// So many, and beside them ``Name/byHand``, which operators' holds bring with them.
    package static let maximumCount = 8
    /// With it.
    static let longestList = 9

    /// Updates that meet it wait for an operator.
    package var holds: Bool { action == .hold && !isDryRun }

    package init(_ bound: Bound, _ action: Action, by reporters: Reporters = .users, isDryRun: Bool = false) {
        self.bound = bound
        self.action = action
        self.reporters = reporters
        self.isDryRun = isDryRun
    }

    package var name: Name {
        switch bound {
        case .pointsLimit: .pointsLimit
        case .leastTime: .leastTime
        case .largestOwnJump, .largestJumpAhead: .largestJump
        case .firstDayCap: .firstDayCap
        case .usersPerAddress: .usersPerAddress
        case .byHand: .byHand
        }
    }

    /// Tells it from the board's other rules, and counts it, as `Functions/rules.lua` has it: `points_limit 1h users refuse`. Its numbers
    /// may change, and it goes on.
    package var label: String {
        let what =
            switch bound {
            case .pointsLimit(_, let interval), .leastTime(let interval), .usersPerAddress(_, let interval):
                interval.description
            case .largestOwnJump: "own"
            case .largestJumpAhead: "best"
            case .firstDayCap, .byHand: "-"
            }
        return "\(name.rawValue) \(what) \(reporters.rawValue) \(action.rawValue)\(isDryRun ? " dry_run" : "")"
    }
}
