import Board
import Broadcast
import FoundationEssentials
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Seasons

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

    /// Whether the request may read the board. Of a public `main` it costs nothing.
    func allowReading(_ id: BoardID, _ request: Request) async throws(Refusal) {
        if id == .main, catalogue.isMainPublic { return }
        _ = try await readable(id, request)
    }

    /// Whether anybody may read the board, as far as is known without asking.
    func isKnownToBePublic(_ id: BoardID) -> Bool {
        id == .main
            ? catalogue.isMainPublic : catalogue.known(id)?.board.definition.visibility == .public
    }

    /// For who watches, and who that is. `main` can be watched while Redis is away: nothing is shown of it until it has been looked at,
    /// and then to those only who may see it.
    func toWatch(_ request: Request) async throws(Refusal) -> (id: BoardID, access: Access) {
        let id = try Self.id(of: request)
        if id == .main, catalogue.isMainPublic { return (id, .unknown) }
        let store: ScoreStore
        do throws(BoardLookupError) { store = try await catalogue.board(id, on: request.eventLoop) } catch {
            if case .store = error, id == .main { return (id, .unknown) }
            throw Refusal(error)
        }
        guard store.board.definition.visibility == .private else { return (id, .unknown) }
        return (id, Access(try await callers.token(of: request), now: Date.now.timeIntervalSince1970))
    }

    /// For who watches a window that begins anew: the board has one of this name.
    func allowWatching(_ window: WindowName, of id: BoardID, _ request: Request) async throws(Refusal) {
        let definition = try await board(id, request).board.definition
        if let since = definition.frozenSince { throw Refusal(reading: .frozen(since: since)) }
        let windows = definition.windows
        guard windows.seasonal.contains(where: { $0.name == window }) else { throw Refusal(reading: .unknownWindow) }
    }

    /// Reads of the board, as it is. A private board is for who has a token.
    /// - Parameters:
    ///   - isKnown: the request's token has been looked at, and is good.
    ///   - owner: the user whose place alone is read: who has their token sees it on a board that is frozen, too.
    ///   - call: nil: it is not there as it was found (``ScoreStore/rows(_:limit:on:)``).
    func read<Value>(
        _ id: BoardID,
        for request: Request,
        isKnown: Bool = false,
        owner: UserID? = nil,
        _ call: (ScoreStore) async throws(ScoreStoreError) -> Value?
    ) async throws(Refusal) -> Value {
        for _ in catalogue.tries(of: id) {
            let store = try await isKnown ? board(id, request) : readable(id, request)
            let value: Value?
            do { value = try await call(store) } catch {
                guard case .frozen = error, await seesFrozen(request, owner) else { throw Refusal(reading: error) }
                do { value = try await call(store.seeingFrozen()) } catch { throw Refusal(reading: error) }
            }
            if let value { return value }
        }
        throw .storeUnavailable
    }

    /// Whether a board that is frozen is shown: to operators, and of users their own place.
    private func seesFrozen(_ request: Request, _ owner: UserID?) async -> Bool {
        // Who sends none has done nothing wrong.
        guard BearerToken.of(request.headers) != nil, let token = try? await callers.token(of: request), token.isActive
        else { return false }
        return token.scopes.contains(Operators.scope) || token.subject == owner
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

    /// When nothing else stands in the way of the write that makes the board: it takes its place among those that there may be.
    func makeRoom(for board: UnmadeBoard, _ user: UserID, _ request: Request) async throws(Refusal) {
        let maker = BoardMaker(user: user, address: callers.network(of: request).description)
        do throws(BoardLookupError) {
            try await catalogue.makeRoom(for: board, by: maker, on: request.eventLoop)
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

extension Access {
    /// No connection is that old.
    private static let longest = 10.0 * 365 * 86_400

    /// - Parameter now: seconds since 1970.
    init(_ token: VerifiedToken, now: Double) {
        let left = min(max(token.isTakenUntil - now, 0), Self.longest)
        self = .known(until: .now() + .milliseconds(Int64(left * 1000)))
    }
}
