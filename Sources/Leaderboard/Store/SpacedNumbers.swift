import Text

/// The whole numbers of a text, with a space between each two, as our functions write them: up to 16 digits, below 0 with a minus.
struct SpacedNumbers {
    private let text: [UInt8]
    private var position = 0
    private static let maximumDigits = 16

    init(_ text: [UInt8]) { self.text = text }

    /// Whether all were taken.
    var isAtEnd: Bool { position == text.count }

    /// The next number; nil for what is none, and behind the last.
    mutating func next() -> Int? {
        let isFirst = position == 0
        if !isFirst {
            guard take(UInt8(ascii: " ")) else { return nil }
        }
        let isNegative = take(UInt8(ascii: "-"))
        var (number, digits) = (0, 0)
        while position < text.count, text[position].isDigit {
            guard digits < Self.maximumDigits else { return nil }
            number = number &* 10 &+ Int(text[position] &- UInt8(ascii: "0"))
            digits &+= 1
            position &+= 1
        }
        guard digits > 0 else { return nil }
        return isNegative ? 0 &- number : number
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < text.count, text[position] == byte else { return false }
        position &+= 1
        return true
    }
}
