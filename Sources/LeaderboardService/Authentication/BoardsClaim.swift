import Leaderboard
import Text

/// The claim `boards` of a token: the boards that it is for, by name or by what their names begin with (`guild-*`; `*` is each board).
/// An array of strings, or one string of words.
struct BoardsClaim: Sendable, Equatable {
    /// Of more than that, none counts.
    static let maximumCount = 100

    private let patterns: [BoardPattern]

    /// What is not of the claim's type, is too long, or holds a word that no board can be named by, names no board at all: a claim
    /// that narrows what a token may do must not be read halfway.
    init(_ claim: JSONValue) {
        let words = claim.string.map { $0.words.map(String.init) } ?? claim.array?.compactMap(\.string) ?? []
        let isWhole = claim.string != nil || words.count == claim.array?.count
        let patterns = words.compactMap { try? BoardPattern($0) }
        let isUsable = isWhole && patterns.count == words.count && words.count <= Self.maximumCount
        self.patterns = isUsable ? patterns : []
    }

    func names(_ board: BoardID) -> Bool {
        patterns.contains { $0.matches(board) }
    }
}
