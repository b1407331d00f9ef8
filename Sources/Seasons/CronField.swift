import Text

/// One field of a ``CronSchedule``: a set of small numbers.
struct CronField: Hashable, Sendable {
    let text: String
    /// It begins with `*`.
    let isStar: Bool
    private let bits: UInt64

    /// - Parameter range: within 0 to 63.
    init(_ text: Substring, named name: String, _ range: ClosedRange<Int>) throws(InvalidReset) {
        var bits: UInt64 = 0
        for part in text.parts(at: ",") {
            guard let numbers = Self.numbers(part, range) else {
                throw InvalidReset(
                    reason: "the \(name) of cron takes \(range.lowerBound) to \(range.upperBound), "
                        + "as *, numbers, ranges and steps (*/15 or 1,8-12)"
                )
            }
            for number in numbers { bits |= 1 << UInt64(number) }
        }
        self.text = String(text)
        isStar = text.hasPrefix("*")
        self.bits = bits
    }

    func contains(_ number: Int) -> Bool {
        (0...63).contains(number) && bits & (1 << UInt64(number)) != 0
    }

    /// The largest that is not above the bound.
    func last(notAbove bound: Int) -> Int? {
        bound < 0 ? nil : (0...min(bound, 63)).last(where: contains)
    }

    /// The smallest that is not below the bound.
    func first(notBelow bound: Int) -> Int? {
        bound > 63 ? nil : (max(bound, 0)...63).first(where: contains)
    }

    private static func numbers(_ part: Substring, _ range: ClosedRange<Int>) -> StrideThrough<Int>? {
        let pieces = part.parts(at: "/")
        guard let span = pieces.first, pieces.count <= 2 else { return nil }
        guard let bounds = bounds(span, range) else { return nil }
        guard pieces.count == 2 else { return stride(from: bounds.lowerBound, through: bounds.upperBound, by: 1) }
        // A step belongs to more than one number.
        guard let step = number(pieces[1], in: 1...range.upperBound), span == "*" || span.contains("-") else {
            return nil
        }
        return stride(from: bounds.lowerBound, through: bounds.upperBound, by: step)
    }

    private static func bounds(_ span: Substring, _ range: ClosedRange<Int>) -> ClosedRange<Int>? {
        if span == "*" { return range }
        let ends = span.parts(at: "-")
        guard let first = ends.first.flatMap({ number($0, in: range) }) else { return nil }
        if ends.count == 1 { return first...first }
        guard ends.count == 2, let last = number(ends[1], in: range), first <= last else { return nil }
        return first...last
    }

    private static func number(_ text: Substring, in range: ClosedRange<Int>) -> Int? {
        guard (1...2).contains(text.utf8.count), text.utf8.allSatisfy({ $0.isDigit })
        else { return nil }
        return Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
}
