import Board
import Text

extension HeldEntry {
    /// Whether what the key of its retries holds says that it has counted: `<what was asked> <score> <seq> <time> <rank>` (`Functions/write.lua`).
    /// Such a key was a free one to functions of before edition 20.
    func hasCounted(by stored: String) -> Bool {
        let words = stored.words
        let numbers = words.dropFirst(2).prefix(3)
        guard let said = words.first, numbers.count == 3,
            numbers.allSatisfy({ $0.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) })
        else { return false }
        let asked = said.prefix { $0 != "@" && $0 != "=" }
        return asked == "\(operation == .incr ? "" : operation.rawValue)\(value)"
    }
}
