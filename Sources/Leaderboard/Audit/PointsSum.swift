import Board
import Text

/// What scores and increases add up to, exactly, however many there are: an audit may hold entries that were forged, and so
/// add up to anything. One entry has less than 2^53 points, so 2^74 of them fit.
package struct PointsSum: Sendable, Hashable, CustomStringConvertible {
    private var exact: Int128

    package init(_ points: Int = 0) {
        exact = Int128(points)
    }

    /// The sum as a score; nil where no score can be so large.
    package var score: Int? { Int(exactly: exact).flatMap(ScoreRange.checked) }

    package var description: String { "\(exact)" }

    package static func += (sum: inout PointsSum, points: Int) {
        sum.exact += Int128(points)
    }

    /// One more entry of what is added up.
    mutating func follow(_ entry: AuditEntry) {
        if let score = entry.saidScore { self = PointsSum(score) } else { self += entry.increase }
    }

    package static func + (left: PointsSum, right: PointsSum) -> PointsSum {
        var sum = left
        sum.exact += right.exact
        return sum
    }
}

extension PointsSum: ExpressibleByIntegerLiteral {
    package init(integerLiteral points: Int) { self.init(points) }
}

extension PointsSum {
    package static func - (left: PointsSum, right: PointsSum) -> PointsSum {
        var difference = left
        difference.exact -= right.exact
        return difference
    }

    /// As functions have what is beyond a score: two numbers, the first of which counts 2^32. Nil: it is no such text.
    init?(halves text: String) {
        let words = text.words
        guard words.count == 2, let high = Int(words[0]).flatMap(ScoreRange.checked), let low = Int(words[1]),
            (0..<1 << 32).contains(low)
        else { return nil }
        exact = Int128(high) << 32 + Int128(low)
    }

    var halves: String {
        let high = exact >> 32
        return "\(high) \(exact - high << 32)"
    }
}
