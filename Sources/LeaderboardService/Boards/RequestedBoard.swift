import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// The board that a request is about: `{board}` of its path, or `main`. Each handler resolves it once.
struct RequestedBoard: Sendable {
    /// What the path has it as.
    static let parameter = "board"

    let catalogue: Catalogue
    let callers: Callers

    /// For who reads. A private board is for who has a token.
    func toRead(_ request: Request) async throws(Refusal) -> ScoreStore {
        try await readable(try Self.id(of: request), request)
    }

    /// Reads of the board, as it is. A private board is for who has a token.
    /// - Parameter call: nil: it is not there as it was found (``ScoreStore/rows(_:limit:on:)``).
    func read<Value>(
        _ id: BoardID,
        for request: Request,
        _ call: (ScoreStore) async throws(ScoreStoreError) -> Value?
    ) async throws(Refusal) -> Value {
        for _ in catalogue.tries(of: id) {
            let store = try await readable(id, request)
            let value: Value?
            do { value = try await call(store) } catch { throw Refusal(reading: error) }
            if let value { return value }
        }
        throw .storeUnavailable
    }

    /// For who may make it by writing, where a template covers its name.
    /// - Parameter isFresh: what is known of it does not hold any more.
    func toWrite(_ id: BoardID, isFresh: Bool, on eventLoop: any EventLoop) async throws(Refusal) -> ScoreStore {
        if !isFresh {
            if id == .main { return catalogue.mainAtOnce(on: eventLoop) }
            if let store = catalogue.known(id), store.board.source == .board { return store }
        }
        do { return try await catalogue.boardToWrite(id, on: eventLoop) } catch { throw Refusal(error) }
    }

    /// For an operator, who has shown to be one.
    func toOperate(_ request: Request) async throws(Refusal) -> ScoreStore {
        try await board(try Self.id(of: request), request)
    }

    static func id(of request: Request) throws(Refusal) -> BoardID {
        guard let text = request.parameters[parameter] else { return .main }
        return try id(text)
    }

    static func id(_ text: String) throws(Refusal) -> BoardID {
        do { return try BoardID(text) } catch { throw .invalidBoardName("\(error)") }
    }

    private func readable(_ id: BoardID, _ request: Request) async throws(Refusal) -> ScoreStore {
        let store = try await board(id, request)
        if store.board.definition.visibility == .private { _ = try await callers.token(of: request) }
        return store
    }

    private func board(_ id: BoardID, _ request: Request) async throws(Refusal) -> ScoreStore {
        do { return try await catalogue.board(id, on: request.eventLoop) } catch { throw Refusal(error) }
    }
}
