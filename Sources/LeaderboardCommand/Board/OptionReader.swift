import Leaderboard
import Text

/// What is on or off.
enum Switch: String, CaseIterable { case on, off }

/// Takes options one after the other, and keeps what is wrong with all of them.
struct OptionReader {
    /// What is wrong with an option, whatever it is for.
    var malformed: [String] = []
    /// What is wrong with it for this definition.
    var unfitting: [String] = []

    mutating func word<Word: RawRepresentable<String> & CaseIterable>(
        _ option: String,
        _ text: String?,
        _ take: (Word) -> Void
    ) {
        guard let text else { return }
        if let word = Word(rawValue: text) {
            take(word)
        } else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            malformed.append("\(option) takes one of \(words)")
        }
    }

    /// `none` takes it away.
    mutating func value<Value>(
        _ option: String,
        _ text: String?,
        _ rule: String,
        _ read: (String) -> Value?,
        _ take: (Value?) -> Void
    ) {
        guard let text else { return }
        let value = read(text)
        if value == nil, text != "none" { malformed.append("\(option) \(rule), or none") } else { take(value) }
    }

    /// Nil: it is left out, or none.
    mutating func number(_ option: String, _ text: String?, in range: ClosedRange<Int>) -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), range.contains(number) else {
            malformed.append("\(option) takes a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// `60/60`. Nil: it is left out, or none.
    mutating func limit(_ option: String, _ text: String?) -> RateLimit? {
        guard let text else { return nil }
        let parts = text.parts(at: "/")
        guard parts.count == 2, let updates = Int(parts[0]), let seconds = Int(parts[1]),
            let limit = RateLimit(updates: updates, seconds: seconds)
        else {
            malformed.append("\(option) takes updates and seconds, as 60/60")
            return nil
        }
        return limit
    }

    /// Nil: there are none.
    func words(of faults: [String]) -> String? {
        guard let first = faults.first else { return nil }
        let lines =
            faults.count == 1 ? first : "\(faults.count) options are wrong\n  " + faults.joined(separator: "\n  ")
        return lines.parts(at: "\n").map { String($0).printable }.joined(separator: "\n")
    }
}
