import Board

/// What the audit says of users beyond a report.
struct ChangesSince {
    private(set) var seen: AuditID
    var reads = 0
    /// Behind ``said``, if there is that.
    private var gained: [String: PointsSum] = [:]
    /// The last score that an entry says, whatever the user had before it.
    private var said: [String: PointsSum] = [:]
    /// As `leaderboard_rebuild` takes them.
    private var suspensions: [String: String] = [:]
    /// Of whom the score changed: since when they have it.
    private var reached: [String: Int?] = [:]
    /// What a user had before the first entry that was read here.
    private var bases: [String: Int] = [:]
    private var adopted: [String: Int] = [:]

    /// What leaves a user's score, place and suspension as they are.
    private static let passedOver: [AuditEntry.Action?] = [.erased, .profile, .blank, .held, .reject, .hold, .unhold]

    init(_ seen: AuditID) { self.seen = seen }

    mutating func read(_ page: [AuditEntry]) throws(ScoreStoreError) {
        for entry in page where !Self.passedOver.contains(entry.action) {
            // They may be one of those who would be put right.
            if entry.action == .erase { throw .unavailable("a user was erased meanwhile: begin again") }
            guard let user = entry.userID?.rawValue else { continue }
            if bases[user] == nil { bases[user] = ScoreRange.held((entry.score ?? 0) - entry.increase) }
            if let score = entry.saidScore {
                (said[user], gained[user]) = (PointsSum(score), 0)
            } else {
                gained[user, default: 0] += entry.increase
            }
            if entry.increase != 0 { reached[user] = .some(entry.arrival) }
            if entry.action != .update, let isSuspended = entry.suspends {
                suspensions[user] = Self.word(isSuspended, isHidden: entry.hides)
            }
            adopted[user] = ScoreRange.held(adopted[user, default: 0] + entry.unaudited)
        }
        seen = page.last?.id ?? seen
    }

    /// What the audit of a user adds up to. Empty: no entry names the user.
    /// - Parameter atEnd: in the report; nil: no entry did.
    func sum(of user: UserID, atEnd: PointsSum?) throws(ScoreStoreError) -> String {
        guard let before = said[user.rawValue] ?? atEnd ?? bases[user.rawValue].map({ PointsSum($0) }) else {
            return ""
        }
        let sum = before + gained[user.rawValue, default: 0]
        guard let score = sum.score else { throw .unsoundAudit(of: user) }
        return String(score)
    }

    /// Points of before the user's first entry of which no entry tells.
    /// - Parameter atEnd: in the report; nil: no entry named the user.
    func unaudited(of user: UserID, atEnd: Int?) -> Int {
        let points = atEnd ?? bases[user.rawValue, default: 0]
        return ScoreRange.held(points - adopted[user.rawValue, default: 0])
    }

    private static func word(_ isSuspended: Bool, isHidden: Bool) -> String {
        isSuspended ? isHidden ? "hide" : "suspend" : "reinstate"
    }

    /// As `leaderboard_rebuild` takes it.
    func text(of difference: AuditReport.Difference) throws(ScoreStoreError) -> String {
        let (user, said) = (difference.user.rawValue, difference.auditAtEnd)
        let hasSum = said.sum != nil && difference.concernsScore
        var words = ""
        if gained[user] == nil, said.sum != nil, !said.hasScore, difference.board != nil {
            words = "-"
        } else if hasSum || gained[user] != nil {
            words = try sum(of: difference.user, atEnd: said.sum ?? 0)
        }
        let atEnd = said.isSuspended.map { Self.word($0, isHidden: said.isHidden == true) }
        if let word = suspensions[user] ?? atEnd { words += " \(word)" }
        if let seq = reached[user] ?? said.reached { words += " @\(seq)" }
        return words
    }
}
