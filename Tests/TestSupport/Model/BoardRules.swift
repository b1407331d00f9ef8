/// A definition as the functions take it, of which a model of the board knows the meaning.
struct BoardRules: Sendable, CustomStringConvertible {
    enum Ties: String, CaseIterable, Sendable {
        case id, shared, dense, first, last
    }

    enum Operator: String, CaseIterable, Sendable {
        case incr, decr, set, best
    }

    var ties = Ties.id
    var ascends = false
    var operators = Operator.allCases
    var scores = -9_007_199_254_740_991...9_007_199_254_740_991
    var clamps = false
    var increaseMax = 9_007_199_254_740_991
    /// Tokens of a bucket that takes an hour for one.
    var tokens = 1_000_000_000
    var version = "1"
    /// Windows that end, beside the board itself: `w0`, `w1`, …
    var windows = 0
    /// Updates of a second user of one address wait for review.
    var holds = false
    /// Seconds for which an ended season of these takes late updates.
    var grace = 0

    var json: String {
        let names = operators.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        let further = (0..<windows).map { #"{"name":"w\#($0)","reset":"every 8784h"}"# }
        let list =
            windows == 0
            ? ""
            : #""windows":[{"name":"all"},\#(further.joined(separator: ","))],"grace_seconds":\#(grace),"#
        let held =
            holds ? #""rules":[{"rule":"users_per_address","users":1,"interval":"1d","action":"hold"}],"# : ""
        return """
            {\(list)\(held)"name":"test","order":"\(ascends ? "asc" : "desc")","ties":"\(ties.rawValue)",\
            "operator":"\(operators[0].rawValue)","operators":[\(names)],"min":\(scores.lowerBound),\
            "max":\(scores.upperBound),"at_bound":"\(clamps ? "clamp" : "refuse")","increase_max":\(increaseMax),\
            "rate_limit":{"updates":\(tokens),"interval_seconds":3600},"version":"\(version)"}
            """
    }

    var description: String {
        "\(ties) \(ascends ? "asc" : "desc") \(scores) \(clamps ? "clamp" : "refuse") from \(operators[0]), \(windows) windows"
    }

    func isBetter(_ one: Int, than other: Int) -> Bool {
        ascends ? one < other : one > other
    }

    /// Nobody can be behind who has 0.
    var isZeroLast: Bool {
        !ascends && scores.contains(0) && (scores.lowerBound == 0 || operators == [.incr])
    }

    func held(_ score: Int) -> Int {
        min(max(score, scores.lowerBound), scores.upperBound)
    }

    /// The score that an update makes of the one before; nil: a bound refuses it.
    func result(_ operation: Operator, of old: Int?, by value: Int) -> Int? {
        let held = min(max(value, scores.lowerBound), scores.upperBound)
        switch operation {
        case .incr, .decr:
            let total = (old ?? 0) + (operation == .incr ? value : -value)
            if scores.contains(total) { return total }
            return clamps ? min(max(total, scores.lowerBound), scores.upperBound) : nil
        case .best where old.map { !isBetter(clamps ? held : value, than: $0) } ?? false:
            return old
        case .best, .set:
            return held == value || clamps ? held : nil
        }
    }
}
