import Board
import Leaderboard

/// Which boards an endpoint is told of: one, those whose names begin so (`weekly-*`), or all (`*`).
enum BoardPattern: Sendable, Hashable {
    case all
    case named(DefinitionName)

    init(_ text: String) throws(InvalidBoardID) {
        self = text == "*" ? .all : .named(try DefinitionName(text))
    }

    /// Nil: it stands for several, which the index of boards has.
    var board: BoardID? {
        if case .named(let name) = self { name.board } else { nil }
    }

    func matches(_ id: BoardID) -> Bool {
        switch self {
        case .all: true
        case .named(.board(let one)): one == id
        case .named(.template(let beginning)): id.rawValue.hasPrefix(beginning.rawValue)
        }
    }
}
