extension [UInt8] {
    /// Appends a number as it is written in decimal: 250 instructions less than by way of a string.
    package mutating func append(decimal number: Int) {
        append(addingCapacity: 20) { text in
            if number < 0 { text.append(UInt8(ascii: "-")) }
            let start = text.count
            var rest = number.magnitude
            repeat {
                text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            } while rest > 0
            // The last digit came first.
            var digits = text.mutableSpan
            var (low, high) = (start, digits.count - 1)
            while low < high {
                digits.swapAt(low, high)
                (low, high) = (low + 1, high - 1)
            }
        }
    }
}

extension Int {
    /// How many bytes it takes, written in decimal.
    var decimalCount: Int {
        var count = self < 0 ? 2 : 1
        var rest = magnitude
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        return count
    }
}
