import Board
import Text

/// As events have it: `"windows":[120,300]`, and where it matters `"window_increases":[20,50]` and `"of":"daily 2026-11-27;weekly 2026-W48"`.
extension WindowScores {
    /// - Parameter seasons: of the update, or of the group that it is in.
    static func read(_ object: JSONObject, of seasons: [String]?) throws(InvalidScoreEvent) -> WindowScores? {
        guard let scores = try list("windows", object) else { return nil }
        let increases = try list("window_increases", object)
        guard increases.map({ $0.count == scores.count }) ?? true, seasons.map({ $0.count == scores.count }) ?? true
        else { throw InvalidScoreEvent(reason: "windows") }
        return WindowScores(scores, increases: increases, seasons: seasons)
    }

    /// The seasons in which an update counted that came late.
    static func seasons(_ object: JSONObject) throws(InvalidScoreEvent) -> [String]? {
        guard let value = object["of"], value != .null else { return nil }
        guard let text = value.string, text.utf8.count <= maximumBytes else { throw InvalidScoreEvent(reason: "of") }
        return text.parts(at: ";").map(String.init)
    }

    private static let maximumBytes = 640

    private static func list(_ name: String, _ object: JSONObject) throws(InvalidScoreEvent) -> [Int]? {
        guard let value = object[name], value != .null else { return nil }
        let numbers = value.array?.compactMap(\.integer) ?? []
        guard let count = value.array?.count, count == numbers.count, allowed.contains(count),
            numbers.allSatisfy(ScoreRange.contains)
        else { throw InvalidScoreEvent(reason: name) }
        return numbers
    }

    private static let allowed = 1...BoardWindows.maximumCount

    /// Behind the name: `[120,300]`. Nil for anything else.
    static func list(_ scanner: inout PlainObjectScanner, of text: Span<UInt8>) -> [Int]? {
        guard scanner.mark("[", of: text) else { return nil }
        var scores: [Int] = []
        repeat {
            guard scores.count < BoardWindows.maximumCount, let score = scanner.integer(of: text),
                ScoreRange.contains(score)
            else { return nil }
            scores.append(score)
        } while scanner.mark(",", of: text)
        return scanner.mark("]", of: text) ? scores : nil
    }
}
