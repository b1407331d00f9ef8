import HTTPServer
import Leaderboard
import NIOHTTP1

/// The board that a request is about: `{board}` of its path, or `main`. Each handler resolves it once.
struct RequestedBoard: Sendable {
    /// What the path has it as.
    static let parameter = "board"

    let catalogue: Catalogue
    let callers: Callers

    /// For who reads. A private board is for who has a token.
    func toRead(_ request: Request) async throws(Refusal) -> ScoreStore {
        let id = try Self.id(of: request)
        let store = try await found { () async throws(BoardLookupError) in
            try await catalogue.board(id, on: request.eventLoop)
        }
        if store.board.definition.visibility == .private { _ = try await callers.token(of: request) }
        return store
    }

    /// For who may make it by writing, where a template covers its name.
    func toWrite(_ request: Request) async throws(Refusal) -> ScoreStore {
        let id = try Self.id(of: request)
        return try await found { () async throws(BoardLookupError) in
            try await catalogue.boardToWrite(id, on: request.eventLoop)
        }
    }

    /// For an operator, who has shown to be one.
    func toOperate(_ request: Request) async throws(Refusal) -> ScoreStore {
        let id = try Self.id(of: request)
        return try await found { () async throws(BoardLookupError) in
            try await catalogue.board(id, on: request.eventLoop)
        }
    }

    static func id(of request: Request) throws(Refusal) -> BoardID {
        guard let text = request.parameters[parameter] else { return .main }
        do { return try BoardID(text) } catch { throw .invalidBoardName("\(error)") }
    }

    private func found(
        _ look: () async throws(BoardLookupError) -> ScoreStore
    ) async throws(Refusal) -> ScoreStore {
        do { return try await look() } catch { throw Refusal(error) }
    }
}
