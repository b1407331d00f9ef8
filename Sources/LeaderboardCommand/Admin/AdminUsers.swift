import Text
import ArgumentParser
import Leaderboard
import NIOHTTP1

/// Why, for the audit.
struct Reasoned: Encodable {
    let reason: String

    init(reason: AuditReason) { self.reason = reason.text }
}

/// Of an act on a user who may be nobody: most often a mistyped id.
let unknownUserNote = "Nobody of this name was on the board: is it spelt as the game spells it?"

/// ` 2 seasons that are over: weekly/2026-W47, weekly/2026-W48`
enum FinalSeasonWords {
    private static let named = 10

    /// Nil: there are none.
    static func text(_ names: [String]?) -> String? {
        guard let names, !names.isEmpty else { return nil }
        let list = names.prefix(named).map(\.printable).joined(separator: ", ")
        let verb = names.count == 1 ? "that is over" : "that are over"
        return "\(names.count.counted("season")) \(verb): \(list)\(names.count > named ? ", …" : "")"
    }
}
