import Board
import Text

/// What is shown of a frozen board, as `Functions/freeze.lua` keeps it: a part for the board, and perhaps one for each window, each a line
/// and one for each of its rows. As a backup has it; what else a line tells is not looked at.
struct FrozenRows: Hashable, Sendable {
    /// Six parts of 100 rows have less, with the longest ids.
    private static let maximumBytes = 1 << 20

    let text: String

    /// Nil: it is none.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes else { return nil }
        let lines = text.parts(at: "\n")
        guard let first = lines.first, Self.isHead(first.parts(at: " ")) else { return nil }
        guard lines.dropFirst().allSatisfy({ Self.isLine($0.parts(at: " ")) }) else { return nil }
        self.text = text
    }

    private init(checked text: String) {
        self.text = text
    }

    private static func isHead(_ words: [Substring]) -> Bool {
        (3...4).contains(words.count) && words.dropFirst().allSatisfy { count($0) != nil }
    }

    /// A row, `user score rank`, or the head of a window's part.
    private static func isLine(_ words: [Substring]) -> Bool {
        if FrozenHead.isOfWindow(words) {
            return words[2...3].allSatisfy { Int($0) != nil } && words[4...5].allSatisfy { count($0) != nil }
        }
        guard words.count == 3, (try? UserID(String(words[0]))) != nil else { return false }
        return Int(words[1]).flatMap(ScoreRange.checked) != nil && count(words[2]) != nil
    }

    private static func count(_ word: Substring) -> Int? {
        Int(word).flatMap(ScoreRange.checked).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// Whether a row of the user is shown: it is in a part, and its place is not covered.
    func shows(_ user: String) -> Bool {
        parts.contains { head, rows in
            let covered = Self.covered(head) ?? 0
            return rows.dropFirst(max(0, covered)).contains { $0.first.map(String.init) == user }
        }
    }

    private var parts: [(head: [Substring], rows: [[Substring]])] {
        var parts: [(head: [Substring], rows: [[Substring]])] = []
        for line in text.parts(at: "\n") {
            let words = line.parts(at: " ")
            if parts.isEmpty || FrozenHead.isOfWindow(words) {
                parts.append((words, []))
            } else {
                parts[parts.count - 1].rows.append(words)
            }
        }
        return parts
    }

    /// Nil: of a window, and of a board of which nobody uncovers places.
    private static func covered(_ head: [Substring]) -> Int? {
        guard !FrozenHead.isOfWindow(head), head.indices.contains(FrozenHead.coveredIndex) else { return nil }
        return Int(head[FrozenHead.coveredIndex])
    }

    /// As `leaderboard_erase_frozen` does it: the others keep their ranks, and there are as many users fewer.
    func without(_ users: Set<String>) -> FrozenRows {
        var lines: [String] = []
        for (head, rows) in parts {
            let gone = rows.indices.filter { users.contains(String(rows[$0].first ?? "")) }
            var words = head.map(String.init)
            let users = FrozenHead.usersIndex(isOfWindow: FrozenHead.isOfWindow(head))
            Self.take(gone.count, from: &words, at: users)
            if let covered = Self.covered(head) {
                Self.take(gone.count { $0 < covered }, from: &words, at: FrozenHead.coveredIndex)
            }
            lines.append(words.joined(separator: " "))
            lines += rows.indices.filter { !gone.contains($0) }.map { rows[$0].joined(separator: " ") }
        }
        return FrozenRows(checked: lines.joined(separator: "\n"))
    }

    private static func take(_ gone: Int, from words: inout [String], at place: Int) {
        guard words.indices.contains(place), let count = Int(words[place]) else { return }
        words[place] = String(max(0, count - gone))
    }
}
