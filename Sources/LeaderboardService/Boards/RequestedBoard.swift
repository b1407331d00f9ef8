import Board
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
    /// - Parameters:
    ///   - isKnown: the request's token has been looked at, and is good.
    ///   - call: nil: it is not there as it was found (``ScoreStore/rows(_:limit:on:)``).
    func read<Value>(
        _ id: BoardID,
        for request: Request,
        isKnown: Bool = false,
        _ call: (ScoreStore) async throws(ScoreStoreError) -> Value?
    ) async throws(Refusal) -> Value {
        for _ in catalogue.tries(of: id) {
            let store = try await isKnown ? board(id, request) : readable(id, request)
            let value: Value?
            do { value = try await call(store) } catch { throw Refusal(reading: error) }
            if let value { return value }
        }
        throw .storeUnavailable
    }

    /// For who writes. Where a template covers the name, it is what that makes: ``makeRoom(for:_:_:)`` comes before the write.
    /// - Parameter isFresh: what is known of it does not hold any more.
    func toWrite(_ id: BoardID, isFresh: Bool, on eventLoop: any EventLoop) async throws(Refusal) -> ScoreStore {
        if !isFresh {
            if id == .main { return catalogue.mainAtOnce(on: eventLoop) }
            if let store = catalogue.known(id) { return store }
        }
        do { return try await catalogue.board(id, on: eventLoop) } catch { throw Refusal(error) }
    }

    /// When nothing else stands in the way of the write: a board that a template makes takes its place among those that there may be.
    func makeRoom(for store: ScoreStore, _ user: UserID, _ request: Request) async throws(Refusal) {
        guard store.board.source == .template else { return }
        let maker = BoardMaker(user: user, address: callers.network(of: request).description)
        do throws(BoardLookupError) {
            try await catalogue.makeRoom(for: store, by: maker, on: request.eventLoop)
        } catch {
            if case .tooManyNewBoards = error {
                callers.unnamedProxies.noteRefusal(of: request, by: "BOARDS_BY_TEMPLATE")
            }
            throw Refusal(error)
        }
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

    func board(_ id: BoardID, _ request: Request) async throws(Refusal) -> ScoreStore {
        do { return try await catalogue.board(id, on: request.eventLoop) } catch { throw Refusal(error) }
    }
}
