/// What a definition is of: one board, or each of those that a name covers and that have no definition of their own.
package enum DefinitionName: Hashable, Sendable, CustomStringConvertible {
    case board(BoardID)
    /// `level-*`: of each board whose name begins so.
    case template(beginning: BoardID)

    package init(_ text: some StringProtocol) throws(InvalidBoardID) {
        guard text.hasSuffix("*"), text.utf8.count <= BoardID.maximumLength else {
            self = .board(try BoardID(text))
            return
        }
        self = .template(beginning: try BoardID(text.dropLast()))
    }

    package var description: String {
        switch self {
        case .board(let id): id.rawValue
        case .template(let beginning): beginning.rawValue + "*"
        }
    }

    package var board: BoardID? {
        if case .board(let id) = self { id } else { nil }
    }

    package var isTemplate: Bool { board == nil }
}

extension BoardID {
    /// The templates that would cover the board, the longest first.
    var coveringTemplates: [DefinitionName] {
        let longest = min(rawValue.utf8.count, Self.maximumLength - 1)
        return (1...longest).reversed().compactMap { length in
            (try? BoardID(String(decoding: rawValue.utf8.prefix(length), as: UTF8.self))).map {
                .template(beginning: $0)
            }
        }
    }
}
