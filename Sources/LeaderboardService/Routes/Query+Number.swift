import Text
import HTTPServer

extension Query {
    /// One whole number of a query, in digits alone. Nil where it is not given; one that is given twice, or is no number in the
    /// range, is refused.
    func number(_ name: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
        let values = values(name)
        guard let value = values.first else { return nil }
        let isDigits = !value.isEmpty && value.utf8.allSatisfy { $0.isDigit }
        guard values.count == 1, isDigits, let number = Int(value), range.contains(number) else {
            throw .invalidQuery("\(name) must be one whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }
}
